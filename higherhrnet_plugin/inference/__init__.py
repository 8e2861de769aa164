"""People on images and videos, as files: the command and its parts."""

from .model import load_estimator
from .people import Loaded, People
from .predictor import Predictor

__all__ = ['Loaded', 'People', 'Predictor', 'load_estimator']
