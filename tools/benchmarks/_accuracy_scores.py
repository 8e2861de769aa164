"""AP of a run by size and crowding, also on resampled images.

Note:
    - I: images
"""

from __future__ import annotations

import base64
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from higherhrnet_plugin.analysis.coco_scores import CocoEvaluation
from higherhrnet_plugin.analysis.crowding import crowd_index
from higherhrnet_plugin.analysis.resampling import (
    RESAMPLES,
    average_precision,
    relevant_matches,
    resample_weights,
)
from higherhrnet_plugin.structures.annotated_people import annotated_people

# by the root of the area that is seen, in pixels of the image
SIDES = {
    'below 12 px': (0, 12),
    '12 to 24 px': (12, 24),
    '24 to 48 px': (24, 48),
    '48 px and above': (48, 1e5),
}
# by the crowd index of the image
CROWDING = {
    'loose': (0, 0.5),
    'crowded': (0.5, 1),
    'dense': (1, np.inf),
}
# steps of what is stored of a resample
STEP = 1e-4


def crowding_of(content: Mapping[str, Any]) -> np.ndarray:
    """Compute the crowd index of every image.

    Args:
        content (Mapping): Of a COCO file.

    Returns:
        np.ndarray: float (I,), images sorted by id.
    """
    people = defaultdict(list)
    for annotation in content['annotations']:
        people[annotation['image_id']].append(annotation)
    found = []
    for image in sorted(image['id'] for image in content['images']):
        truth = annotated_people(people[image], 17, True)
        kept = ~truth.crowd
        found.append(
            crowd_index(
                truth.keypoints[kept],
                truth.labelled[kept],
                truth.boxes[kept],
            )
        )
    return np.array(found)


def score_run(
    content: Mapping[str, Any],
    predictions: Sequence[Mapping[str, Any]],
    sigmas: Sequence[float],
    resamples: int = RESAMPLES,
) -> dict[str, dict[str, Any]]:
    """Score the predictions of a run.

    Args:
        content (Mapping): Of the annotation file.
        predictions (Sequence[Mapping]): COCO results.
        sigmas (Sequence[float]): Tolerances of the keypoints.
        resamples (int): Of the bootstrap. Defaults to ``RESAMPLES``.

    Returns:
        dict: by 'all', the names of ``SIDES`` and those of ``CROWDING``:
        ``ap`` in [0, 1], ``people`` and ``images`` that it is of, and
        ``resampled``, see :func:`unpack`.
    """
    areas = {name: (a**2, b**2) for name, (a, b) in SIDES.items()}
    coco = CocoEvaluation(
        content,
        predictions,
        sigmas,
        sizes={'all': (0.0, 1e10), **areas},
    )
    crowding = crowding_of(content)
    everywhere = np.ones(len(crowding), int)
    parts = {n: (coco.matches(n), everywhere) for n in ('all', *SIDES)}
    for name, (low, high) in CROWDING.items():
        inside = (crowding >= low) & (crowding < high)
        parts[name] = parts['all'][0], inside.astype(int)
    draws = resample_weights(len(crowding), resamples)
    scores = {}
    for name, (matches, inside) in parts.items():
        relevant = relevant_matches(matches, inside)
        scores[name] = {
            'ap': average_precision(relevant, inside),
            'people': int(inside @ matches.people),
            'images': int(inside.sum()),
            'resampled': pack(
                [average_precision(relevant, inside * w) for w in draws]
            ),
        }
    return scores


def pack(values: Sequence[float]) -> str:
    """Write values in [0, 1] as a short text, in steps of 0.0001."""
    steps = np.rint(np.nan_to_num(np.asarray(values)) / STEP).astype('<u2')
    return base64.b85encode(zlib.compress(steps.tobytes(), 9)).decode()


def unpack(text: str) -> np.ndarray:
    """Read what :func:`pack` wrote, float64 (resamples,)."""
    raw = zlib.decompress(base64.b85decode(text))
    return np.frombuffer(raw, '<u2') * STEP
