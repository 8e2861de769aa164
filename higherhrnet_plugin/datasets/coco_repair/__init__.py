"""COCO annotations as labelling tools write them, made fit for training.

Pure functions on the content of a file. Every change is counted in a report;
what cannot be repaired is refused by an error that names it.
"""

from .loading import CocoOptions, load_coco, repair_coco
from .reading import read_coco
from .report import RepairReport
from .selection import take_images
from .sizes import derive_area, derive_box

__all__ = [
    'CocoOptions',
    'RepairReport',
    'derive_area',
    'derive_box',
    'load_coco',
    'read_coco',
    'repair_coco',
    'take_images',
]
