"""The people of an image, from the decoder to the file.

Note:
    - N: people, K: keypoints, L: tags of a keypoint
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

import numpy as np

from .boxes import keypoint_boxes

if TYPE_CHECKING:
    from mmengine.structures import InstanceData

Record = dict[str, Any]
Level = tuple[np.ndarray, Optional[np.ndarray]]


class People(NamedTuple):
    """People of one image.

    Attributes:
        keypoints (np.ndarray): float32 (N, K, 2), (x, y); (0, 0) where
            missing.
        keypoint_scores (np.ndarray): float32 (N, K), 0 where missing.
        scores (np.ndarray): float32 (N,), by default the mean of the keypoint
            scores before filling.
        found (np.ndarray): bool (N, K), peaks of their own; what is filled in
            is not.
        tags (np.ndarray): float32 (N, L), mean of the keypoints found; L is
            0 where there are none, as for people of tiles.
        identities (np.ndarray | None): int (N,), from a tracker; 0 for
            people without a number.
        interpolated (np.ndarray | None): bool (N,), who was put in between
            two frames; None stands for nobody.
        levels (Sequence): Heatmaps (K, h, w) and tags (L*K, h, w) or None of
            each level, where the predictor keeps them.

    Examples:
        >>> from higherhrnet_plugin.structures.people import People
        >>> record = dict(keypoints=[5, 6, 0.9, 0, 0, 0], score=0.45)
        >>> people = People.from_records([record], num_keypoints=2)
        >>> people.keypoints.shape, people.found.tolist()
        ((1, 2, 2), [[True, False]])
    """

    keypoints: np.ndarray
    keypoint_scores: np.ndarray
    scores: np.ndarray
    found: np.ndarray
    tags: np.ndarray
    identities: Optional[np.ndarray] = None
    interpolated: Optional[np.ndarray] = None
    levels: Sequence[Level] = ()

    def take(self, places: Sequence[int]) -> People:
        """Return some of them.

        Args:
            places (Sequence[int]): Which, in the order wanted.

        Returns:
            People: of the same image.
        """
        return self._replace(
            **{
                name: getattr(self, name)[list(places)]
                for name in self._fields
                if name != 'levels' and getattr(self, name) is not None
            }
        )

    @classmethod
    def from_instances(cls, instances: InstanceData) -> People:
        """Take the people of an estimator's result.

        Args:
            instances (InstanceData): From :meth:`to_instances`.

        Returns:
            People: the same.
        """
        return cls(
            np.asarray(instances.keypoints, np.float32),
            np.asarray(instances.keypoint_scores, np.float32),
            np.asarray(instances.bbox_scores, np.float32),
            np.asarray(instances.keypoints_visible) > 0,
            np.asarray(instances.tags, np.float32),
        )

    @classmethod
    def from_records(
        cls, records: Sequence[Mapping[str, Any]], num_keypoints: int
    ) -> People:
        """Read COCO results of one image.

        Args:
            records (Sequence[Mapping]): With ``keypoints`` [x, y, score] * K
                and ``score``, and ``track_id`` of those who have one.
            num_keypoints (int): K.

        Returns:
            People: float64, as JSON holds numbers; a keypoint with a score
            counts as found, and there are no tags, (N, 0).

        Raises:
            ValueError: If a record has another number of keypoints.
        """
        for record in records:
            if len(record['keypoints']) != 3 * num_keypoints:
                raise ValueError(
                    f'a result has {len(record["keypoints"]) / 3:g} '
                    f'keypoints, expected {num_keypoints}'
                )
        rows = np.array([record['keypoints'] for record in records], float)
        rows = rows.reshape(-1, num_keypoints, 3)
        identities = [record.get('track_id', 0) for record in records]
        return cls(
            rows[..., :2],
            rows[..., 2],
            np.array([record['score'] for record in records], float),
            rows[..., 2] > 0,
            np.zeros((len(rows), 0)),
            np.array(identities) if any(identities) else None,
        )

    def choose(self, kept: np.ndarray) -> People:
        """Take some of them, without identities and levels.

        Args:
            kept (np.ndarray): int, which people, in their new order.

        Returns:
            People: copies.
        """
        return People(
            self.keypoints[kept],
            self.keypoint_scores[kept],
            self.scores[kept],
            self.found[kept],
            self.tags[kept],
        )

    def to_instances(self) -> InstanceData:
        """Pack them as mmpose's metrics, visualisers and inferencers read.

        Returns:
            InstanceData:
            - keypoints: float32 (N, K, 2), (x, y)
            - keypoint_scores: float32 (N, K), 0 where missing
            - keypoints_visible: float32 (N, K), the score where a keypoint
              was found, 0 where it was filled in or is missing
            - bboxes: float32 (N, 4), (x1, y1, x2, y2) around all keypoints
            - bbox_scores: float32 (N,), the scores of the people
            - tags: float32 (N, L)
        """
        # not above, so that people need numpy alone
        from mmengine.structures import InstanceData

        scores = self.keypoint_scores
        return InstanceData(
            keypoints=self.keypoints,
            keypoint_scores=scores,
            keypoints_visible=np.where(self.found, scores, np.float32(0)),
            bboxes=keypoint_boxes(self.keypoints, scores > 0),
            bbox_scores=self.scores,
            tags=self.tags,
        )

    def to_records(self) -> list[Record]:
        """Describe them as COCO results, by plain values.

        Returns:
            list[dict]: of each person ``keypoints`` [x, y, score] * K, zeros
            where missing, ``score``, ``bbox`` [x, y, w, h] around the
            keypoints that are there, ``track_id`` of those who
            have a number, and ``interpolated``, true, where somebody was put
            in.
        """
        points, scores = self.keypoints, self.keypoint_scores
        there = (scores > 0) & np.isfinite(points).all(axis=2)
        rows = np.concatenate((points, scores[..., None]), axis=2)
        rows = np.where(there[..., None], rows, 0)
        boxes = keypoint_boxes(points, there)
        boxes[:, 2:] -= boxes[:, :2]
        records = [
            {
                'keypoints': _numbers(row.reshape(-1)),
                'score': _numbers(self.scores[n : n + 1])[0],
                'bbox': _numbers(boxes[n]),
            }
            for n, row in enumerate(rows)
        ]
        if self.identities is not None:
            for record, identity in zip(records, self.identities):
                if identity > 0:
                    record['track_id'] = int(identity)
        if self.interpolated is not None:
            for n in np.flatnonzero(self.interpolated):
                records[n]['interpolated'] = True
        return records


def _numbers(values: np.ndarray) -> list[float]:
    """Write float32 values with as few digits as keep them."""
    return [float(str(value)) for value in values.astype(np.float32)]
