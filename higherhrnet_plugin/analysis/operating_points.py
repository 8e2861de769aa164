"""Precision and recall over the threshold of scores."""

from __future__ import annotations

from typing import NamedTuple, Optional

import numpy as np

from .coco_scores import CocoEvaluation


class OperatingPoints(NamedTuple):
    """What remains if predictions below a score are dropped.

    Attributes:
        scores (np.ndarray): float64 (N,) of the predictions that count, best
            first.
        precision (np.ndarray): float64 (N,), of the predictions so far.
        recall (np.ndarray): float64 (N,).
        f1 (np.ndarray): float64 (N,).
        best (int): Where F1 is greatest.
    """

    scores: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    best: int

    def at(self, threshold: float) -> Optional[int]:
        """Find the last prediction that a threshold keeps.

        Args:
            threshold (float): Lowest score.

        Returns:
            int, optional: its index; None if nobody is left.
        """
        count = int((self.scores >= threshold).sum())
        return count - 1 if count else None


def operating_points(
    coco: CocoEvaluation, oks: float = 0.5
) -> Optional[OperatingPoints]:
    """Compute precision, recall and F1 for every threshold.

    Args:
        coco (CocoEvaluation): The evaluation.
        oks (float): Smallest OKS of a match. Defaults to 0.5.

    Returns:
        OperatingPoints, optional: None if nobody was predicted or nobody is
        annotated.
    """
    scores, right, people = coco.decisions(oks)
    if not len(scores) or not people:
        return None
    precision = right.cumsum() / np.arange(1, len(right) + 1)
    recall = right.cumsum() / people
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    # a threshold keeps all predictions of equal scores, or none
    ends = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    best = int(ends[f1[ends].argmax()])
    return OperatingPoints(scores, precision, recall, f1, best)
