"""COCO's scores of predictions, also of a part of the images.

Note:
    - T: OKS thresholds .5, .55, ..., .95, R: recalls 0, .01, ..., 1
    - A: sizes of people, see ``SIZES``
    - I: images, D: predictions
"""

from __future__ import annotations

import copy
import io
from collections.abc import Collection, Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any, NamedTuple, Optional, Union

import numpy as np

from ..compat.coco_tools import COCO, COCOeval
from ..structures.coco import LARGE_AREA, MAX_PEOPLE, MEDIUM_AREA

# in square pixels; COCO itself has no 'small' for keypoints
SIZES = {
    'all': (0.0, 1e5**2),
    'medium': (MEDIUM_AREA, LARGE_AREA),
    'large': (LARGE_AREA, 1e5**2),
    'small': (0.0, MEDIUM_AREA),
}


class CocoScores(NamedTuple):
    """Precision and recall; -1 where nobody is annotated.

    Attributes:
        precision (np.ndarray): float64 (T, R, A).
        recall (np.ndarray): float64 (T, A).
    """

    precision: np.ndarray
    recall: np.ndarray

    def ap(self, oks: Optional[float] = None, size: str = 'all') -> float:
        """Average the precision.

        Args:
            oks (float, optional): Threshold. Defaults to None, which averages
                all.
            size (str): Key of ``SIZES``. Defaults to 'all'.

        Returns:
            float: in [0, 1], or -1 if nobody is annotated.
        """
        return _mean(self.precision, oks, size)

    def ar(self, oks: Optional[float] = None, size: str = 'all') -> float:
        """Average the recall.

        Args:
            oks (float, optional): Threshold. Defaults to None, which averages
                all.
            size (str): Key of ``SIZES``. Defaults to 'all'.

        Returns:
            float: in [0, 1], or -1 if nobody is annotated.
        """
        return _mean(self.recall, oks, size)


class Matches(NamedTuple):
    """What every prediction counts for, best score first.

    Attributes:
        images (np.ndarray): int (D,), index of its image, in the order of
            the ids.
        right (np.ndarray): bool (T, D), whether it is right.
        counts (np.ndarray): bool (T, D), whether it counts at all.
        people (np.ndarray): int (I,), annotated people who count.
    """

    images: np.ndarray
    right: np.ndarray
    counts: np.ndarray
    people: np.ndarray


