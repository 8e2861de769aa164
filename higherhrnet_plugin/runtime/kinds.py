"""Which files are exported networks; needs no library."""

from __future__ import annotations

from pathlib import Path
from typing import Union

SUFFIXES = ('.onnx', '.xml', '.pt2')


def is_exported(path: Union[str, Path]) -> bool:
    """Tell by its name whether a file is an exported network.

    Examples:
        >>> from higherhrnet_plugin.runtime import is_exported
        >>> is_exported('people.onnx'), is_exported('config.py')
        (True, False)
    """
    return Path(path).suffix.lower() in SUFFIXES
