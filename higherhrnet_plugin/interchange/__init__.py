"""Labels of other tools, to COCO; people that were found, to other tools."""

from .importing import ImportOptions, import_labels

__all__ = ['ImportOptions', 'import_labels']
