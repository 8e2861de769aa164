"""Made-up annotations and predictions of people, to be scored.

Note:
    - K: keypoints of all parts, keypoints are (x, y, v) in image pixels
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))
from _arguments import import_alone

# alone, as the names of the benchmarks are arguments
WHOLE_BODY: Mapping[str, int] = import_alone('structures.coco').WHOLE_BODY
BODY = {'keypoints': 17}


class Benchmark(NamedTuple):
    """How people of a data set are annotated and scored.

    Attributes:
        iou_type (str): Of xtcocotools' COCOeval.
        fields (Mapping[str, int]): Lists of keypoints, and how many each.
        scored (tuple[str, ...]): Those of ``fields`` that are scored.
        use_area (bool): Whether sizes of people are their ``area``.
    """

    iou_type: str
    fields: Mapping[str, int]
    scored: tuple[str, ...] = ('keypoints',)
    use_area: bool = True


BENCHMARKS = {
    'coco': Benchmark('keypoints', BODY),
    'crowdpose': Benchmark(
        'keypoints_crowd', {'keypoints': 14}, use_area=False
    ),
    'aic': Benchmark('keypoints', {'keypoints': 14}, use_area=False),
    'body': Benchmark('keypoints_body', WHOLE_BODY),
    **{
        part: Benchmark(f'keypoints_{part}', WHOLE_BODY, (f'{part}_kpts',))
        for part in ('foot', 'face', 'lefthand', 'righthand')
    },
    'wholebody': Benchmark(
        'keypoints_wholebody', WHOLE_BODY, tuple(WHOLE_BODY)
    ),
}


class Scenes(NamedTuple):
    """What is scored, and how.

    Attributes:
        annotations (dict): Content of a COCO file.
        results (list[dict]): Content of a file of results.
        benchmark (Benchmark): How they are scored.
        sigmas (np.ndarray): (number of scored keypoints,), tolerances.
    """

    annotations: dict[str, Any]
    results: list[dict[str, Any]]
    benchmark: Benchmark
    sigmas: np.ndarray


def make_scenes(
    name: str,
    images: int,
    seed: int = 0,
    ties: bool = False,
    unscored: float = 0,
) -> Scenes:
    """Make up images with people, crowds, misses and false people.

    The first annotation has the id 0. Some people have no labelled keypoint,
    some images more predictions than count.

    Args:
        name (str): Key of ``BENCHMARKS``.
        images (int): Number of images; half of them have no people.
        seed (int): Defaults to 0.
        ties (bool): Whether scores are one of few values, so that many are
            equal. Defaults to False.
        unscored (float): Share of the lists of predicted keypoints whose
            scores are all 0. Defaults to 0.

    Returns:
        Scenes: the data.
    """
    benchmark = BENCHMARKS[name]
    rng = np.random.default_rng(seed)
    people: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for image_id in range(images):
        there, found = _fill_image(rng, benchmark, ties, unscored)
        for person in there:
            person.update(image_id=image_id, id=len(people))
            people.append(person)
        results += [{'image_id': image_id, **result} for result in found]
    order = rng.permutation(len(results))
    number = sum(benchmark.fields[field] for field in benchmark.scored)
    return Scenes(
        {
            'images': [
                {
                    'id': image_id,
                    'width': 640,
                    'height': 480,
                    'crowdIndex': round(float(rng.random()), 1),
                }
                for image_id in range(images)
            ],
            'annotations': people,
            'categories': [{'id': 1, 'name': 'person'}],
        },
        [results[i] for i in order],
        benchmark,
        rng.uniform(0.025, 0.11, number),
    )


def _fill_image(
    rng: np.random.Generator,
    benchmark: Benchmark,
    ties: bool,
    unscored: float,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Draw the people of an image and what is predicted there."""
    # CrowdPose counts the visible, COCO the labelled
    counted = 2 if benchmark.iou_type == 'keypoints_crowd' else 1
    count = min(rng.geometric(0.25), 20) if rng.random() < 0.5 else 0
    false = 25 if rng.random() < 0.02 else rng.integers(0, 3)
    people, found = [], []
    for i in range(count + false):
        person, points = _annotate(rng, benchmark.fields)
        times = 1
        if i < count:
            visible = points['keypoints'][:, 2] >= counted
            people.append({**person, 'num_keypoints': int(visible.sum())})
            times = rng.choice([0, 1, 1, 1, 2])
        for _ in range(times):
            found.append(_predict(rng, points, ties, unscored))
    return people, found


def _annotate(
    rng: np.random.Generator, fields: Mapping[str, int]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Draw a person, or a crowd; return it and its keypoints (K, 3)."""
    side = rng.uniform(0.7, 1.4, 2) * rng.choice([20, 60, 120, 200])
    corner = rng.uniform(0, (640, 480) - side / 2)
    crowd = rng.random() < 0.03
    points = {}
    for field, number in fields.items():
        drawn = np.empty((number, 3))
        drawn[:, :2] = corner + side * rng.random((number, 2))
        drawn[:, 2] = rng.choice([0, 1, 2, 2], number)
        if crowd or rng.random() < 0.05:
            drawn[:, 2] = 0
        points[field] = drawn
    person = {
        'category_id': 1,
        'iscrowd': int(crowd),
        'bbox': [*corner.tolist(), *side.tolist()],
        'area': float(side.prod() * rng.uniform(0.4, 0.7)),
    }
    for field, drawn in points.items():
        kept = drawn * (drawn[:, 2:] > 0)
        person[field] = kept.round(1).flatten().tolist()
    return person, points


def _predict(
    rng: np.random.Generator,
    points: dict[str, np.ndarray],
    ties: bool,
    unscored: float,
) -> dict[str, Any]:
    """Predict keypoints near those of a person."""
    noise = rng.choice([0.0, 2.0, 6.0, 20.0])
    score = rng.random()
    result: dict[str, Any] = {
        'category_id': 1,
        'score': round(score, 1) if ties else score,
    }
    for field, drawn in points.items():
        found = drawn.copy()
        found[:, :2] += noise * rng.normal(size=(len(drawn), 2))
        found[:, 2] = rng.random(len(drawn))
        if rng.random() < unscored:
            found[:, 2] = 0
        result[field] = found.round(3).flatten().tolist()
    return result
