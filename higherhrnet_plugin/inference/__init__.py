"""People on images and videos, as files: the command and its parts.

What takes seconds to import comes when it is asked for, as the arguments of
the command need none of it.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from ..structures.people import People
    from .loaded import Loaded
    from .model import load_estimator
    from .predictor import Predictor

__all__ = ['Loaded', 'People', 'Predictor', 'load_estimator']

__getattr__ = lazy_names(
    __name__,
    {
        'Loaded': '.loaded',
        'People': '..structures.people',
        'Predictor': '.predictor',
        'load_estimator': '.model',
    },
)
