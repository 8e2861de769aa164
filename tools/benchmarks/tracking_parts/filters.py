"""What smoothing does to keypoints: error, trembling and lag.

Note:
    - T: frames, K: keypoints; points are (x, y) in pixels
"""

from __future__ import annotations

from typing import Any

import numpy as np

from higherhrnet_plugin.structures.people import People
from higherhrnet_plugin.tracking import smooth

from .situations import make_video

# noise of keypoints in heights of the person, and the ways to smooth
LEVELS = (0.002, 0.005, 0.01, 0.02, 0.04)
WINDOWS = (5, 7, 11, 15)
# of One-Euro, for lengths in heights and times in seconds
EURO = ((1.0, 0.0), (1.0, 4.0), (3.0, 4.0))
_SHIFTS = np.arange(-4, 4.01, 0.1)


def measure_smoothing(seed: int, situation: str) -> list[dict[str, Any]]:
    """Measure all ways of smoothing on the people of a video.

    Args:
        seed: Of the video and the noise.
        situation: Of ``SITUATIONS``.

    Returns:
        For each level of noise and each way ``error`` and ``trembling`` in
        % of the height of a person, and ``lag`` in frames.
    """
    video = make_video(situation, seed)
    rng = np.random.default_rng([seed, 1])
    rows = []
    for level in LEVELS:
        figures: dict[str, list[tuple[float, float, float]]] = {}
        for actor in video.actors:
            frames = range(len(actor.path))
            height = actor.person.height
            true = np.stack(
                [actor.at(t, video.camera).points() for t in frames]
            )
            noisy = true + rng.normal(0, level * height, true.shape)
            for name, points in _ways(noisy, video.rate, height).items():
                figures.setdefault(name, []).append(
                    judge(points / height, true / height)
                )
        for name, found in figures.items():
            error, trembling, lag = np.mean(found, axis=0)
            rows.append(
                dict(
                    noise=100 * level,
                    way=name,
                    error=100 * float(error),
                    trembling=100 * float(trembling),
                    lag=float(lag),
                )
            )
    return rows


def _ways(
    points: np.ndarray, rate: float, height: float
) -> dict[str, np.ndarray]:
    """Smooth points (T, K, 2) in all ways."""
    ways = {'off': points}
    for window in WINDOWS:
        ways[f'--smooth {window}'] = _smooth(points, rate, window)
    for cutoff, beta in EURO:
        ways[f'One-Euro {cutoff:g} Hz, beta {beta:g}'] = height * one_euro(
            points / height, rate, cutoff, beta
        )
    return ways


def _smooth(points: np.ndarray, rate: float, window: int) -> np.ndarray:
    """Smooth by the option of the command."""
    ones = np.ones((1, points.shape[1]), np.float32)
    frames = (
        (
            None,
            t / rate,
            People(
                rows[None].astype(np.float32),
                ones,
                ones[:, 0],
                ones > 0,
                ones[:, :1],
                np.ones(1, dtype=int),
            ),
        )
        for t, rows in enumerate(points)
    )
    return np.concatenate([p.keypoints for *_, p in smooth(frames, window)])


def one_euro(
    points: np.ndarray, rate: float, cutoff: float, beta: float
) -> np.ndarray:
    """Smooth by the past alone, less where it is fast.

    Args:
        points: (T, K, 2).
        rate: Frames a second.
        cutoff: Least frequency that passes, Hz.
        beta: How much it grows with the speed.

    Returns:
        (T, K, 2).

    Source: Casiez et al., 1 Euro filter, CHI 2012, with its 1 Hz for the
    speed.
    """
    value, speed = points[0], np.zeros_like(points[0])
    smoothed = [value]
    for now in points[1:]:
        weight = _weight(1.0, rate)
        speed = speed + weight * ((now - value) * rate - speed)
        weight = _weight(cutoff + beta * np.abs(speed), rate)
        value = value + weight * (now - value)
        smoothed.append(value)
    return np.stack(smoothed)


def _weight(cutoff: Any, rate: float) -> Any:
    """Return how much of a new value a low pass takes."""
    turn = 2 * np.pi * cutoff / rate
    return turn / (turn + 1)


def judge(points: np.ndarray, true: np.ndarray) -> tuple[float, float, float]:
    """Compare points (T, K, 2) with the truth.

    Args:
        points: What came out.
        true: What it should be.

    Returns:
        Mean distance; mean distance of the second differences, which is how
        much they tremble; and by how many frames later the truth fits best.
    """
    error = np.linalg.norm(points - true, axis=-1).mean()
    bend = np.diff(points - true, 2, axis=0)
    time = np.arange(len(true))
    inner = slice(5, -5)
    errors = []
    for shift in _SHIFTS:
        low = np.clip(np.floor(time - shift).astype(int), 0, len(true) - 2)
        share = (time - shift - low)[:, None, None]
        moved = true[low] + share * (true[low + 1] - true[low])
        errors.append(np.square(points - moved)[inner].sum())
    lag = _SHIFTS[int(np.argmin(errors))]
    return (
        float(error),
        float(np.linalg.norm(bend, axis=-1).mean()),
        float(lag),
    )
