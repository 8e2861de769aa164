"""Imports of packages that may be missing or broken."""

import importlib
import sys
from typing import Optional


def import_failure(name: str, purge: str) -> Optional[str]:
    """Try to import a module that may be missing or broken.

    Args:
        name: Module to import.
        purge: Package whose modules are dropped again if the import fails,
            so that a later import meets the very same error. Empty: keep
            them, as Python does.

    Returns:
        ``None`` if the module can be imported, otherwise the reason.
    """
    before = set(sys.modules)
    try:
        importlib.import_module(name)
    # Broken binary packages raise RuntimeError, OSError, AssertionError, ...
    except Exception as error:  # noqa: BLE001
        for added in set(sys.modules) - before:
            if purge and f'{added}.'.startswith(f'{purge}.'):
                sys.modules.pop(added, None)
        first_line = (str(error).splitlines() or [''])[0]
        return f'{type(error).__name__}: {first_line}'
    return None
