"""Numbers that the arguments of the command may be."""

from __future__ import annotations

import argparse
import math
from typing import Callable


def whole_number(low: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from ``low`` on."""

    def parse(text: str) -> int:
        value = int(text)
        if value < low:
            raise argparse.ArgumentTypeError(f'must be {low} or more')
        return value

    parse.__name__ = 'whole number'
    return parse


def frame_window(text: str) -> int:
    """Parse a number of frames with one in the middle."""
    value = int(text)
    if value < 5 or value % 2 == 0:
        raise argparse.ArgumentTypeError('must be odd and 5 or more')
    return value


def finite_number(text: str) -> float:
    """Parse a finite number."""
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError('must be a finite number')
    return value
