"""How a data set tells the metric in which way a file was read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Optional

from mmengine.logging import MessageHub

from .loading import CocoOptions

_PREFIX = 'bottomup_coco_options:'
_TRAINED = 'bottomup_trained_images'


def share_options(ann_file: str, options: CocoOptions) -> None:
    """Leave the options of an annotation file for the metric.

    mmpose's data sets pass the name of the file in the same way, through the
    message hub of the run. Nothing of it is saved in checkpoints.

    Args:
        ann_file (str): The annotation file of a test data set.
        options (CocoOptions): How it was read.
    """
    hub = MessageHub.get_current_instance()
    hub.update_info(_key(ann_file), options, resumed=False)


def shared_options(ann_file: str) -> Optional[CocoOptions]:
    """Find out how a data set of this run has read a file.

    Args:
        ann_file (str): The annotation file.

    Returns:
        CocoOptions | None: None if no data set has read it.
    """
    hub = MessageHub.get_current_instance()
    return hub.get_info(_key(ann_file), None)


def all_shared_options() -> dict[str, CocoOptions]:
    """Find all test files that data sets of this run have read.

    Returns:
        dict[str, CocoOptions]: by absolute path or address, in order.
    """
    info = MessageHub.get_current_instance().runtime_info
    return {
        key[len(_PREFIX) :]: value
        for key, value in sorted(info.items())
        if key.startswith(_PREFIX)
    }


def count_trained_images(paths: Sequence[str], test_mode: bool) -> int:
    """Find images that are trained and tested in the same run.

    Args:
        paths (Sequence[str]): Images of a data set that was loaded.
        test_mode (bool): Whether it is one for tests; others are noted.

    Returns:
        int: how many images of a test set are trained, too; else 0.
    """
    hub = MessageHub.get_current_instance()
    trained = hub.get_info(_TRAINED, set())
    if test_mode:
        return sum(path in trained for path in paths)
    hub.update_info(_TRAINED, trained | set(paths), resumed=False)
    return 0


def _key(ann_file: str) -> str:
    """Name the entry; different spellings of a path are one file."""
    path = ann_file if '://' in ann_file else os.path.abspath(ann_file)  # noqa: PTH100
    return f'{_PREFIX}{path}'
