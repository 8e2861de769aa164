"""Checks of a data set before training."""

from .checks import check_dataset
from .findings import Findings
from .sheet import make_sheet

__all__ = ['Findings', 'check_dataset', 'make_sheet']
