"""Run-length encodings, checked before any C code sees them.

The tools of COCO are written in C and believe what they are given: counts
beyond the picture are written beyond its memory.

Note:
    The counts are lengths of runs outside and inside of the region in turn,
    over the columns of the picture. They are a list, or text with 5 bits of
    a number in each character, low ones first, from '0' on; from the fourth
    number on it is the difference to the last but one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

import numpy as np

_FIRST, _LAST = 48, 111
_MORE, _SIGN, _BITS = 0x20, 0x10, 5
# of one number, which thus fits into 64 bits
_MAX_CHARACTERS = 12
_NO_NUMBER = 'has characters in `counts` that encode no number'


def check_run_lengths(
    encoding: Mapping[str, Any], shape: Sequence[float]
) -> None:
    """Refuse an encoding that does not cover its picture exactly.

    Args:
        encoding (Mapping): ``size`` [h, w] and ``counts``, a list of whole
            numbers or text.
        shape (Sequence[float]): (h, w) of the picture.

    Raises:
        ValueError: If it cannot be decoded; the message says why.
    """
    size = encoding.get('size')
    if not isinstance(size, (list, tuple)) or list(size) != list(shape):
        raise ValueError(
            f'has the `size` {size}, but its image (h, w) {list(shape)}'
        )
    counts = read_counts(encoding.get('counts'))
    if (counts < 0).any():
        raise ValueError(f'has the negative number {counts.min()} in `counts`')
    cells = int(shape[0]) * int(shape[1])
    # a sum of many large counts could overflow
    total = int(counts.sum(dtype=object)) if counts.size else 0
    if total != cells:
        raise ValueError(
            f'has `counts` that cover {total} pixels; its image '
            f'(h, w) {list(shape)} has {cells}'
        )


def read_counts(counts: Any) -> np.ndarray:
    """Read the counts of either form.

    Args:
        counts (Any): A list of whole numbers, or text.

    Returns:
        np.ndarray: int64 (N,), lengths of runs; they may be negative or
        cover more or less than a picture.

    Raises:
        ValueError: If they are neither, or cannot be decoded.
    """
    if isinstance(counts, str):
        try:
            counts = counts.encode('ascii')
        except UnicodeEncodeError as error:
            raise ValueError(_NO_NUMBER) from error
    if isinstance(counts, bytes):
        return _decode(counts)
    if not isinstance(counts, (list, tuple)):
        raise ValueError(
            f'has `counts` of the type {type(counts).__name__}; they are a '
            'list or text'
        )
    return _whole_numbers(counts)


def _whole_numbers(counts: Sequence[Any]) -> np.ndarray:
    """Take a list of counts as an array."""
    for count in counts:
        whole: Union[bool, float] = type(count) is int or (
            type(count) is float and count.is_integer()
        )
        if not whole or abs(count) >= 2**63:
            raise ValueError(f'has {count!r} in `counts`, no whole number')
    return np.array([int(count) for count in counts], dtype=np.int64)


def _decode(text: bytes) -> np.ndarray:
    """Decode the characters of all numbers at once."""
    codes = np.frombuffer(text, np.uint8).astype(np.int64)
    if not codes.size:
        return codes
    if codes.min() < _FIRST or codes.max() > _LAST:
        raise ValueError(_NO_NUMBER)
    codes -= _FIRST
    ends = np.flatnonzero((codes & _MORE) == 0)
    if not ends.size or ends[-1] != codes.size - 1:
        raise ValueError('has `counts` that end within a number')
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() > _MAX_CHARACTERS:
        raise ValueError(
            'has a number in `counts` that is too large for any image'
        )
    places = np.arange(codes.size) - np.repeat(starts, lengths)
    numbers = np.add.reduceat(
        (codes & (_MORE - 1)) << (_BITS * places), starts
    )
    negative = (codes[ends] & _SIGN) > 0
    numbers -= negative * (np.int64(1) << (_BITS * lengths))
    # differences to the last but one, beginning with the fourth
    for first in (1, 2):
        numbers[first::2] = np.cumsum(numbers[first::2])
    return numbers
