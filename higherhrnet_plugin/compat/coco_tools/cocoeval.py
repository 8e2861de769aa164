"""Scores of keypoints, as ``xtcocotools.cocoeval`` gives them.

pycocotools compares, matches and averages. Before that every person is
written as a person of COCO: with the keypoints, the score and the area of
what is evaluated. Ids are one higher meanwhile, since pycocotools takes the
id 0 for "nobody".
"""

from __future__ import annotations

import io
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import Any, NamedTuple, Optional

import numpy as np
import pycocotools.cocoeval

from ...structures.coco import (
    BOX_SHARE,
    EASY_BELOW,
    HARD_FROM,
    WHOLE_BODY,
)
from .coco import COCO


class _Kind(NamedTuple):
    """What is evaluated: keys of an annotation, and of a result's score."""

    keypoints: tuple[str, ...] = ('keypoints',)
    score: str = 'score'


_KINDS = {
    'keypoints': _Kind(),
    'keypoints_crowd': _Kind(),
    'keypoints_body': _Kind(),
    'keypoints_wholebody': _Kind(tuple(WHOLE_BODY), 'wholebody_score'),
    **{
        f'keypoints_{part}': _Kind((f'{part}_kpts',), f'{part}_score')
        for part in ('foot', 'face', 'lefthand', 'righthand')
    },
}
_CROWD_LEVELS = {
    'easy': (-np.inf, EASY_BELOW),
    'medium': (EASY_BELOW, HARD_FROM),
    'hard': (HARD_FROM, np.inf),
}


