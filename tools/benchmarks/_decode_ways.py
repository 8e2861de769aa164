"""All ways from the outputs of the network to people, and their equality."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from _command import require
from _plain_decoding import grouping_order, plain_aggregate, plain_decode
from _scenes import mirrored_keypoints
from mmpose.codecs import AssociativeEmbedding
from torch import Tensor

from higherhrnet_plugin import AggregatingBottomupDecoder

Flips = Sequence[Sequence[tuple]]
PEERS = ('official', 'mmpose')


class Ways:
    """All ways to decode one scene.

    Args:
        flips (Sequence): ``flips[flip][level]`` of one image.
        size (tuple[int, int]): (W, H).
    """

    def __init__(self, flips: Flips, size: tuple[int, int]) -> None:
        self.flips = flips
        self.size = size
        keypoints = flips[0][0][0].shape[1]
        self.swap = mirrored_keypoints(keypoints)
        self.decoder = AggregatingBottomupDecoder(keypoints)
        self.codec = AssociativeEmbedding(
            input_size=size,
            heatmap_size=size,
            decode_keypoint_order=list(grouping_order(keypoints)),
            decode_center_shift=0.5,
        )

    @cached_property
    def maps(self) -> tuple[Tensor, Tensor]:
        """tuple: heatmaps (1, K, H, W) and tags (1, L*K, H, W)."""
        return self.decoder.aggregate([self.flips], (1,), self.size, self.swap)

    def decode(self) -> Any:
        """Decode given maps."""
        return [v[0] for v in self.decoder.batch_decode(*self.maps)]

    def predict(self, project_to_image: bool = True) -> Any:
        """Decode outputs, at the size of the image or of the last level."""
        return self.decoder.predict(
            [self.flips], (1,), self.size, self.swap, project_to_image
        )[0]

    def official(self) -> Any:
        """Decode given maps by the official steps."""
        return plain_decode(*self.maps)

    def official_predict(self) -> Any:
        """Aggregate and decode by the official steps."""
        return plain_decode(*plain_aggregate(self.flips, self.size, self.swap))

    def mmpose(self) -> Any:
        """Decode given maps with mmpose's codec."""
        return [v[0] for v in self.codec.batch_decode(*self.maps)]

    def mmpose_predict(self) -> Any:
        """Resize as mmpose's heads do, and decode with its codec."""
        # mmpose.models may need what the plugin puts in place of mmcv's ops
        from mmpose.models.utils.tta import aggregate_heatmaps, flip_heatmaps

        def unflip(maps: Tensor) -> Tensor:
            return flip_heatmaps(maps, self.swap, shift_heatmap=False)

        heatmaps, tags = [], []
        for mirrored, levels in enumerate(self.flips):
            for heat, tag in levels:
                heatmaps.append(unflip(heat) if mirrored else heat)
                if tag is not None:
                    tags.append(unflip(tag) if mirrored else tag)
        return self.codec.batch_decode(
            aggregate_heatmaps(heatmaps, self.size),
            aggregate_heatmaps(tags, self.size, mode='concat'),
        )

    def check(self) -> str:
        """Compare the results.

        Returns:
            str: what was found.

        Raises:
            SystemExit: If they differ where they must not.
        """
        maps = plain_aggregate(self.flips, self.size, self.swap)
        require(
            all(np.allclose(a, b, atol=1e-5) for a, b in zip(self.maps, maps)),
            'merged maps, with the official steps',
        )
        own, fused, peer = self.decode(), self.predict(), self.mmpose()
        equal = map(np.array_equal, own, self.official())
        require(all(equal), 'people, with the official steps')
        close = (
            a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-5)
            for a, b in zip(fused, own)
        )
        require(all(close), 'people of predict and batch_decode')
        note = f'{len(own[0])} people'
        if len(own[0]) > self.decoder.options.max_candidates:
            # mmpose compares with all of them, not with the first 30
            return f"{note}, mmpose's codec finds {len(peer[0])}"
        # mmpose shifts and fills by other rules: people before that
        same = np.array_equal(own[2], peer[2])
        require(same, "scores of people, with mmpose's codec")
        return note
