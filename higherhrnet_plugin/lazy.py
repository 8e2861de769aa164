"""Packages whose names are imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Callable


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of a package.

    Args:
        package (str): Name of the package.
        modules (Mapping[str, str]): Names that it offers, and the modules
            that they are in, relative to it.

    Returns:
        Callable: the function, which imports what is asked for.
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(
                f'module {package!r} has no attribute {name!r}'
            )
        module = importlib.import_module(modules[name], package)
        return getattr(module, name)

    return get
