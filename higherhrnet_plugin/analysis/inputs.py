"""What is compared, and how."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np

from ..datasets.coco_repair import (
    CocoOptions,
    RepairReport,
    load_coco,
    repair_coco,
)
from ..evaluation.diagnosis import unknown_images_line
from ..structures.metainfo import ordered_names
from .prediction_files import (
    check_predictions,
    join_lists,
    match_category,
    match_images,
    read_predictions,
)

GroundTruth = Union[str, 'os.PathLike[str]', Mapping[str, Any]]
Predictions = Union[str, 'os.PathLike[str]', Sequence[Mapping[str, Any]]]

IOU_TYPES = ('keypoints', 'keypoints_crowd', 'keypoints_wholebody')


@dataclass(frozen=True)
class Inputs:
    """Ground truth and predictions of the same images.

    Attributes:
        content (dict): The repaired annotation file; annotations have all K
            keypoints in ``keypoints``.
        predictions (list[dict]): Records of COCO's result format, likewise.
        repaired (dict): What was repaired, as ``RepairReport.repaired``.
        notes (list[str]): The same in lines, and what was done to the
            predictions.
        ann_file (str): The annotation file, for messages.
        names (list[str]): K names of keypoints.
        links (list[tuple[int, int]]): Pairs of keypoints to join in pictures.
        sigmas (np.ndarray): (K,), tolerances of the keypoints.
        flip_indices (list[int]): K indices of mirrored keypoints.
        iou_type (str): Of COCOeval, 'keypoints' or 'keypoints_crowd'.
        use_area (bool): Whether OKS reads ``area``.
        image_dir (Path, optional): Folder of the images, if it is known.
        input_pixels (Mapping[Any, tuple[float, float]]): Width and height of
            a pixel of the network input in image pixels, by image id; of
            images whose input is known.
    """

    content: dict[str, Any]
    predictions: list[dict[str, Any]]
    repaired: dict[str, Any]
    notes: list[str]
    ann_file: str
    names: list[str]
    links: list[tuple[int, int]]
    sigmas: np.ndarray
    flip_indices: list[int]
    iou_type: str
    use_area: bool
    image_dir: Optional[Path] = None
    input_pixels: Mapping[Any, tuple[float, float]] = field(
        default_factory=dict
    )


def make_inputs(
    ground_truth: GroundTruth,
    predictions: Predictions,
    metainfo: Mapping[str, Any],
    options: CocoOptions,
    iou_type: str = 'keypoints',
    use_area: bool = True,
) -> Inputs:
    """Read and check ground truth and predictions.

    Args:
        ground_truth (str | PathLike | Mapping): COCO file, or its content.
        predictions (str | PathLike | Sequence[Mapping]): File of COCO
            results, or its content.
        metainfo (Mapping): As parsed by mmpose.
        options (CocoOptions): How the annotation file is read.
        iou_type (str): One of ``IOU_TYPES``. Defaults to 'keypoints'.
        use_area (bool): Whether OKS reads ``area``; otherwise it is 0.53 of
            the box. Defaults to True.

    Returns:
        Inputs: what was read. Nothing that was given is changed.

    Raises:
        ValueError: If something does not fit together.
        OSError: If a file cannot be read.
    """
    if iou_type not in IOU_TYPES:
        raise ValueError(
            f'`iou_type` must be one of {list(IOU_TYPES)}, got {iou_type!r}'
        )
    content, report, ann_file = _read_truth(ground_truth, options)
    records, source = _read_results(predictions, options)
    records, id_notes = match_images(records, report.image_ids)
    unknown = unknown_images_line(content, records)
    if unknown:
        raise ValueError(f'{source}: {unknown}')
    (category,) = content['categories']
    records, notes = match_category(records, category)
    notes = id_notes + notes
    if not report.is_clean:
        notes = report.lines() + notes
    folder = options.image_dir
    return Inputs(
        content=content,
        predictions=records,
        repaired=dict(report.repaired),
        notes=notes,
        ann_file=ann_file,
        names=list(ordered_names(metainfo)),
        links=[(a, b) for a, b in metainfo['skeleton_links']],
        sigmas=np.asarray(metainfo['sigmas'], float),
        flip_indices=[int(i) for i in metainfo['flip_indices']],
        # the lists of the whole body are joined, and scored as one
        iou_type='keypoints_crowd' if 'crowd' in iou_type else 'keypoints',
        use_area=use_area,
        image_dir=None if folder is None else Path(folder),
    )


def _read_truth(
    ground_truth: GroundTruth, options: CocoOptions
) -> tuple[dict[str, Any], RepairReport, str]:
    """Repair the annotations.

    Returns:
        The content, what was repaired, and the name of the file.
    """
    ann_file = '(given as a record)'
    if isinstance(ground_truth, Mapping):
        content, report = repair_coco(ground_truth, options, ann_file)
    else:
        ann_file = os.fspath(ground_truth)
        content, report = load_coco(ann_file, options)
    if 'annotations' not in content:
        raise ValueError(
            f'annotation file {ann_file!r} has no `annotations`, so nothing '
            'can be compared; name one that has'
        )
    people = join_lists(content['annotations'], options.keypoint_fields)
    content = {**content, 'annotations': people}
    return content, report, ann_file


def _read_results(
    predictions: Predictions, options: CocoOptions
) -> tuple[list[dict[str, Any]], str]:
    """Check the predictions; return them and the name of the file."""
    expected = options.num_keypoints, options.keypoint_fields
    if isinstance(predictions, (str, os.PathLike)):
        source = os.fspath(predictions)
        return read_predictions(Path(source), *expected), source
    source = 'predictions'
    return check_predictions(predictions, *expected, source), source
