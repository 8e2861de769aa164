"""People on images and videos, as files: the command and its parts.

What takes seconds to import comes when it is asked for, as the arguments of
the command need none of it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..structures.people import People
    from .loaded import Loaded
    from .model import load_estimator
    from .predictor import Predictor

__all__ = ['Loaded', 'People', 'Predictor', 'load_estimator']

_MODULES = {
    'Loaded': '.loaded',
    'People': '..structures.people',
    'Predictor': '.predictor',
    'load_estimator': '.model',
}


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name not in _MODULES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    module = importlib.import_module(_MODULES[name], __name__)
    return getattr(module, name)
