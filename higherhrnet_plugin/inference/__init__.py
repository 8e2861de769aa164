"""People on images and videos, as files: the command and its parts."""

from ..structures.people import People
from .loaded import Loaded
from .model import load_estimator
from .predictor import Predictor

__all__ = ['Loaded', 'People', 'Predictor', 'load_estimator']
