"""Writing of files."""

from .whole import remove_leftovers, write_whole

__all__ = ['remove_leftovers', 'write_whole']
