"""Keypoints of tracks without their trembling.

Note:
    - W: frames of a window, N: people, K: keypoints
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from ..structures.people import People

Item = TypeVar('Item')

# of the polynomial; a parabola goes through any three points
_DEGREE = 2
LEAST_WINDOW = 5


def smooth(
    frames: Iterable[tuple[Item, float, People]], window: int
) -> Iterator[tuple[Item, float, People]]:
    """Move keypoints to the parabola that fits them best over some frames.

    The frame is in the middle of its window, so that nothing lags behind;
    at both ends of a track the window is shorter. Frames come out as they go
    in, ``window // 2`` frames later.

    Args:
        frames (Iterable[tuple]): Anything, the time in seconds, and the
            people with ``identities``, frame by frame.
        window (int): Frames W, odd, from 5 on.

    Yields:
        tuple: the same with other keypoints, where the track has the
        keypoint on more than 3 frames of the window. Scores and what is
        missing stay.

    Raises:
        ValueError: If ``window`` is even or too short.

    Source: Savitzky and Golay, Smoothing and differentiation of data by
    simplified least squares procedures, 1964; here solved for each keypoint,
    as times may be uneven and keypoints missing.
    """
    if window < LEAST_WINDOW or window % 2 == 0:
        raise ValueError(
            f'`window` must be an odd number of frames from {LEAST_WINDOW} '
            f'on, got {window}'
        )
    half = window // 2
    near: deque[tuple[Item, float, People]] = deque(maxlen=window)
    count = 0
    for frame in frames:
        near.append(frame)
        count += 1
        if count > half:
            yield _smoothed(near, len(near) - 1 - half)
    for back in range(min(half, count), 0, -1):
        # what is too far away for these at the end
        kept = list(near)[max(0, len(near) - half - back) :]
        yield _smoothed(kept, len(kept) - back)


def _smoothed(
    near: Sequence[tuple[Item, float, People]], middle: int
) -> tuple[Item, float, People]:
    """Smooth the people of one frame by those around."""
    item, time, people = near[middle]
    if people.identities is None:
        raise ValueError(
            'people without `identities` are not smoothed: track them'
        )
    shape = (len(near), *people.keypoint_scores.shape)
    points, there = np.zeros((*shape, 2)), np.zeros(shape, dtype=bool)
    for place, (_, _, others) in enumerate(near):
        same = people.identities[:, None] == others.identities
        # 0 stands for those without a number
        same &= people.identities[:, None] > 0
        mine, theirs = np.nonzero(same)
        points[place, mine] = others.keypoints[theirs]
        there[place, mine] = others.keypoint_scores[theirs] > 0
    times = np.array([moment for _, moment, _ in near]) - time
    fitted = _fit(points, there, times)
    enough = there.sum(axis=0) > _DEGREE + 1
    moved = enough & (people.keypoint_scores > 0)
    keypoints = np.where(
        moved[..., None], fitted.astype(np.float32), people.keypoints
    )
    return item, time, people._replace(keypoints=keypoints)


def _fit(
    points: np.ndarray, there: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Return where parabolas through points are at time 0.

    Args:
        points (np.ndarray): float64 (W, N, K, 2).
        there (np.ndarray): bool (W, N, K), which of them count.
        times (np.ndarray): float64 (W,).

    Returns:
        np.ndarray: float64 (N, K, 2); of no meaning for fewer than 3 points.
    """
    scaled = times / max(np.abs(times).max(), 1e-9)
    powers = scaled ** np.arange(_DEGREE + 1)[:, None]  # (3, W)
    # relative to somewhere near, so that squares keep their digits
    centre = (
        np.where(there[..., None], points, 0).sum(0)
        / np.maximum(there.sum(0), 1)[..., None]
    )
    offsets = np.where(there[..., None], points - centre, 0)
    normal = np.einsum('iw,jw,wnk->nkij', powers, powers, there)
    right = np.einsum('iw,wnkc->nkic', powers, offsets)
    # frames of a damaged file may share a time: not every one is solvable
    inverse = np.linalg.pinv(normal, rcond=1e-9, hermitian=True)
    return (inverse @ right)[:, :, 0] + centre
