"""Writing of files."""

from .pictures import write_picture
from .whole import part_of, remove_leftovers, write_whole

__all__ = ['part_of', 'remove_leftovers', 'write_picture', 'write_whole']
