"""Labels of other tools, to COCO; people that were found, to other tools."""

from .exporting import export_people
from .importing import ImportOptions, import_labels

__all__ = ['ImportOptions', 'export_people', 'import_labels']
