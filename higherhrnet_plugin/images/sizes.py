"""The size of an image against that of its annotations."""

from __future__ import annotations

# beyond it the input of the network, whose shorter side is fixed, would need
# gigabytes
_MAX_RATIO = 50


def check_ratio(width: int, height: int) -> None:
    """Refuse an image that is too long for its shorter side.

    Args:
        width (int): In pixels.
        height (int): In pixels.

    Raises:
        ValueError: If one side is more than 50 times the other.
    """
    if max(height, width) > _MAX_RATIO * min(height, width):
        raise ValueError(
            f'{width} x {height} pixels: one side is more than '
            f'{_MAX_RATIO} times the other'
        )


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
    if size != annotated:
        raise ValueError(
            f'image {name!r} has the size (w, h) {size}, but the annotation '
            f'file says {annotated}: {explain_sizes(size, annotated)}'
        )


def explain_sizes(size: tuple[int, int], annotated: tuple[int, int]) -> str:
    """Name the likely cause of two sizes, and the way out.

    Args:
        size (tuple[int, int]): (w, h) of the image.
        annotated (tuple[int, int]): (w, h) in the annotation file.

    Returns:
        str: the cause.
    """
    if size == annotated[::-1]:
        return (
            'a photograph that its EXIF record turns, while the annotations '
            "are in pixels as stored? Then set annotated_on='stored' of the "
            "data set, or 'disk' if only the size in the file is wrong"
        )
    return (
        'was it resized after it was annotated? Then set '
        "annotated_on='resized' of the data set, or 'disk' if only the size "
        'in the file is wrong'
    )


def hint_orientation(orientation: int) -> str:
    """Say so if the size does not tell how an image was annotated.

    Args:
        orientation (int): As in EXIF, 1 to 8.

    Returns:
        str: the hint, or ''.
    """
    if orientation not in (2, 3, 4):
        return ''
    return (
        f'EXIF orientation {orientation} turns it by 180 degrees or mirrors '
        'it, so that its size does not tell whether the annotations are in '
        'pixels as shown or as stored; look at it, and set annotated_on='
        "'stored' of the data set if they lie elsewhere"
    )
