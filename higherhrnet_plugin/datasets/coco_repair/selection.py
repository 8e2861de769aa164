"""A part of the images of a file, with what is annotated on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def take_images(
    content: Mapping[str, Any], places: Iterable[int]
) -> dict[str, Any]:
    """Take some images of a file, with what is annotated on them.

    Args:
        content (Mapping): Repaired content of a COCO keypoint file; is not
            changed.
        places (Iterable[int]): Places in ``content['images']``, in the order
            to take them.

    Returns:
        dict: content of a file of these images, which shares its entries
        with ``content``.

    Raises:
        IndexError: If there is no image at a place.
    """
    images = [content['images'][i] for i in places]
    ids = {image['id'] for image in images}
    annotations = [
        a for a in content.get('annotations', ()) if a['image_id'] in ids
    ]
    return {**content, 'images': images, 'annotations': annotations}
