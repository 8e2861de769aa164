"""How well matched people are located: PCK, its AUC, NME.

Note:
    - M: matched people, K: keypoints
    - an error is a distance divided by the size of the person; it is
      infinite for a keypoint that was not predicted and nan for one that
      does not count
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def normalized_errors(
    predicted: np.ndarray,
    found: np.ndarray,
    keypoints: np.ndarray,
    labelled: np.ndarray,
    sizes: np.ndarray,
) -> np.ndarray:
    """Divide the distances of keypoints by the size of their person.

    Args:
        predicted (np.ndarray): (M, K, 2), (x, y) in image pixels.
        found (np.ndarray): bool (M, K), which of them were predicted.
        keypoints (np.ndarray): (M, K, 2), the ground truth.
        labelled (np.ndarray): bool (M, K), which of them count.
        sizes (np.ndarray): (M,) in pixels; nan for people who do not count.

    Returns:
        np.ndarray: float64 (M, K).
    """
    offsets = predicted.astype(np.float64) - keypoints
    distances = np.hypot(offsets[..., 0], offsets[..., 1])
    missing = ~found | ~np.isfinite(distances)
    sizes = np.asarray(sizes, np.float64)[:, None]
    errors = np.where(missing, np.inf, distances) / sizes
    return np.where(labelled & np.isfinite(sizes), errors, np.nan)


def pck(errors: np.ndarray, thr: float) -> float:
    """Compute the share of correct keypoints.

    Args:
        errors (np.ndarray): Normalised errors of any shape.
        thr (float): Greatest error of a correct keypoint.

    Returns:
        float: in [0, 1], or nan if no keypoint counts.
    """
    counted = ~np.isnan(errors)
    if not counted.any():
        return float('nan')
    return float((errors[counted] <= thr).mean())


def pck_auc(errors: np.ndarray, max_thr: float) -> float:
    """Compute the area under PCK for thresholds from 0 to ``max_thr``.

    A keypoint is correct from its error on, so the area is the mean of
    ``1 - error / max_thr``; no thresholds need be sampled.

    Args:
        errors (np.ndarray): Normalised errors of any shape.
        max_thr (float): Greatest threshold.

    Returns:
        float: in [0, 1], or nan if no keypoint counts.
    """
    counted = errors[~np.isnan(errors)]
    if not counted.size:
        return float('nan')
    return float(np.clip(1 - counted / max_thr, 0, 1).mean())


def nme(errors: np.ndarray) -> float:
    """Compute the normalised mean error of the keypoints predicted.

    Args:
        errors (np.ndarray): Normalised errors of any shape.

    Returns:
        float: at least 0, or nan if there is none.
    """
    finite = errors[np.isfinite(errors)]
    return float(finite.mean()) if finite.size else float('nan')


def box_sizes(boxes: np.ndarray) -> np.ndarray:
    """Take the longer side of boxes as size.

    Args:
        boxes (np.ndarray): (M, 4), (x, y, w, h) in pixels.

    Returns:
        np.ndarray: float64 (M,), nan where it is not above 0.
    """
    return _positive(boxes[:, 2:].max(axis=1, initial=0))


def segment_sizes(
    keypoints: np.ndarray,
    labelled: np.ndarray,
    segment: tuple[int, int],
) -> np.ndarray:
    """Take the distance of two keypoints as size.

    Args:
        keypoints (np.ndarray): (M, K, 2), (x, y) in pixels.
        labelled (np.ndarray): bool (M, K).
        segment (tuple[int, int]): The two keypoints.

    Returns:
        np.ndarray: float64 (M,), nan where one of them is not labelled or
        both are at one place.
    """
    first, second = segment
    offsets = keypoints[:, first].astype(np.float64) - keypoints[:, second]
    both = labelled[:, first] & labelled[:, second]
    return _positive(np.where(both, np.hypot(offsets[:, 0], offsets[:, 1]), 0))


def pck_table(
    title: str,
    errors: np.ndarray,
    thresholds: Sequence[float],
    names: Mapping[int, str],
) -> str:
    """Write PCK of every keypoint as lines of text.

    Args:
        title (str): What PCK is called.
        errors (np.ndarray): Normalised errors (M, K).
        thresholds (Sequence[float]): One column each.
        names (Mapping[int, str]): Names of keypoints, where known.

    Returns:
        str: a line for each keypoint, with the number of those that count.
    """
    labels = [str(names.get(k, k)) for k in range(errors.shape[1])]
    width = max(map(len, [*labels, 'keypoint']))
    heads = [f'{title}@{thr:g}' for thr in thresholds]
    lines = ['  '.join(['keypoint'.ljust(width), *heads, 'number'])]
    for label, column in zip(labels, errors.T):
        cells = [
            f'{pck(column, thr):.4f}'.rjust(len(head))
            for thr, head in zip(thresholds, heads)
        ]
        number = f'{(~np.isnan(column)).sum():6d}'
        lines.append('  '.join([label.ljust(width), *cells, number]))
    return '\n'.join(lines)


def ratio(part: float, whole: float, empty: float = float('nan')) -> float:
    """Divide, also by 0.

    Args:
        part (float): Numerator.
        whole (float): Denominator, at least 0.
        empty (float): Value for a denominator of 0. Defaults to nan.

    Returns:
        float: the quotient.
    """
    return float(part / whole) if whole else empty


def _positive(sizes: np.ndarray) -> np.ndarray:
    """Replace sizes that are not above 0 by nan."""
    sizes = np.asarray(sizes, np.float64)
    return np.where(sizes > 0, sizes, np.nan)
