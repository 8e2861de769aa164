"""Random flip that knows height from width."""

from __future__ import annotations

from typing import Any

import cv2
from mmpose.datasets.transforms import RandomFlip

from ...registry import TRANSFORMS

# directions, as OpenCV numbers them
_CODES = {'horizontal': 1, 'vertical': 0, 'diagonal': -1}


@TRANSFORMS.register_module()
class BottomupRandomFlip(RandomFlip):
    """Flip image, boxes and keypoints of an input of any shape.

    mmpose's ``RandomFlip`` reads ``input_size``, which is (w, h), as (h, w),
    and so moves the keypoints of every input that is not square. Arguments
    and keys are those of ``RandomFlip``.

    Pixel i of an input of width W becomes pixel W - 1 - i, and a keypoint at
    x goes to W - 1 - x: the centre of pixel i is at i, in the input and so at
    every level. The official code mirrors the keypoints of each level in its
    cells instead, to w - 1 - x for a level of width w. ``align_flip`` of the
    decoder mirrors maps as this class mirrors keypoints.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin import BottomupRandomFlip
        >>> image = np.zeros((40, 60, 3), np.uint8)
        >>> results = BottomupRandomFlip(prob=1.0)(
        ...     dict(
        ...         img=image,
        ...         img_shape=(40, 60),
        ...         input_size=(60, 40),
        ...         flip_indices=[1, 0],
        ...         keypoints=np.array([[[10.0, 5.0], [20.0, 5.0]]]),
        ...         keypoints_visible=np.ones((1, 2)),
        ...     )
        ... )
        >>> results['keypoints'].tolist()
        [[[39.0, 5.0], [49.0, 5.0]]]
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Flip with the size of the image itself.

        Args:
            results (dict): Result dict of the pipeline, with ``img`` uint8
                (h, w, 3) and keypoints (N, K, 2), (x, y) in its pixels.

        Returns:
            dict: the same dict, flipped or not.
        """
        image = results['img']
        kept = {key: results[key] for key in ('input_size',) if key in results}
        results['input_size'] = image.shape[:2]
        # one pixel instead of the image, which is flipped below
        results['img'] = image[:1, :1]
        results = super().transform(results)
        results['img'] = image
        if results['flip']:
            results['img'] = cv2.flip(image, _CODES[results['flip_direction']])
        results.pop('input_size')
        results.update(kept)
        return results
