"""Writing of files."""

from .pictures import write_picture
from .whole import remove_leftovers, write_whole

__all__ = ['remove_leftovers', 'write_picture', 'write_whole']
