"""PCK, NME and detection rates of bottom-up predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from ..registry import METRICS
from ..structures.annotated_people import AnnotatedPeople, annotated_people
from ..structures.oks import match_people
from .localization import (
    box_sizes,
    nme,
    normalized_errors,
    pck,
    pck_auc,
    pck_table,
    ratio,
    segment_sizes,
)
from .samples import sample_annotations, sample_people

Segment = Sequence[Union[int, str]]

# how the field calls PCK with another size
_AFFIXES = {'bbox': ('', ''), 'head': ('', 'h'), 'torso': ('t', '')}
_SEGMENTS: dict[str, tuple[tuple[str, str], ...]] = {
    'head': (('top_head', 'neck'), ('left_ear', 'right_ear')),
    'torso': (('left_shoulder', 'right_hip'),),
}


@METRICS.register_module()
class BottomupPCKAccuracy(BaseMetric):
    """Match people, then measure how well their keypoints are located.

    mmpose's ``PCKAccuracy`` and ``NME`` want one predicted person for each
    annotated one. Here people are matched first as COCO does it: greedily,
    best score first, by object keypoint similarity (OKS). Crowds and people
    without labelled keypoints are no ground truth: predictions matched to
    them count neither as right nor as wrong. Reads predictions as bottom-up
    models of mmpose give them, and ``raw_ann_info``. Categories are not
    looked at.

    Results, each in the data of all images together:

        - precision, recall, F1: of people
        - OKS: mean over matched people
        - PCK@thr: share of the labelled keypoints of matched people with an
          error, divided by the size of the person, of at most thr. A
          keypoint that was not predicted (score 0) is wrong
        - AUC: mean PCK for thresholds from 0 to ``auc_thr``, in [0, 1]
        - NME: mean error of the keypoints predicted, divided by the size

    They are called PCKh, AUCh, NMEh by the size of the head and tPCK, tAUC,
    tNME by that of the torso. A person whose size is not known is left out of
    them. With nobody matched all are 0, but NME, which has nothing to
    measure, is nan. Without ground truth all are nan. No comparison takes nan
    for a best value.

    Args:
        thr (float | Sequence[float]): Thresholds of PCK. Defaults to 0.05.
        norm_item (str | Sequence[str]): Sizes to divide by: 'bbox' (longer
            side of the box), 'head' or 'torso' (distance of two keypoints).
            Defaults to 'bbox'.
        oks_thr (float): Smallest OKS of a match, in (0, 1]. Defaults to 0.5.
        score_thr (float): People with a lower score are left out. Defaults
            to 0.
        auc_thr (float): Greatest threshold of the AUC. Defaults to 0.2.
        norm_keypoints (Mapping, optional): The two keypoints, by name or
            index, of 'head' and 'torso'. Defaults to top of the head and
            neck, or both ears, and to left shoulder and right hip.
        use_area (bool): Read ``area`` for OKS; otherwise it is 0.53 of the
            box, as in CrowdPose. Defaults to True.
        per_keypoint (bool): Log a table of PCK for every keypoint. Defaults
            to False.
        collect_device (str): 'cpu' or 'gpu', for distributed tests. Defaults
            to 'cpu'.
        prefix (str, optional): Put before the names. Defaults to 'matched'.

    Raises:
        ValueError: If a threshold or an item cannot work.

    Examples:
        >>> from higherhrnet_plugin import BottomupPCKAccuracy
        >>> BottomupPCKAccuracy(thr=(0.05, 0.1)).prefix
        'matched'
    """

    default_prefix: Optional[str] = 'matched'

    def __init__(
        self,
        thr: Union[float, Sequence[float]] = 0.05,
        norm_item: Union[str, Sequence[str]] = 'bbox',
        oks_thr: float = 0.5,
        score_thr: float = 0.0,
        auc_thr: float = 0.2,
        norm_keypoints: Optional[Mapping[str, Segment]] = None,
        use_area: bool = True,
        per_keypoint: bool = False,
        collect_device: str = 'cpu',
        prefix: Optional[str] = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.thr = tuple(thr) if isinstance(thr, Sequence) else (thr,)
        self.norm_item = (
            (norm_item,) if isinstance(norm_item, str) else tuple(norm_item)
        )
        self.oks_thr, self.score_thr = oks_thr, score_thr
        self.auc_thr = auc_thr
        self.norm_keypoints = dict(norm_keypoints or {})
        self.use_area, self.per_keypoint = use_area, per_keypoint
        self._check()

    def _check(self) -> None:
        """Refuse options that cannot work."""
        if not self.thr or min(self.thr) <= 0:
            raise ValueError(f'`thr` must be above 0, got {list(self.thr)}')
        if not 0 < self.oks_thr <= 1:
            raise ValueError(f'`oks_thr` must be in (0, 1]: {self.oks_thr}')
        if self.auc_thr <= 0:
            raise ValueError(f'`auc_thr` must be above 0, got {self.auc_thr}')
        if not self.norm_item or not set(self.norm_item) <= set(_AFFIXES):
            raise ValueError(
                f'`norm_item` must be of {list(_AFFIXES)}, got '
                f'{list(self.norm_item)}'
            )
        if not set(self.norm_keypoints) <= set(_SEGMENTS):
            raise ValueError(
                f'`norm_keypoints` has the keys {list(_SEGMENTS)}, got '
                f'{list(self.norm_keypoints)}'
            )

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Match the people of a batch and note their errors.

        Args:
            data_batch (Any): Not used.
            data_samples (Sequence[dict]): Outputs of the model with
                ``pred_instances`` and ``raw_ann_info``.

        Raises:
            ValueError: If something is missing or of other keypoints.
        """
        sigmas = self._sigmas()
        for sample in data_samples:
            truth = annotated_people(
                sample_annotations(sample), len(sigmas), self.use_area
            )
            people = sample_people(sample, len(sigmas))
            oks = truth.oks(people.keypoints, sigmas)
            kept = np.flatnonzero(people.scores >= self.score_thr)
            matches = match_people(
                oks[kept],
                people.scores[kept],
                truth.ignored,
                truth.crowd,
                self.oks_thr,
            )
            matched = matches >= 0
            # -1 indexes a dummy at the end
            ignored = matched & np.append(truth.ignored, False)[matches]
            right = matched & ~ignored
            n, g = kept[right], matches[right]
            self.results.append(
                dict(
                    annotated=int((~truth.ignored).sum()),
                    predicted=int((~ignored).sum()),
                    oks=oks[n, g],
                    errors={
                        item: normalized_errors(
                            people.keypoints[n],
                            people.found[n],
                            truth.keypoints[g],
                            truth.labelled[g],
                            self._sizes(item, truth)[g],
                        )
                        for item in self.norm_item
                    },
                )
            )

    def _sigmas(self) -> np.ndarray:
        """Take the tolerances of the keypoints, (K,)."""
        sigmas = (self.dataset_meta or {}).get('sigmas')
        if sigmas is None or not len(sigmas):
            raise ValueError(
                'the metainfo of the data set has no `sigmas`, which OKS needs'
            )
        return np.asarray(sigmas, dtype=np.float64)

    def _sizes(self, item: str, truth: AnnotatedPeople) -> np.ndarray:
        """Measure annotated people, (G,) in pixels."""
        if item == 'bbox':
            return box_sizes(truth.boxes)
        return segment_sizes(
            truth.keypoints, truth.labelled, self._segment(item)
        )

    def _segment(self, item: str) -> tuple[int, int]:
        """Find the two keypoints that tell the size of a person."""
        indices = (self.dataset_meta or {}).get('keypoint_name2id', {})
        count = len(self._sigmas())
        given = self.norm_keypoints.get(item)
        for pair in _SEGMENTS[item] if given is None else (given,):
            points = [indices.get(point, point) for point in pair]
            known = [p for p in points if p in range(count)]
            if len(known) == len(points) == 2:
                return known[0], known[1]
        raise ValueError(
            f'the size {item!r} needs two of the keypoints '
            f'{list(indices) or count}; name them in '
            f"`norm_keypoints=dict({item}=('...', '...'))`, got {given}"
        )

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Sum up all images.

        Args:
            results (list): One dict an image from :meth:`process`.

        Returns:
            dict[str, float]: the values named in the docstring of the class.
        """
        annotated = sum(result['annotated'] for result in results)
        predicted = sum(result['predicted'] for result in results)
        oks = np.concatenate([np.zeros(0)] + [r['oks'] for r in results])
        # without ground truth nothing can be said, not even that it is wrong
        empty = 0.0 if annotated else float('nan')
        right = len(oks) if annotated else float('nan')
        values = {
            'precision': ratio(right, predicted, empty),
            'recall': ratio(right, annotated),
            'F1': ratio(2 * right, predicted + annotated),
            'OKS': ratio(oks.sum(), len(oks), empty),
        }
        for item in self.norm_item:
            errors = [result['errors'][item] for result in results]
            values.update(
                self._locate(
                    item,
                    np.concatenate(errors) if errors else np.zeros((0, 0)),
                    empty,
                )
            )
        print_log(
            f'{len(oks)} of {annotated} people matched, {predicted} predicted',
            'current',
        )
        return values

    def _locate(
        self, item: str, errors: np.ndarray, empty: float
    ) -> dict[str, float]:
        """Compute PCK, AUC and NME of (M, K) errors with their names."""
        front, back = _AFFIXES[item]
        values = {
            f'{front}PCK{back}@{thr:g}': pck(errors, thr) for thr in self.thr
        }
        values[f'{front}AUC{back}'] = pck_auc(errors, self.auc_thr)
        if not len(errors):
            values = dict.fromkeys(values, empty)
        values[f'{front}NME{back}'] = nme(errors)
        unmeasured = int(np.isnan(errors).all(axis=1).sum())
        if unmeasured:
            print_log(
                f'{unmeasured} of {len(errors)} matched people have no known '
                f'size ({item}) and do not count in {", ".join(values)}',
                'current',
            )
        if self.per_keypoint and len(errors):
            names = (self.dataset_meta or {}).get('keypoint_id2name', {})
            table = pck_table(f'{front}PCK{back}', errors, self.thr, names)
            print_log(table, 'current')
        return values
