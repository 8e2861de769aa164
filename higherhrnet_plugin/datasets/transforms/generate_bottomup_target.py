"""Targets by the codec of the data set."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
from mmpose.datasets.transforms import GenerateTarget

from ...registry import TRANSFORMS
from .shared_codec import shared_codec

# where mmpose's codecs say what else they encode
_NEEDED = 'auxiliary_encode_keys'


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

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin import GenerateBottomupTarget
        >>> codec = dict(
        ...     type='MultiResolutionAssociativeEmbedding', input_size=(64, 64)
        ... )
        >>> results = GenerateBottomupTarget(encoder=codec)(
        ...     dict(
        ...         keypoints=np.full((1, 17, 2), 20.0),
        ...         keypoints_visible=np.ones((1, 17)),
        ...         dataset_keypoint_weights=np.ones(17),
        ...     )
        ... )
        >>> [h.shape for h in results['heatmaps']]
        [(17, 16, 16), (17, 32, 32)]
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
                or another kind of alignment than the codec expects, or no
                boxes where the codec needs them.
        """
        if not self._is_told:
            self.encoder = shared_codec(
                results, type(self).__name__, 'encoder'
            )
        for key in ('input_size', 'use_udp'):
            ours = getattr(self.encoder, key, None)
            _check_alike(key, results.get(key), ours)
        if 'person_sizes' in getattr(self.encoder, _NEEDED, ()):
            _check_sizes(results)
        return super().transform(results)


def _check_sizes(results: dict[str, Any]) -> None:
    """Raise ValueError where people have no boxes; nobody needs none."""
    if 'person_sizes' in results:
        return
    if np.any(results['keypoints_visible']):
        raise ValueError(
            '`sigma_box_size` and `person_scales` of the codec need the boxes '
            'of people, in input pixels: put BottomupAlignedAffine before '
            'GenerateBottomupTarget, and a data set with `bbox`'
        )
    results['person_sizes'] = np.zeros((len(results['keypoints']), 2))


def _check_alike(key: str, image: Any, codec: Any) -> None:
    """Raise ValueError where image and codec say different things."""
    if None not in (image, codec) and image != codec:
        raise ValueError(
            f'`{key}` is {image} for the transforms of the pipeline, but '
            f'{codec} for the codec of the targets; set `{key}` of `codec` '
            'alone, and leave it out of the transforms and of `encoder`'
        )
