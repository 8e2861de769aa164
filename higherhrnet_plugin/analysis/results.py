"""Predictions against ground truth: scores, errors, and what they cost."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

from mmpose.datasets.datasets import CocoDataset

from ..datasets.coco_repair import CocoOptions
from ..datasets.coco_repair.categories import Category
from ..datasets.coco_repair.names import Renaming
from ..evaluation.diagnosis import diagnose
from ..evaluation.mean_errors import (
    MeanErrors,
    average,
    describe,
    visible_errors,
)
from ..structures.metainfo import ordered_names, parse_metainfo
from .coco_scores import CocoEvaluation
from .config_inputs import PathText, read_config_inputs
from .findings import describe_results
from .formatting import plain_numbers
from .headroom import headroom
from .image_results import ImageResult, compare_images
from .inputs import GroundTruth, Inputs, Predictions, make_inputs
from .operating_points import OperatingPoints, operating_points
from .summaries import (
    GroupScore,
    headline_scores,
    keypoint_table,
    person_counts,
    score_groups,
)


class SizeScore(NamedTuple):
    """Scores of people of one size.

    Attributes:
        ap (float): Average precision, -1 if nobody has this size.
        ar (float): Average recall, likewise.
    """

    ap: float
    ar: float


@dataclass(frozen=True)
class Analysis:
    """What predictions got right and wrong.

    Attributes:
        inputs (Inputs): Ground truth and predictions.
        images (list[ImageResult]): The matched people of every image.
        coco (CocoEvaluation): COCO's evaluation, for curves.
        score_thr (float): People of a lower score are left out of the
            'confident' counts and of the qualities of images.
        scores (dict[str, float]): What mmpose's metric prints, by its names.
        sizes (dict[str, SizeScore]): Scores of 'small', 'medium' and 'large'
            people.
        groups (dict): Scores of images by number of 'people' and by
            'crowding', a :class:`GroupScore` each.
        keypoints (list[dict]): One record a keypoint, from
            :func:`~.summaries.keypoint_table`.
        people (dict): Counts of matches, misses and false positives, from
            :func:`~.summaries.person_counts`.
        headroom (dict[str, float]): What AP would gain without each type of
            error, greatest first.
        operating_points (OperatingPoints, optional): Precision and recall by
            threshold; None if nobody was predicted or is annotated.
        mean_errors (MeanErrors): How far keypoints are moved to one side.
        findings (list[str]): What stands out, in sentences.

    Examples:
        >>> from higherhrnet_plugin.analysis import analyse
        >>> result = analyse('people.json', 'predictions.json')
        >>> len(result.images)
        3
    """

    inputs: Inputs
    images: list[ImageResult]
    coco: CocoEvaluation
    score_thr: float
    scores: dict[str, float]
    sizes: dict[str, SizeScore]
    groups: dict[str, dict[str, GroupScore]]
    keypoints: list[dict[str, Any]]
    people: dict[str, dict[str, int]]
    headroom: dict[str, float]
    operating_points: Optional[OperatingPoints]
    mean_errors: MeanErrors
    findings: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain data.

        Returns:
            dict: what JSON can hold; None where nothing could be measured.
        """
        scores = self.coco.scores()
        numbers: dict[str, Any] = {
            'scores': self.scores,
            'sizes': {name: score.ap for name, score in self.sizes.items()},
            'by_threshold': {
                f'{oks:.2f}': scores.ap(oks) for oks in self.coco.thresholds
            },
            'keypoints': self.keypoints,
            'people': self.people,
            'headroom': self.headroom,
            'mean_errors': self.mean_errors._asdict(),
        }
        for criterion, groups in self.groups.items():
            numbers[f'{criterion}_groups'] = {
                name: group.ap for name, group in groups.items()
            }
        if self.operating_points is not None:
            best = self.operating_points.best
            numbers['best_f1'] = {
                'threshold': float(self.operating_points.scores[best]),
                'f1': float(self.operating_points.f1[best]),
            }
        return plain_numbers(numbers)


