"""Which images are held out, without a sequence on both sides."""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple, Optional

SHARE = 0.15
_TRAIN = {'train', 'training'}
_VAL = {'val', 'valid', 'validation', 'test'}


class Split(NamedTuple):
    """Images to train on, and images to measure by.

    Attributes:
        train (list[int]): Indices of images.
        val (list[int]): Likewise; the same ones if nothing can be held out.
        reason (str): Why, in one line.
    """

    train: list[int]
    val: list[int]
    reason: str


def group_key(name: str) -> str:
    """Name the sequence that an image seems to belong to.

    Args:
        name (str): File name, with folders.

    Returns:
        str: its folder and what stands before the last number; what tools
        append to augmented copies is left out.
    """
    path = PurePosixPath(name.replace('\\', '/'))
    stem = path.stem.split('.rf.')[0]
    before = re.sub(r'[\W_]*\d+[\W_]*$', '', stem)
    return f'{path.parent}/{before}'


def split_images(names: Sequence[str], labelled: Sequence[bool]) -> Split:
    """Split images into those to train on and those to measure by.

    The same images are split alike every time.

    Args:
        names (Sequence[str]): File names, with folders.
        labelled (Sequence[bool]): Whether each shows labelled people; there
            are such on both sides, if there are two.

    Returns:
        Split: of all images.
    """
    everything = list(range(len(names)))
    if sum(labelled) < 2:
        reason = 'one image shows labelled people: measured on it again'
        return Split(everything, everything, reason)
    val = _by_folders(names)
    if _is_fair(val, labelled):
        reason = 'folders named train and val'
    else:
        groups = defaultdict(list)
        for i, name in enumerate(names):
            groups[group_key(name)].append(i)
        val = _by_groups(groups, labelled)
        reason = (
            'whole groups of images (same folder, same name before the '
            f'number), of {len(groups)}'
        )
    if not _is_fair(val, labelled):
        val = _by_order(names, labelled)
        reason = 'the last ones by name, as neighbours may be of one sequence'
    chosen = set(val or ())
    train = [i for i in everything if i not in chosen]
    count = f'{len(chosen)} of {len(names)} images held out'
    return Split(train, sorted(chosen), f'{count}: {reason}')


def _is_fair(val: Optional[list[int]], labelled: Sequence[bool]) -> bool:
    """Tell whether both sides have labelled people."""
    held = sum(labelled[i] for i in val or ())
    return 0 < held < sum(labelled)


def _by_folders(names: Sequence[str]) -> Optional[list[int]]:
    """Hold out what lies in folders that say so."""
    parts = [set(re.split(r'[\\/]', name.lower())[:-1]) for name in names]
    if all(bool(p & _TRAIN) != bool(p & _VAL) for p in parts):
        return [i for i, p in enumerate(parts) if p & _VAL]
    return None


def _by_groups(
    groups: dict[str, list[int]], labelled: Sequence[bool]
) -> Optional[list[int]]:
    """Hold out groups of about the wanted size, in a fixed random order."""
    total = sum(map(len, groups.values()))
    wanted = max(1, math.ceil(SHARE * total))
    val: list[int] = []
    for key in sorted(groups, key=_random):
        if len(val) >= wanted and any(labelled[i] for i in val):
            break
        if len(val) + len(groups[key]) <= 2 * wanted:
            val += groups[key]
    return val


def _random(text: str) -> str:
    """Return a number that looks random, the same one every time."""
    return hashlib.sha256(text.encode()).hexdigest()


def _by_order(names: Sequence[str], labelled: Sequence[bool]) -> list[int]:
    """Hold out the last images, with their share of labelled people."""
    order = sorted(range(len(names)), key=lambda i: _natural(names[i]))
    wanted = math.ceil(SHARE * sum(labelled))
    val: list[int] = []
    while sum(labelled[i] for i in val) < wanted:
        val.append(order.pop())
    return val


def _natural(name: str) -> list[tuple[int, str]]:
    """Order names by the numbers in them."""
    parts = re.split(r'(\d+)', name)
    return [(int(p), '') if p.isdecimal() else (-1, p) for p in parts]
