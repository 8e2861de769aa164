"""Explanations of scores such as an AP of 0 or -1.

Note:
    - ground truth is the content of a COCO file, complete as
      :func:`higherhrnet_plugin.datasets.coco_repair.repair_coco` leaves it
    - predictions are records of COCO's result format: ``image_id``,
      ``category_id``, ``score`` and ``keypoints``, flat (x, y, score) in
      image pixels
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..structures.coco import BOX_SHARE, LARGE_AREA, MEDIUM_AREA

_OUTSIDE_SHARE = 0.2
# of the highest keypoint score; what is filled in is mostly below
_CONFIDENT_SHARE = 0.5
_SCALE_OFF = 2.0
_SHOWN = 3


def diagnose(
    ground_truth: Mapping[str, Any],
    predictions: Sequence[Mapping[str, Any]],
    repaired: Mapping[str, Mapping[str, Any]],
    use_area: bool = True,
    by_size: bool = True,
) -> list[str]:
    """Explain what a bare AP hides.

    Args:
        ground_truth (Mapping): Content of the annotation file.
        predictions (Sequence[Mapping]): All predicted people.
        repaired (Mapping): What was repaired in the file, as
            ``RepairReport.repaired``.
        use_area (bool): Whether the evaluation reads ``area``; without it
            the size of a person is 0.53 of the box. Defaults to True.
        by_size (bool): Whether AP (M) and AP (L) are those of sizes of
            people; for CrowdPose M is a degree of crowding. Defaults to
            True.

    Returns:
        list[str]: the number of predictions and their mean score, then one
        line for everything that stands out.

    Examples:
        >>> from higherhrnet_plugin.evaluation import diagnose
        >>> lines = diagnose(dict(images=[], annotations=[]), [], {})
        >>> lines[0].partition(':')[0]
        'nothing was predicted'
    """
    lines = [_count_line(predictions)]
    lines += _size_lines(ground_truth, use_area, by_size)
    if use_area:
        lines += _area_lines(repaired)
    lines += _category_lines(ground_truth, predictions)
    unknown = unknown_images_line(ground_truth, predictions)
    if unknown:
        lines.append(unknown)
    lines += _untested_lines(ground_truth, predictions)
    lines += _outside_lines(ground_truth, predictions)
    lines += _scale_lines(ground_truth, predictions)
    return lines


def unknown_images_line(
    ground_truth: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]
) -> str:
    """Look for predictions on images that the ground truth does not list.

    Args:
        ground_truth (Mapping): Content of the annotation file.
        predictions (Sequence[Mapping]): All predicted people.

    Returns:
        str: a line that names the images, empty if there is none.
    """
    known = {image['id'] for image in ground_truth['images']}
    unknown = sorted({p['image_id'] for p in predictions} - known, key=str)
    if not unknown:
        return ''
    return (
        f'{len(unknown)} images with predictions are not in the ground truth '
        f'(ids {_some(unknown)}): data set and evaluator read different '
        'files; set the same `ann_file`'
    )


def _count_line(predictions: Sequence[Mapping[str, Any]]) -> str:
    """Count the predictions."""
    if not predictions:
        return (
            'nothing was predicted: AP is 0 wherever there are people; is '
            'the checkpoint loaded, and is the score threshold low enough?'
        )
    images = len({p['image_id'] for p in predictions})
    mean = float(np.mean([p['score'] for p in predictions]))
    return (
        f'{len(predictions)} people predicted on {images} images, mean score '
        f'{mean:.3f}'
    )


def _counted(ground_truth: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the people who count in the evaluation."""
    return [
        a
        for a in ground_truth.get('annotations', ())
        if not a['iscrowd'] and any(v > 0 for v in a['keypoints'][2::3])
    ]


def _size_lines(
    ground_truth: Mapping[str, Any], use_area: bool, by_size: bool
) -> list[str]:
    """Explain -1, which COCO gives where nobody is annotated."""
    people = _counted(ground_truth)
    if not people:
        return ['the ground truth has no labelled people: every AP is -1']
    if not by_size:
        return []
    if use_area:
        areas = np.array([a['area'] for a in people])
    else:
        boxes = np.array([a['bbox'] for a in people], float)
        areas = BOX_SHARE * boxes[:, 2] * boxes[:, 3]
    lines = []
    if not ((areas >= MEDIUM_AREA) & (areas <= LARGE_AREA)).any():
        lines.append(
            'no person has an area of 32^2 to 96^2 pixels: AP (M) and AR (M) '
            'are -1'
        )
    if not (areas >= LARGE_AREA).any():
        lines.append(
            'no person has an area above 96^2 pixels: AP (L) and AR (L) are -1'
        )
    return lines


