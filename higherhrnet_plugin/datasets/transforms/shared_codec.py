"""What transforms take from the codec of the data set or of the head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def shared_codec(results: Mapping[str, Any], owner: str, key: str) -> Any:
    """Return the codec that came with an image.

    Data sets add their own as ``codec`` to each image, as they add their
    keypoints; in inference it is that of the head.

    Args:
        results (Mapping): Result dict of a pipeline.
        owner (str): Name of the transform that asks.
        key (str): Its argument, which was not given.

    Returns:
        Any: the codec.

    Raises:
        ValueError: If there is none.
    """
    codec = results.get('codec')
    if codec is None:
        raise ValueError(
            f'{owner} has no `{key}`; set `codec` of the data set '
            '(`*_dataloader.dataset.codec`) and, for inference, of the head '
            f'(`model.head.codec`), or `{key}` of {owner}'
        )
    return codec


def input_settings(
    results: Mapping[str, Any], transform: Any
) -> tuple[tuple[int, int], bool]:
    """Return how a transform makes the input of an image.

    Args:
        results (Mapping): Result dict of a pipeline.
        transform (Any): With ``input_size`` (w, h) and ``use_udp``, each of
            which is None where it was not given.

    Returns:
        tuple: the size (w, h), and whether pixels are aligned for UDP: what
        the transform was given, or else what the codec says; no UDP where
        nothing says it.

    Raises:
        ValueError: If nothing says the size.
    """
    size, use_udp = transform.input_size, transform.use_udp
    if size is None:
        owner = type(transform).__name__
        size = shared_codec(results, owner, 'input_size').input_size
    if use_udp is None:
        use_udp = getattr(results.get('codec'), 'use_udp', False)
    return size, bool(use_udp)
