"""Targets by the codec of the data set."""

from __future__ import annotations

from typing import Any, Optional

from mmpose.datasets.transforms import GenerateTarget

from ...registry import TRANSFORMS
from .shared_codec import shared_codec


@TRANSFORMS.register_module()
class GenerateBottomupTarget(GenerateTarget):
    """Encode people by the codec of the data set.

    Differs from mmpose's ``GenerateTarget`` in that nothing needs to be
    stated twice, and in that it refuses an image that was prepared for
    another codec.

    Args:
        encoder (dict, optional): Codec to use instead. Defaults to ``codec``
            of the data set.
        kwargs (Any): Other arguments of ``GenerateTarget``.
    """

    def __init__(
        self, encoder: Optional[dict[str, Any]] = None, **kwargs: Any
    ) -> None:
        super().__init__([] if encoder is None else encoder, **kwargs)
        self._is_told = encoder is not None

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add the targets.

        Args:
            results (dict): Result dict of the pipeline, with ``keypoints``
                (N, K, 2), (x, y) in input pixels, ``keypoints_visible``
                (N, K), ``input_size`` (w, h) and ``codec``.

        Returns:
            dict: the same dict with what the codec encodes.

        Raises:
            ValueError: If there is no codec, or the image has another size
                or another kind of alignment than the codec expects.
        """
        if not self._is_told:
            self.encoder = shared_codec(
                results, type(self).__name__, 'encoder'
            )
        for key in ('input_size', 'use_udp'):
            ours = getattr(self.encoder, key, None)
            _check_alike(key, results.get(key), ours)
        return super().transform(results)


def _check_alike(key: str, image: Any, codec: Any) -> None:
    """Raise ValueError where image and codec say different things."""
    if None not in (image, codec) and image != codec:
        raise ValueError(
            f'`{key}` is {image} for the transforms of the pipeline, but '
            f'{codec} for the codec of the targets; set `{key}` of `codec` '
            'alone, and leave it out of the transforms and of `encoder`'
        )