def analyse(
    ground_truth: GroundTruth,
    predictions: Predictions,
    metainfo: Optional[Mapping[str, Any]] = None,
    *,
    image_dir: Optional[PathText] = None,
    category: Category = None,
    rename_keypoints: Renaming = None,
    keypoint_fields: Optional[Mapping[str, int]] = None,
    iou_type: str = 'keypoints',
    use_area: bool = True,
    score_thr: float = 0.3,
) -> Analysis:
    """Compare predictions with ground truth.

    The annotation file is repaired as for training, and people are scored
    and matched as by COCO's tool.

    Args:
        ground_truth (str | PathLike | Mapping): COCO keypoint file, or its
            content.
        predictions (str | PathLike | Sequence[Mapping]): File of COCO
            results, or its content: records with ``image_id``,
            ``category_id``, ``score`` and ``keypoints``, flat (x, y, score)
            in image pixels.
        metainfo (Mapping, optional): Keypoints, as in the config of a data
            set. Defaults to None, which takes the 17 of COCO.
        image_dir (str | PathLike, optional): Folder of the images, for
            drawings of them. Defaults to None.
        category (int | str | Sequence | None): As for the data sets.
            Defaults to None, which takes the only one that fits.
        rename_keypoints (str | Mapping | None): Likewise.
        keypoint_fields (Mapping[str, int], optional): Lists of a record that
            hold the keypoints, and how many each; for COCO-WholeBody
            ``structures.coco.WHOLE_BODY``. Defaults to None, which takes
            ``keypoints``.
        iou_type (str): 'keypoints', 'keypoints_crowd' for CrowdPose, or
            'keypoints_wholebody'. Defaults to 'keypoints'.
        use_area (bool): Whether OKS reads ``area``; otherwise it is 0.53 of
            the box, as for CrowdPose and AIC. Defaults to True.
        score_thr (float): People of a lower score are left out of the
            'confident' counts. Defaults to 0.3.

    Returns:
        Analysis: scores, errors and what they cost.

    Raises:
        ValueError: If something does not fit together.
        OSError: If a file cannot be read.

    Examples:
        >>> from higherhrnet_plugin.analysis import analyse
        >>> analyse('people.json', 'predictions.json').scores['AP']
        1.0
    """
    parsed = parse_metainfo(metainfo or CocoDataset.METAINFO)
    options = CocoOptions(
        num_keypoints=parsed['num_keypoints'],
        category=category,
        image_dir=None if image_dir is None else os.fspath(image_dir),
        missing_images='ignore',
        keypoint_fields=dict(keypoint_fields or {}),
        names=ordered_names(parsed),
        rename_keypoints=rename_keypoints,
    )
    inputs = make_inputs(
        ground_truth, predictions, parsed, options, iou_type, use_area
    )
    return analyse_inputs(inputs, score_thr)


def analyse_config(
    config: PathText,
    predictions: PathText,
    *,
    ann_file: Optional[PathText] = None,
    image_dir: Optional[PathText] = None,
    score_thr: float = 0.3,
    progress: bool = False,
) -> Analysis:
    """Compare predictions with the ground truth of a config's test.

    Args:
        config (str | PathLike): Config file; its test tells annotations,
            keypoints and how OKS is computed.
        predictions (str | PathLike): File of COCO results.
        ann_file (str | PathLike, optional): Another annotation file. Defaults
            to None.
        image_dir (str | PathLike, optional): Another folder of images.
            Defaults to None.
        score_thr (float): As for :func:`analyse`. Defaults to 0.3.
        progress (bool): Whether to show progress bars. Defaults to False.

    Returns:
        Analysis: scores, errors and what they cost.

    Raises:
        ValueError: If something does not fit together.
        OSError: If a file cannot be read.

    Examples:
        >>> from higherhrnet_plugin.analysis import analyse_config
        >>> analyse_config('config.py', 'predictions.json').scores['AP']
        1.0
    """
    inputs = read_config_inputs(config, predictions, ann_file, image_dir)
    return analyse_inputs(inputs, score_thr, progress)


def analyse_inputs(
    inputs: Inputs, score_thr: float = 0.3, progress: bool = False
) -> Analysis:
    """Compare what was read.

    Args:
        inputs (Inputs): Ground truth and predictions.
        score_thr (float): As for :func:`analyse`. Defaults to 0.3.
        progress (bool): Whether to show progress bars. Defaults to False.

    Returns:
        Analysis: scores, errors and what they cost.
    """
    coco = CocoEvaluation(
        inputs.content,
        inputs.predictions,
        inputs.sigmas,
        inputs.iou_type,
        inputs.use_area,
    )
    images = compare_images(inputs, progress)
    groups = score_groups(coco, images)
    scores = coco.scores()
    keypoints = keypoint_table(images, inputs.names)
    people = person_counts(images, score_thr)
    gains = headroom(inputs, images, scores.ap(), progress)
    findings = describe_results(people['all'], keypoints, gains)
    findings += diagnose(
        inputs.content,
        inputs.predictions,
        inputs.repaired,
        inputs.use_area,
        by_size=inputs.iou_type != 'keypoints_crowd',
    )
    shift = average(
        [
            visible_errors(r.truth, r.people, r.matches, inputs.sigmas)
            for r in images
        ],
        [inputs.input_pixels.get(r.info['id']) for r in images],
    )
    findings += describe(shift) + inputs.notes
    return Analysis(
        inputs=inputs,
        images=images,
        coco=coco,
        score_thr=score_thr,
        scores=headline_scores(coco, inputs.iou_type, groups['crowding']),
        sizes={
            name: SizeScore(scores.ap(size=name), scores.ar(size=name))
            for name in ('small', 'medium', 'large')
        },
        groups=groups,
        keypoints=keypoints,
        people=people,
        headroom=gains,
        operating_points=operating_points(coco),
        mean_errors=shift,
        findings=findings,
    )
