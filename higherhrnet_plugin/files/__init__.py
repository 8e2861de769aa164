"""Writing of files, and what tells them apart."""

from .digests import hash_file
from .pictures import write_picture
from .whole import part_of, remove_leftovers, write_whole

__all__ = [
    'hash_file',
    'part_of',
    'remove_leftovers',
    'write_picture',
    'write_whole',
]
