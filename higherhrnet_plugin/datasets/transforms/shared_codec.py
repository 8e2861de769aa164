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


def takes_udp(results: Mapping[str, Any], use_udp: Any) -> bool:
    """Tell whether an image is processed with UDP.

    Args:
        results (Mapping): Result dict of a pipeline.
        use_udp (bool, optional): What the transform was told.

    Returns:
        bool: that, or else what the codec says, or else False.
    """
    if use_udp is None:
        use_udp = getattr(results.get('codec'), 'use_udp', False)
    return bool(use_udp)
