"""Hiding of random cells of a training image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class BottomupHideAndSeek(BaseTransform):
    """Black out random cells of a grid; what is asked for stays.

    Keypoints under a hidden cell are still to be found, from what is left of
    their person. Comes after the affine transform and the flip; in a data
    set, ``augmentation=dict(hide_prob=1)`` puts it there.

    Source: AID (Huang et al., arXiv 2008.07139), section 3, whose cells are
    for an input of 512.

    Required Keys:

        - img: uint8 (h, w, 3)

    Modified Keys:

        - img, in a copy

    Args:
        prob (float): Share of the images that are treated. Defaults to 1.
        cell_sizes (Sequence[int]): Sides of a cell in input pixels, one of
            which is drawn for each image; 0 leaves the image as it is.
            Defaults to (0, 16, 32, 44).
        cell_prob (float): Probability of each cell to be hidden. Defaults to
            0.5.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin import BottomupHideAndSeek
        >>> image = np.zeros((40, 60, 3), np.uint8)
        >>> hide = BottomupHideAndSeek(cell_sizes=(16,), cell_prob=1.0)
        >>> hide(dict(img=image + 200))['img'].max() < 200
        True
    """

    def __init__(
        self,
        prob: float = 1.0,
        cell_sizes: Sequence[int] = (0, 16, 32, 44),
        cell_prob: float = 0.5,
    ) -> None:
        if not (0 <= prob <= 1 and 0 <= cell_prob <= 1):
            raise ValueError(
                '`prob` and `cell_prob` must be from 0 to 1, got '
                f'{prob} and {cell_prob}'
            )
        if not cell_sizes or min(cell_sizes) < 0:
            raise ValueError(
                '`cell_sizes` must be whole numbers, 0 or more, got '
                f'{list(cell_sizes)}'
            )
        self.prob = prob
        self.cell_sizes = tuple(int(size) for size in cell_sizes)
        self.cell_prob = cell_prob

    @cache_randomness
    def _draw(self, shape: tuple[int, int]) -> Optional[np.ndarray]:
        """Draw what is hidden of an image (h, w): bool (h, w), or None."""
        if not self.prob or np.random.rand() >= self.prob:
            return None
        size = self.cell_sizes[np.random.randint(len(self.cell_sizes))]
        if not size:
            return None
        rows, columns = (-(-side // size) for side in shape)
        hidden = np.random.rand(rows, columns) < self.cell_prob
        cells = hidden.repeat(size, axis=0).repeat(size, axis=1)
        return cells[: shape[0], : shape[1]]

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Hide parts of ``results['img']``.

        Args:
            results (dict): Result dict of the pipeline.

        Returns:
            dict: the same dict.
        """
        image = results['img']
        hidden = self._draw(image.shape[:2])
        if hidden is not None:
            results['img'] = image * ~hidden[..., None]
        return results

    def __repr__(self) -> str:
        """Describe the transform."""
        return (
            f'{type(self).__name__}(prob={self.prob}, '
            f'cell_sizes={self.cell_sizes}, cell_prob={self.cell_prob})'
        )
