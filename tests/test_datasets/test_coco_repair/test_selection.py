"""Some images of a file keep their annotations, and nobody else's."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from higherhrnet_plugin.datasets.coco_repair import take_images

CONTENT: dict[str, Any] = {
    'info': {'year': 2020},
    'categories': [{'id': 1}],
    'images': [{'id': 7}, {'id': 3}, {'id': 5}],
    'annotations': [
        {'id': 1, 'image_id': 3},
        {'id': 2, 'image_id': 7},
        {'id': 3, 'image_id': 3},
    ],
}


@pytest.mark.parametrize(
    ('places', 'images', 'annotations'),
    [
        ([], [], []),
        ([2], [5], []),
        ([1], [3], [1, 3]),
        ([1, 0], [3, 7], [1, 2, 3]),
        (range(3), [7, 3, 5], [1, 2, 3]),
    ],
)
def test_images_keep_their_annotations(
    places: Any, images: list[int], annotations: list[int]
) -> None:
    """In the order that was asked for; the rest of the file stays."""
    before = copy.deepcopy(CONTENT)
    taken = take_images(CONTENT, places)
    assert [i['id'] for i in taken['images']] == images
    assert [a['id'] for a in taken['annotations']] == annotations
    assert taken['info'] == CONTENT['info']
    assert taken['categories'] == CONTENT['categories']
    assert before == CONTENT


def test_a_file_without_annotations() -> None:
    """An image list has none, and gets an empty list."""
    assert take_images({'images': [{'id': 1}]}, [0]) == {
        'images': [{'id': 1}],
        'annotations': [],
    }


def test_a_place_that_is_not_there() -> None:
    """Nothing is left out in silence."""
    with pytest.raises(IndexError):
        take_images(CONTENT, [3])
