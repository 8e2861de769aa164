"""Selection of people by score, number of keypoints and similarity.

The official code has nothing of this; it serves users and not AP.

Note:
    - N: people, K: keypoints
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

import numpy as np

from ...structures.boxes import keypoint_boxes
from ...structures.coco import SIGMAS
from ...structures.oks import oks_matrix
from .checks import check_not_negative


def suppress_duplicates(
    keypoints: np.ndarray,
    found: np.ndarray,
    scores: np.ndarray,
    thr: float,
    sigmas: Sequence[float],
) -> np.ndarray:
    """Keep the best of similar people.

    Similarity is the object keypoint similarity (OKS) of the keypoints that
    the worse person has, by the size of the better one; what the better one
    lacks counts as 0.

    Args:
        keypoints (np.ndarray): (N, K, 2), (x, y).
        found (np.ndarray): bool (N, K).
        scores (np.ndarray): (N,).
        thr (float): OKS above which two people are one.
        sigmas (Sequence[float]): (K,), tolerances of the keypoints.

    Returns:
        np.ndarray: int64, indices of the people that are kept, best first.

    Source: OKS-based suppression as in MMPose 0.x (``oks_nms``).
    """
    corners = keypoint_boxes(keypoints, found)
    boxes = np.hstack((corners[:, :2], corners[:, 2:] - corners[:, :2]))
    areas = boxes[:, 2:].prod(axis=1)
    visible = np.where(found[..., None], keypoints, np.nan)
    rest = np.argsort(-scores, kind='stable')
    kept = []
    while len(rest):
        best, rest = rest[0], rest[1:]
        kept.append(best)
        oks = oks_matrix(
            visible[best, None],
            keypoints[rest],
            found[rest],
            boxes[rest],
            np.full(len(rest), areas[best]),
            np.asarray(sigmas),
        )[0]
        rest = rest[oks <= thr]
    return np.array(kept, dtype=np.int64)


class Selection(NamedTuple):
    """Choose people by score, number of keypoints and similarity.

    Attributes:
        instance_thr (float): Least score. Defaults to 0.
        min_keypoints (int): Least number of peaks of a person. Defaults to 0.
        nms_thr (float, optional): OKS above which two people are one.
            Defaults to None, which compares nobody.
        max_instances (int, optional): At most so many, the best. Defaults to
            None, which has no limit.
        sigmas (Sequence[float], optional): (K,), tolerances for ``nms_thr``.
            Defaults to those of COCO for K = 17.
    """

    instance_thr: float = 0.0
    min_keypoints: int = 0
    nms_thr: Optional[float] = None
    max_instances: Optional[int] = None
    sigmas: Optional[Sequence[float]] = None

    def check(self, num_keypoints: Optional[int]) -> None:
        """Raise ValueError if an option is out of its range.

        Args:
            num_keypoints (int, optional): K; None if it is not known.
        """
        check_not_negative(
            instance_thr=self.instance_thr, min_keypoints=self.min_keypoints
        )
        if self.max_instances is not None and not self.max_instances >= 1:
            raise ValueError(
                '`max_instances` must be positive, or None for no limit, got '
                f'{self.max_instances}'
            )
        if self.nms_thr is None:
            return
        if not 0 <= self.nms_thr <= 1:
            raise ValueError(
                f'`nms_thr` must be from 0 to 1, got {self.nms_thr}'
            )
        if num_keypoints is None:
            return
        sigmas = self._sigmas(num_keypoints)
        if sigmas is None or len(sigmas) != num_keypoints:
            given = 'none' if sigmas is None else len(sigmas)
            raise ValueError(
                f'`nms_thr` needs `sigmas` of {num_keypoints} keypoints, got '
                f'{given}; set `metainfo` of the model, or `sigmas` of the '
                'decoder'
            )

    def choose(
        self, keypoints: np.ndarray, found: np.ndarray, scores: np.ndarray
    ) -> np.ndarray:
        """Choose people.

        Args:
            keypoints (np.ndarray): (N, K, 2), (x, y).
            found (np.ndarray): bool (N, K), peaks of their own, not filled
                in.
            scores (np.ndarray): (N,), scores of the people.

        Returns:
            np.ndarray: int64, indices of the people that are kept; best
            first, or all in their order with the defaults.
        """
        if self._replace(sigmas=None) == Selection():
            return np.arange(len(scores))
        fit = scores >= self.instance_thr
        chosen = np.flatnonzero(fit & (found.sum(1) >= self.min_keypoints))
        chosen = chosen[np.argsort(-scores[chosen], kind='stable')]
        if self.nms_thr is not None:
            kept = suppress_duplicates(
                keypoints[chosen],
                found[chosen],
                scores[chosen],
                self.nms_thr,
                self._sigmas(found.shape[1]) or (),
            )
            chosen = chosen[kept]
        return chosen[: self.max_instances]

    def _sigmas(self, num_keypoints: int) -> Optional[Sequence[float]]:
        """Return the tolerances that were given, or else COCO's."""
        if self.sigmas is None and num_keypoints == len(SIGMAS):
            return SIGMAS
        return None if self.sigmas is None else list(self.sigmas)
