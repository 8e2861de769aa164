"""COCO's tools in the form of xtcocotools, which mmpose asks for.

The wheels of xtcocotools end at Python 3.11 and numpy 1. Where it works it is
used; elsewhere ``COCO`` and ``COCOeval`` are classes of this package, built on
pycocotools, that give the same figures.
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Optional

import numpy as np

from ..imports import import_failure
from ..placeholders import make_placeholder_module

__all__ = ['COCO', 'COCOeval', 'xtcocotools_failure', 'xtcocotools_modules']


def _find_failure() -> Optional[str]:
    """Import xtcocotools and decode a mask; return what went wrong."""
    failure = import_failure('xtcocotools.cocoeval', 'xtcocotools')
    if failure is not None:
        return failure
    mask = importlib.import_module('xtcocotools.mask')
    try:
        # a build against numpy 2 imports, and fails here
        mask.decode(mask.encode(np.ones((1, 1), np.uint8, order='F')))
    except Exception as error:  # noqa: BLE001
        return f'{type(error).__name__}: {error}'
    return None


# Why xtcocotools is not used, or None.
xtcocotools_failure = _find_failure()

if TYPE_CHECKING or xtcocotools_failure is None:
    from xtcocotools.coco import COCO
    from xtcocotools.cocoeval import COCOeval
else:
    from .coco import COCO
    from .cocoeval import COCOeval


def xtcocotools_modules() -> dict[str, ModuleType]:
    """Return what takes the place of xtcocotools where it does not work.

    Returns:
        Modules by the names that mmpose imports; none if xtcocotools works.
    """
    if xtcocotools_failure is None:
        return {}
    package = make_placeholder_module('xtcocotools')
    modules = {'xtcocotools': package}
    for name, source in (
        ('coco', f'{__name__}.coco'),
        ('cocoeval', f'{__name__}.cocoeval'),
        ('mask', 'pycocotools.mask'),
    ):
        module = importlib.import_module(source)
        setattr(package, name, module)
        modules[f'xtcocotools.{name}'] = module
    return modules
