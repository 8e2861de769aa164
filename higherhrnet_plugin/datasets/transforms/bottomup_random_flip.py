"""Random flip that knows height from width."""

from __future__ import annotations

from typing import Any

from mmpose.datasets.transforms import RandomFlip

from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class BottomupRandomFlip(RandomFlip):
    """Flip image, boxes and keypoints of an input of any shape.

    mmpose's ``RandomFlip`` reads ``input_size``, which is (w, h), as (h, w),
    and so moves the keypoints of every input that is not square. Arguments
    and keys are those of ``RandomFlip``.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Flip with the size of the image itself.

        Args:
            results (dict): Result dict of the pipeline, with ``img`` uint8
                (h, w, 3) and keypoints (N, K, 2), (x, y) in its pixels.

        Returns:
            dict: the same dict, flipped or not.
        """
        kept = {key: results[key] for key in ('input_size',) if key in results}
        results['input_size'] = results['img'].shape[:2]
        results = super().transform(results)
        results.pop('input_size')
        results.update(kept)
        return results