class COCOeval(pycocotools.cocoeval.COCOeval):
    """Evaluation of keypoints of bodies, crowds and parts of bodies.

    Args:
        cocoGt (COCO, optional): Annotations. Defaults to None.
        cocoDt (COCO, optional): Results. Defaults to None.
        iouType (str): 'keypoints', 'keypoints_crowd' for CrowdPose, or
            'keypoints_body', 'keypoints_foot', 'keypoints_face',
            'keypoints_lefthand', 'keypoints_righthand' or
            'keypoints_wholebody' for COCO-WholeBody. Defaults to 'keypoints'.
        sigmas (np.ndarray, optional): (K,), tolerances of the keypoints.
            Defaults to None, which takes COCO's.
        use_area (bool): Read ``area`` of annotations; without it the area of
            a person is 0.53 of the box. Defaults to True.

    Raises:
        ValueError: If something else than keypoints is asked for.
    """

    def __init__(
        self,
        cocoGt: Optional[COCO] = None,
        cocoDt: Optional[COCO] = None,
        iouType: str = 'keypoints',
        sigmas: Optional[np.ndarray] = None,
        use_area: bool = True,
    ) -> None:
        if iouType not in _KINDS:
            raise ValueError(
                f'iouType is one of {", ".join(_KINDS)}, got {iouType!r}; '
                'boxes and masks are evaluated by pycocotools'
            )
        super().__init__(cocoGt, cocoDt, 'keypoints')
        self.params.iouType = iouType
        if sigmas is None:
            sigmas = self.params.kpt_oks_sigmas
        self.sigmas = np.asarray(sigmas)
        self.use_area = use_area
        self.anno_file = getattr(cocoGt, 'anno_file', None)
        self.stats: Any = []

    def evaluate(self) -> None:
        """Compare and match the people of every image."""
        print(f'Evaluating {self.params.iouType}')
        self.params.kpt_oks_sigmas = self.sigmas
        with self._as_keypoints():
            super().evaluate()

    def _prepare(self) -> None:
        """Collect people by image and category, written as COCO's."""
        kind = _KINDS[self._asked]
        self._gts, self._dts = defaultdict(list), defaultdict(list)
        self.evalImgs: Sequence[Any] = []
        self.eval: dict[str, Any] = {}
        for person in self._people(self.cocoGt):
            points = _points(person, kind)
            place = person['image_id'], person['category_id']
            self._gts[place].append(self._annotation(person, points))
        without_score = False
        for person in self._people(self.cocoDt):
            points = _points(person, kind)
            if not np.count_nonzero(np.array(points[2::3]) > 0):
                continue
            without_score |= kind.score not in person
            place = person['image_id'], person['category_id']
            self._dts[place].append(
                {
                    'id': person['id'] + 1,
                    'keypoints': points,
                    'score': person.get(kind.score, person['score']),
                    'area': person['area'],
                }
            )
        if without_score:
            warnings.warn(
                f"'{kind.score}' not found, use 'score' instead.",
                stacklevel=3,
            )

    def _people(self, coco: COCO) -> list[dict[str, Any]]:
        """Return what is asked for of a file."""
        categories = self.params.catIds if self.params.useCats else []
        return coco.loadAnns(coco.getAnnIds(self.params.imgIds, categories))

    def _annotation(
        self, person: Mapping[str, Any], points: list
    ) -> dict[str, Any]:
        """Write an annotation as COCO's."""
        if self._asked == 'keypoints_crowd':
            # of those that are annotated CrowdPose counts the visible
            labelled = person['num_keypoints']
        else:
            labelled = np.count_nonzero(np.array(points[2::3]) > 0)
        if self.use_area and 'area' not in person:
            raise ValueError(
                f'annotation {person["id"]} has no `area`; add it, or set '
                '`use_area=False` to take 0.53 of the box'
            )
        box = person['bbox']
        area = person['area'] if self.use_area else box[2] * box[3] * BOX_SHARE
        crowd = person.get('iscrowd', 0)
        return {
            'id': person['id'] + 1,
            'keypoints': points,
            'bbox': box,
            'area': area,
            'iscrowd': crowd,
            'ignore': labelled == 0 or crowd,
        }

    def evaluateImg(  # noqa: N802
        self, imgId: Any, catId: Any, aRng: Any, maxDet: int
    ) -> Optional[dict[str, Any]]:
        """Match the people of an image.

        Args:
            imgId (Any): The image.
            catId (Any): The category.
            aRng (Any): Smallest and largest area.
            maxDet (int): Most results.

        Returns:
            dict, optional: as in pycocotools, but -1 where a result or an
            annotation has no match; None if there is nobody.
        """
        found = super().evaluateImg(imgId, catId, aRng, maxDet)
        if found is None:
            return None
        for key in ('dtIds', 'gtIds'):
            found[key] = [i - 1 for i in found[key]]
        for key in ('dtMatches', 'gtMatches'):
            found[key] = found[key].astype(np.int64) - 1
        return found

    def accumulate(self, p: Any = None) -> None:
        """Average over the images.

        Args:
            p (Params, optional): Parameters. Defaults to None, which takes
                those of the object.
        """
        images = self.evalImgs
        self.evalImgs = [
            image and {**image, 'dtMatches': image['dtMatches'] + 1}
            for image in images
        ]
        try:
            super().accumulate(p)
        finally:
            self.evalImgs = images

    def summarize(self) -> None:
        """Print the scores and keep them in ``stats``.

        These are AP, AP50, AP75, AP of medium and of large people and the
        same of AR; for 'keypoints_crowd' AP, AP50, AP75, AR, AR50, AR75, and
        AP of images with few, some and many overlaps, to four digits.
        """
        text = io.StringIO()
        with self._as_keypoints(), redirect_stdout(text):
            super().summarize()
        lines = text.getvalue().splitlines()
        if self.params.iouType == 'keypoints_crowd':
            lines = [line for line in lines if 'area=   all' in line]
            values = self._score_levels()
            levels = list(_CROWD_LEVELS)
            for level, value in zip(levels, values):
                lines.append(f' Average Precision (AP) of {level} = {value}')
            kept = [0, 1, 2, 5, 6, 7]
            self.stats = np.array([*self.stats[kept], *values])
        print('\n'.join(lines))

    def _score_levels(self) -> list[float]:
        """Average the precision on the images of each crowd level."""
        values = []
        for low, high in _CROWD_LEVELS.values():
            part = type(self)(
                self.cocoGt,
                self.cocoDt,
                self.params.iouType,
                self.sigmas,
                self.use_area,
            )
            part.params.imgIds = [
                image['id']
                for image in self.cocoGt.dataset['images']
                if low <= image['crowdIndex'] < high
            ]
            with redirect_stdout(io.StringIO()):
                part.evaluate()
                part.accumulate()
            precision = part.eval['precision'][:, :, :, 0, :]
            values.append(round(float(np.mean(precision)), 4))
        return values

    @contextmanager
    def _as_keypoints(self) -> Iterator[None]:
        """Let pycocotools find the only name of keypoints that it knows."""
        self._asked = self.params.iouType
        self.params.iouType = 'keypoints'
        try:
            yield
        finally:
            self.params.iouType = self._asked


def _points(person: Mapping[str, Any], kind: _Kind) -> list:
    """Return the keypoints that are evaluated, flat (x, y, v)."""
    return [value for key in kind.keypoints for value in person[key]]
