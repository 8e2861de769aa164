"""Trackers of the library ``trackers``, and its scores, to compare with.

They see the box around the keypoints of a person, and its score.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Callable, Optional

import numpy as np

from higherhrnet_plugin.structures.boxes import keypoint_boxes
from higherhrnet_plugin.structures.people import People

from .scores import SAME, Pairs

_HELP = (
    'needs the library of other trackers, in an environment of its own, '
    'without the opencv-python and numpy 2 that it asks for: pip install '
    "--no-deps 'trackers>=2.6,<3' supervision pydeprecate defusedxml"
)
# what fits people whose scores are means over all keypoints, hidden ones as
# 0, and who shall all get a number at once, as ours gives them
FITTED: dict[str, dict[str, Any]] = {
    'bytetrack': dict(
        track_activation_threshold=0.15,
        high_conf_det_threshold=0.3,
        minimum_consecutive_frames=1,
    ),
    'ocsort': dict(high_conf_det_threshold=0.15, minimum_consecutive_frames=1),
    'botsort': dict(
        track_activation_threshold=0.15,
        high_conf_det_threshold=0.3,
        minimum_consecutive_frames=1,
    ),
    'cbiou': dict(
        track_activation_threshold=0.15,
        high_conf_det_threshold=0.3,
        minimum_consecutive_frames=1,
    ),
}


def make_peer(
    name: str, rate: float, options: Optional[dict[str, Any]] = None
) -> Callable[[People], np.ndarray]:
    """Make a tracker of the library.

    Args:
        name: One of ``FITTED``.
        rate: Frames a second.
        options: Of its class; those that fit by default.

    Returns:
        A function of the people of the next frame that returns int (N,), -1
        where it gives no number.

    Raises:
        SystemExit: If the library is missing.
    """
    library, supervision = _import('trackers'), _import('supervision')
    kind = {
        'bytetrack': 'ByteTrackTracker',
        'ocsort': 'OCSORTTracker',
        'botsort': 'BoTSORTTracker',
        'cbiou': 'CBIoUTracker',
    }[name]
    chosen = FITTED[name] if options is None else options
    # the library counts in frames of 1/30 s, and scales them by the rate
    tracker = getattr(library, kind)(frame_rate=rate, **chosen)

    def update(people: People) -> np.ndarray:
        boxes = keypoint_boxes(people.keypoints, people.keypoint_scores > 0)
        found = supervision.Detections(
            xyxy=boxes,
            confidence=people.scores,
            class_id=np.zeros(len(boxes), dtype=int),
            data={'place': np.arange(len(boxes))},
        )
        tracked = tracker.update(found)
        numbers = np.full(len(boxes), -1, dtype=np.int64)
        if len(tracked):
            numbers[tracked.data['place']] = tracked.tracker_id
        return numbers

    return update


def library_scores(pairs: Sequence[Pairs]) -> dict[str, float]:
    """Compute by the library what ``scores.py`` computes.

    Args:
        pairs: From ``compare`` there.

    Returns:
        The same figures.

    Raises:
        SystemExit: If the library is missing.
    """
    evaluation = _import('trackers.eval')
    inputs = (
        [p.true for p in pairs],
        [p.given for p in pairs],
        [p.similarity for p in pairs],
    )
    hota = evaluation.compute_hota_metrics(*inputs)
    identity = evaluation.compute_identity_metrics(*inputs, threshold=SAME)
    clear = evaluation.compute_clear_metrics(*inputs, threshold=SAME)
    return {
        **{name: hota[name] for name in ('HOTA', 'AssA', 'DetA')},
        'IDF1': identity['IDF1'],
        'switches': clear['IDSW'],
        'fragments': clear['Frag'],
    }


def _import(name: str) -> Any:
    """Import a part of the library, or say how to get it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise SystemExit(
            f'error: {name} is missing ({error}): {_HELP}'
        ) from error