class CocoEvaluation:
    """Match all predictions once, then score any images of them.

    Args:
        ground_truth (Mapping): Content of a COCO file.
        predictions (Sequence[Mapping]): Records with ``image_id``,
            ``category_id``, ``score`` and ``keypoints``, flat (x, y, score)
            in image pixels. There may be none.
        sigmas (Sequence[float]): Tolerances of the keypoints.
        iou_type (str): 'keypoints' or 'keypoints_crowd'. Defaults to
            'keypoints'.
        use_area (bool): Read ``area``; without it the size of a person is
            0.53 of the box. Defaults to True.
        sizes (Sequence[str] | Mapping): Which of ``SIZES`` to score, from
            the first on; or sizes of your own for :meth:`matches`, with their
            smallest and largest area in square pixels. Defaults to all.
    """

    def __init__(
        self,
        ground_truth: Mapping[str, Any],
        predictions: Sequence[Mapping[str, Any]],
        sigmas: Union[Sequence[float], np.ndarray],
        iou_type: str = 'keypoints',
        use_area: bool = True,
        sizes: Union[Sequence[str], Mapping[str, tuple[float, float]]] = tuple(
            SIZES
        ),
    ) -> None:
        # COCOeval writes into the annotations
        truth = _index(
            {
                **ground_truth,
                'annotations': [dict(a) for a in ground_truth['annotations']],
            }
        )
        results = _index(
            {
                'images': ground_truth['images'],
                'categories': ground_truth['categories'],
                'annotations': _records(predictions),
            }
        )
        self._coco = COCOeval(
            truth, results, iou_type, np.asarray(sigmas, float), use_area
        )
        self._coco.params.maxDets = [MAX_PEOPLE]
        areas = sizes if isinstance(sizes, Mapping) else SIZES
        self._coco.params.areaRng = [list(areas[size]) for size in sizes]
        self._coco.params.areaRngLbl = list(sizes)
        with redirect_stdout(io.StringIO()):
            self._coco.evaluate()

    @property
    def thresholds(self) -> np.ndarray:
        """np.ndarray: the T thresholds of OKS."""
        return self._coco.params.iouThrs

    @property
    def recalls(self) -> np.ndarray:
        """np.ndarray: the R recalls."""
        return self._coco.params.recThrs

    def scores(
        self, image_ids: Optional[Collection[int]] = None
    ) -> CocoScores:
        """Score the predictions on some images.

        Args:
            image_ids (Collection[int], optional): Which. Defaults to None,
                which takes all.

        Returns:
            CocoScores: as COCOeval gives them for these images alone.
        """
        everything = self._coco.params.imgIds
        kept = [
            i
            for i, image in enumerate(everything)
            if image_ids is None or image in image_ids
        ]
        part = COCOeval(iouType=self._coco.params.iouType)
        part.params = copy.copy(self._coco.params)
        part.params.imgIds = [everything[i] for i in kept]
        part._paramsEval = part.params
        part.evalImgs = [
            self._coco.evalImgs[start + i]
            for start in range(0, len(self._coco.evalImgs), len(everything))
            for i in kept
        ]
        with redirect_stdout(io.StringIO()):
            part.accumulate()
        return CocoScores(
            part.eval['precision'][:, :, 0, :, 0],
            part.eval['recall'][:, 0, :, 0],
        )

    def matches(self, size: str = 'all') -> Matches:
        """List all predictions and what they count for.

        Args:
            size (str): One of the sizes. Defaults to 'all'.

        Returns:
            Matches: at every threshold, images sorted by id.
        """
        images = len(self._coco.params.imgIds)
        start = self._coco.params.areaRngLbl.index(size) * images
        rows = self._coco.evalImgs[start : start + images]
        known = [(i, row) for i, row in enumerate(rows) if row is not None]
        nothing = np.zeros((len(self.thresholds), 0))
        scores = np.concatenate([[], *(row['dtScores'] for _, row in known)])
        order = np.argsort(-scores, kind='mergesort')
        owners = [[i] * len(row['dtScores']) for i, row in known]
        right, ignored = (
            np.concatenate([nothing, *(row[key] for _, row in known)], axis=1)
            for key in ('dtMatches', 'dtIgnore')
        )
        people = np.zeros(images, int)
        for i, row in known:
            people[i] = int((np.asarray(row['gtIgnore']) == 0).sum())
        return Matches(
            np.concatenate([[], *owners]).astype(int)[order],
            right[:, order] >= 0,
            ignored[:, order] == 0,
            people,
        )

    def decisions(
        self, oks: float = 0.5
    ) -> tuple[np.ndarray, np.ndarray, int]:
        """List the predictions that count, best score first.

        Args:
            oks (float): One of ``thresholds``. Defaults to 0.5.

        Returns:
            tuple: scores float64 (N,), whether they are right, bool (N,), and
            the number of annotated people who count.
        """
        t = int(np.argmin(np.abs(self.thresholds - oks)))
        images = len(self._coco.params.imgIds)
        rows = [e for e in self._coco.evalImgs[:images] if e is not None]
        scores = np.concatenate([[], *(e['dtScores'] for e in rows)])
        right = np.concatenate([[], *(e['dtMatches'][t] for e in rows)]) >= 0
        kept = np.concatenate([[], *(e['dtIgnore'][t] for e in rows)]) == 0
        people = sum(int((e['gtIgnore'] == 0).sum()) for e in rows)
        order = np.argsort(-scores[kept], kind='mergesort')
        return scores[kept][order], right[kept][order], people


def _mean(values: np.ndarray, oks: Optional[float], size: str) -> float:
    """Average what is known of (T, ..., A)."""
    values = values[..., list(SIZES).index(size)]
    if oks is not None:
        values = values[round((oks - 0.5) / 0.05)]
    known = values[values > -1]
    return float(known.mean()) if known.size else -1.0


def _index(content: dict[str, Any]) -> COCO:
    """Make the tool's object from the content of a file."""
    coco = COCO()
    coco.dataset, coco.anno_file = content, []
    with redirect_stdout(io.StringIO()):
        coco.createIndex()
    return coco


def _records(predictions: Sequence[Mapping[str, Any]]) -> list[dict]:
    """Add what ``loadRes`` of the tool adds, also to no predictions."""
    records = []
    for number, prediction in enumerate(predictions, 1):
        box = prediction.get('bbox')
        if not box:
            x = prediction['keypoints'][0::3]
            y = prediction['keypoints'][1::3]
            box = [min(x), min(y), max(x) - min(x), max(y) - min(y)]
        records.append(
            {**prediction, 'id': number, 'area': box[2] * box[3], 'bbox': box}
        )
    return records
