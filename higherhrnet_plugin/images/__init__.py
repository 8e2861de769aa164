"""The one reader of images: pixels, size and orientation.

Whatever looks at an image uses it: training, tests, checks of data sets,
inference and drawing. What it makes of every kind of image is in
``docs/images.md``.
"""

from .conversion import to_bgr
from .headers import read_geometry, read_image_size
from .orientation import turn_upright
from .reading import Picture, decode_image, hint_kind, read_image
from .sizes import check_ratio, check_size, explain_sizes, hint_orientation

__all__ = [
    'Picture',
    'check_ratio',
    'check_size',
    'decode_image',
    'explain_sizes',
    'hint_kind',
    'hint_orientation',
    'read_geometry',
    'read_image',
    'read_image_size',
    'to_bgr',
    'turn_upright',
]
