"""The page about the predictions of a model."""

from .writing import make_report

__all__ = ['make_report']
