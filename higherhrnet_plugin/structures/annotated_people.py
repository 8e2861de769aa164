"""The annotated people of one image.

Note:
    - N: predicted people, G: annotated people, K: keypoints
    - points are (x, y) in image pixels, boxes (x, y, w, h)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .coco import BOX_SHARE, WHOLE_BODY
from .oks import oks_matrix


class AnnotatedPeople(NamedTuple):
    """The ground truth of one image.

    Attributes:
        keypoints (np.ndarray): float64 (G, K, 2).
        labelled (np.ndarray): bool (G, K).
        boxes (np.ndarray): float64 (G, 4).
        areas (np.ndarray): float64 (G,), square pixels.
        crowd (np.ndarray): bool (G,).
        ignored (np.ndarray): bool (G,), crowds and people without a labelled
            keypoint.
        visible (np.ndarray): bool (G, K), labelled with a flag of 2.

    Examples:
        >>> from higherhrnet_plugin.structures.annotated_people import (
        ...     annotated_people,
        ... )
        >>> person = dict(
        ...     keypoints=[5, 5, 2, 0, 0, 0],
        ...     bbox=[0, 0, 10, 10],
        ...     area=50,
        ...     iscrowd=0,
        ... )
        >>> people = annotated_people([person], num_keypoints=2, use_area=True)
        >>> people.areas.tolist()
        [50.0]
    """

    keypoints: np.ndarray
    labelled: np.ndarray
    boxes: np.ndarray
    areas: np.ndarray
    crowd: np.ndarray
    ignored: np.ndarray
    visible: np.ndarray

    def oks(self, predicted: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
        """Compare every predicted with every annotated person.

        Args:
            predicted (np.ndarray): (N, K, 2), (x, y).
            sigmas (np.ndarray): (K,), the tolerances of the keypoints.

        Returns:
            np.ndarray: float64 (N, G), from :func:`oks_matrix`.
        """
        return oks_matrix(
            predicted,
            self.keypoints,
            self.labelled,
            self.boxes,
            self.areas,
            sigmas,
        )


def annotated_people(
    people: Sequence[Mapping[str, Any]], num_keypoints: int, use_area: bool
) -> AnnotatedPeople:
    """Read the annotations of one image.

    Args:
        people (Sequence[Mapping]): Annotations of COCO.
        num_keypoints (int): K.
        use_area (bool): Read ``area``; otherwise, and where it is not above
            0, it is 0.53 of the box.

    Returns:
        AnnotatedPeople: in the order given.

    Raises:
        ValueError: If an annotation lacks what OKS needs, or has another
            number of keypoints.

    Examples:
        >>> from higherhrnet_plugin.structures.annotated_people import (
        ...     annotated_people,
        ... )
        >>> person = dict(
        ...     keypoints=[5, 5, 2, 0, 0, 0],
        ...     bbox=[0, 0, 10, 10],
        ...     area=50,
        ...     iscrowd=0,
        ... )
        >>> people = annotated_people([person], num_keypoints=2, use_area=True)
        >>> people.labelled.tolist()
        [[True, False]]
    """
    for person in people:
        _check_annotation(person, use_area)
    rows = _floats(
        [_keypoints(person, num_keypoints) for person in people],
        (-1, num_keypoints, 3),
    )
    boxes = _floats([p['bbox'] for p in people], (-1, 4))
    areas = BOX_SHARE * boxes[:, 2] * boxes[:, 3]
    if use_area:
        given = _floats([p['area'] for p in people], (-1,))
        areas = np.where(given > 0, given, areas)
    crowd = np.array([bool(p.get('iscrowd', 0)) for p in people], dtype=bool)
    labelled = rows[..., 2] > 0
    return AnnotatedPeople(
        keypoints=rows[..., :2],
        labelled=labelled,
        boxes=boxes,
        areas=areas,
        crowd=crowd,
        ignored=crowd | ~labelled.any(axis=1),
        visible=rows[..., 2] == 2,
    )


def _check_annotation(person: Mapping[str, Any], use_area: bool) -> None:
    """Refuse an annotation that cannot be compared."""
    for key in ('keypoints', 'bbox', *(['area'] if use_area else [])):
        if person.get(key) is None:
            advice = '; set `use_area=False`' if key == 'area' else ''
            raise ValueError(
                f'annotation {person.get("id")} has no `{key}`{advice}'
            )


def _keypoints(person: Mapping[str, Any], num_keypoints: int) -> list:
    """Take the 3 K numbers of all keypoints."""
    values = list(person['keypoints'])
    if len(values) != 3 * num_keypoints:
        values = [v for part in WHOLE_BODY for v in person.get(part, ())]
    if len(values) != 3 * num_keypoints:
        raise ValueError(
            f'annotation {person.get("id")} has {len(values) / 3:g} '
            f'keypoints, but the metainfo of the data set has {num_keypoints}'
        )
    return values


def _floats(values: list, shape: tuple[int, ...]) -> np.ndarray:
    """Stack numbers, also none, to an array of a shape."""
    if not values:
        return np.zeros((0, *shape[1:]))
    return np.asarray(values, dtype=np.float64).reshape(shape)
