"""The size of an image against that of its annotations."""

from __future__ import annotations


def check_size(
    name: str, size: tuple[int, int], annotated: tuple[int, int]
) -> None:
    """Refuse an image of another size than its annotations.

    Args:
        name (str): The file.
        size (tuple[int, int]): (w, h) of the image.
        annotated (tuple[int, int]): (w, h) in the annotation file.

    Raises:
        ValueError: If they differ; the message names the likely cause.
    """
    if size == annotated:
        return
    if size == annotated[::-1]:
        cause = (
            'a photograph that its EXIF record turns, while the annotations '
            "are in pixels as stored? Then set annotated_on='stored' of the "
            'data set'
        )
    else:
        cause = (
            'was it resized after it was annotated? Then set '
            "annotated_on='resized' of the data set"
        )
    raise ValueError(
        f'image {name!r} has the size (w, h) {size}, but the annotation file '
        f'says {annotated}: {cause}'
    )
