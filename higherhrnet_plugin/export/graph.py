"""The part of an estimator that is exported."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from ..codecs.decoding.resizing import map_shape


class ExportedGraph(nn.Module):
    """Backbone, neck and head as a function of tensors.

    Note:
        - B: images, K: keypoints, L: tags of a keypoint
        - (h, w): size of a level, (H, W): size of the input

    Args:
        model (nn.Module): An estimator in test mode.
        aggregate (bool): Give maps that are aggregated over levels and flips
            at the size of the input, instead of levels.
        flip (bool): Look at the mirrored image, too.

    Attributes:
        outputs (tuple[str, ...]): Names of what :meth:`forward` returns.
    """

    def __init__(self, model: Any, aggregate: bool, flip: bool) -> None:
        super().__init__()
        self.model = model
        self.aggregate = aggregate
        self.flip = flip
        self.flip_indices = list(model.dataset_meta['flip_indices'])
        if aggregate:
            self.outputs: tuple[str, ...] = ('heatmaps', 'tags')
            return
        names = []
        for level in range(model.head.num_levels):
            names.append(f'heatmaps_{level}')
            if level in model.head.tag_levels:
                names.append(f'tags_{level}')
        mirrored = [f'mirrored_{name}' for name in names] if flip else []
        self.outputs = (*names, *mirrored)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Run the network.

        Args:
            images (Tensor): float32 (B, 3, H, W), normalised.

        Returns:
            tuple[Tensor, ...]: heatmaps (B, K, h, w) and tags (B, L*K, h, w)
            of the levels, those of the mirrored image not mirrored back; or
            heatmaps (B, K, H, W) and tags (B, L*K, H, W).
        """
        passes = [self._run(images)]
        if self.flip:
            passes.append(self._run(images.flip(-1)))
        if self.aggregate:
            height, width = map_shape(images)
            return self.model.head.decoder.aggregate(
                [passes],
                base_size=(width, height),
                flip_indices=self.flip_indices,
                project_to_image=self.model.test_cfg.get(
                    'project_to_image', True
                ),
            )
        levels = [level for levels in passes for level in levels]
        return tuple(m for level in levels for m in level if m is not None)

    def _run(self, images: Tensor) -> Any:
        """Give the levels of one pass."""
        return self.model.head(self.model.extract_feat(images))
