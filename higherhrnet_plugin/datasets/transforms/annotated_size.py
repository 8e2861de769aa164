"""The check of sizes in pipelines."""

from __future__ import annotations

from typing import Any

from ...images import check_size
from ..bad_images import refuse_image


def check_annotated_size(results: dict[str, Any]) -> None:
    """Refuse an image of another size than the annotation file says.

    Args:
        results (dict): Result dict of a pipeline that has loaded the image.
            ``annotated_size`` is (w, h) in the annotation file; without it
            nothing is known.

    Raises:
        ValueError: If the sizes differ.
    """
    if 'annotated_size' in results:
        height, width = results['ori_shape']
        path, annotated = str(results['img_path']), results['annotated_size']
        try:
            check_size(path, (width, height), annotated)
        except ValueError as error:
            refuse_image(results, error)