def _area_lines(repaired: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Tell that areas are estimates."""
    number = sum(
        entry['count']
        for what, entry in repaired.items()
        if what.startswith('`area`') and ' derived' in what
    )
    if not number:
        return []
    return [
        f'{number} areas were missing or could not be right, and were '
        'derived; OKS divides by them, so compare AP only with values of the '
        'same file'
    ]


def _category_lines(
    ground_truth: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Compare categories."""
    listed = {c['id'] for c in ground_truth.get('categories', ())}
    lines = []
    for name, records in (
        ('ground truth', ground_truth.get('annotations', ())),
        ('predictions', predictions),
    ):
        others = {r['category_id'] for r in records} - listed
        if others:
            lines.append(
                f'{name} of the categories {_some(sorted(others))} do not '
                f'count: the evaluation is over {_some(sorted(listed))}'
            )
    return lines


def _untested_lines(
    ground_truth: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Count images with people on which nobody was predicted."""
    shown = {a['image_id'] for a in _counted(ground_truth)}
    empty = sorted(shown - {p['image_id'] for p in predictions})
    # a few are usual; on all of them the first line has said it
    if not predictions or not empty or len(empty) < 0.5 * len(shown):
        return []
    return [
        f'{len(empty)} of {len(shown)} images with people have no '
        f'predictions (ids {_some(empty)}): were all images tested?'
    ]


def _outside_lines(
    ground_truth: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Count confident predictions of keypoints outside of their images."""
    sizes = {
        image['id']: (image['width'], image['height'])
        for image in ground_truth['images']
        if image.get('width') and image.get('height')
    }
    least = _confident(predictions)
    outside = total = 0
    for prediction in predictions:
        size = sizes.get(prediction['image_id'])
        points = _points(prediction, least)
        if size is None or not len(points):
            continue
        total += len(points)
        outside += int(((points < 0) | (points > size)).any(axis=1).sum())
    if not total or outside <= _OUTSIDE_SHARE * total:
        return []
    return [
        f'{100 * outside / total:.0f} % of the confident keypoints lie '
        'outside of their image: are they in pixels of the image, or scaled '
        'wrongly?'
    ]


def _scale_lines(
    ground_truth: Mapping[str, Any], predictions: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Compare how far confident predictions and ground truth reach."""
    reaches = [
        _reaches(_counted(ground_truth)),
        _reaches(predictions, _confident(predictions)),
    ]
    ratios = [
        reaches[1][image] / reaches[0][image]
        for image in reaches[0].keys() & reaches[1].keys()
        if reaches[0][image] > 0
    ]
    if not ratios:
        return []
    ratio = float(np.median(ratios))
    if 1 / _SCALE_OFF < ratio < _SCALE_OFF:
        return []
    return [
        f'predicted keypoints reach {ratio:.2f} times as far from the corner '
        'of the image as the labelled ones: are they scaled wrongly?'
    ]


def _confident(predictions: Sequence[Mapping[str, Any]]) -> float:
    """Return half of the highest score of a keypoint.

    A missing keypoint is looked up everywhere, in the borders of the input,
    too, where its score is low.
    """
    scores = (max(p['keypoints'][2::3]) for p in predictions)
    return _CONFIDENT_SHARE * max(scores, default=0)


def _reaches(
    records: Sequence[Mapping[str, Any]], least: float = 0.0
) -> dict[Any, float]:
    """Find the greatest coordinate on every image."""
    reach: dict[Any, float] = defaultdict(float)
    for record in records:
        points = _points(record, least)
        if len(points):
            image = record['image_id']
            reach[image] = max(reach[image], float(points.max()))
    return reach


def _points(record: Mapping[str, Any], least: float = 0.0) -> np.ndarray:
    """Take the keypoints above 0 that have ``least``, float (N, 2)."""
    points = np.reshape(np.asarray(record['keypoints'], float), (-1, 3))
    scores = points[:, 2]
    return points[(scores > 0) & (scores >= least), :2]


def _some(values: Sequence[Any]) -> str:
    """Show the first of many."""
    text = ', '.join(str(value) for value in values[:_SHOWN])
    return text + (', ...' if len(values) > _SHOWN else '')
