"""The HigherHRNet head: a pyramid of heatmaps with tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional, Union

import torch
from mmengine.model import initialize
from mmengine.structures import PixelData
from mmpose.models.heads.base_head import BaseHead
from torch import Tensor, nn

from ...codecs.decoding.merging import LevelOutput
from ...layers import (
    check_scale_kernel,
    make_pyramid,
    make_scale_layers,
    start_at_zero,
)
from ...registry import KEYPOINT_CODECS, MODELS
from ...structures.metainfo import keypoint_settings
from ..pretrained import without_pretrained
from .head_inputs import (
    Features,
    check_test_cfg,
    check_udp,
    pick_features,
    refuse_tiles,
    scale_flip_features,
)
from .head_options import (
    check_options,
    check_sizes,
    official_init,
    pyramid_settings,
)
from .heatmap_losses import heatmap_losses
from .training_targets import read_person_scales, read_targets


@MODELS.register_module()
class HigherHRNetHead(BaseHead):
    """Predict heatmaps at every level and tags at some.

    Level 0 is the backbone's map (1/4 for HRNet), level i follows the i-th
    deconvolution, which doubles the resolution.

    Note:
        - B: images, K: keypoints, L: tag dimension
        - C: channels, (h, w): size of a level

    Source: HigherHRNet, sections 3.2 and 3.3; ``PoseHigherResolutionNet`` in
    ``lib/models/pose_higher_hrnet.py`` of the official code, whose parameter
    names are kept (``final_layers.{i}``, ``deconv_layers.{i}.{j}``).

    Args:
        in_channels (int): C of the feature map.
        num_keypoints (int, optional): K. Defaults to that of ``metainfo``.
        num_deconvs (int, optional): Deconvolutions, 0 or more. Defaults to
            one less than the codec has levels, beside which no other number
            is taken, or else 1.
        deconv_channels (int, optional): Output channels of each. Defaults to
            ``in_channels``.
        deconv_kernel (int): 2, 3 or 4. Defaults to 4.
        num_blocks (int): Residual blocks after each. Defaults to 4.
        concat_outputs (bool): Whether a deconvolution sees the features and
            the outputs of the level before. Defaults to True.
        final_kernel (int): 1 or 3. Defaults to 1.
        tag_dim (int): L. Defaults to 1.
        tag_per_keypoint (bool): Whether each keypoint has its own tags, or
            all share them. Defaults to True.
        tag_levels (Sequence[int], optional): Levels that give tags. Defaults
            to those of the codec, beside which no others are taken, or else
            (0,).
        tag_init_std (float, optional): Standard deviation of the initial
            weights of the tag channels. Equal tags push each other nowhere,
            so a larger value speeds up a short training. Defaults to that of
            all layers, 0.001.
        input_index (int): Which feature map of the backbone or neck is read.
            Defaults to 0.
        norm_cfg (dict, optional): Defaults to ``dict(type='BN')``.
        with_cp (bool): Recompute residual blocks in the backward pass to
            save memory. Defaults to False.
        heatmap_loss (dict, optional): Defaults to
            ``dict(type='MultiResolutionHeatmapLoss')``. With
            ``sigma='learned'`` the head has ``scale_layers``, a branch of
            every level that runs in training alone.
        tag_loss (dict, optional): Defaults to
            ``dict(type='MultiResolutionAELoss')``.
        decoder (dict, optional): Defaults to
            ``dict(type='AggregatingBottomupDecoder')``; ``use_udp`` defaults
            to that of the codec.
        metainfo (dict, optional): Description of the keypoints, as the data
            set has it. Gives ``num_keypoints`` and, from its skeleton, the
            order in which the decoder groups keypoints. The estimator hands
            on its own.
        init_cfg (dict | list, optional): Defaults to the official
            initialisation.
        codec (dict, optional): Description of input and targets, the same as
            that of the data sets. Tells what the arguments do not, and in
            inference the size of the input.
        concat_tags (bool): Whether tags are among the outputs that a
            deconvolution sees. Coupled embedding leaves them out. Defaults to
            True.
        scale_kernel (int): Kernel of the depthwise convolution of that
            branch, odd. Defaults to 9.

    Raises:
        ValueError: If an option is out of its range.

    Examples:
        >>> import torch
        >>> from higherhrnet_plugin import HigherHRNetHead
        >>> head = HigherHRNetHead(in_channels=8, num_keypoints=5)
        >>> levels = head([torch.zeros(1, 8, 16, 16)])
        >>> [tuple(heatmaps.shape) for heatmaps, _ in levels]
        [(1, 5, 16, 16), (1, 5, 32, 32)]
    """

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        num_deconvs: Optional[int] = None,
        deconv_channels: Optional[int] = None,
        deconv_kernel: int = 4,
        num_blocks: int = 4,
        concat_outputs: bool = True,
        final_kernel: int = 1,
        tag_dim: int = 1,
        tag_per_keypoint: bool = True,
        tag_levels: Optional[Sequence[int]] = None,
        tag_init_std: Optional[float] = None,
        input_index: int = 0,
        norm_cfg: Optional[dict[str, Any]] = None,
        with_cp: bool = False,
        heatmap_loss: Optional[dict[str, Any]] = None,
        tag_loss: Optional[dict[str, Any]] = None,
        decoder: Optional[dict[str, Any]] = None,
        metainfo: Optional[dict[str, Any]] = None,
        init_cfg: Union[dict, list, None] = None,
        codec: Optional[dict[str, Any]] = None,
        concat_tags: bool = True,
        scale_kernel: int = 9,
    ) -> None:
        super().__init__(init_cfg or official_init())
        settings = keypoint_settings(num_keypoints, metainfo)
        num_keypoints = settings['num_keypoints']
        pyramid = pyramid_settings(codec, num_deconvs, tag_levels)
        num_deconvs, tag_levels = pyramid.num_deconvs, pyramid.tag_levels
        check_options(num_keypoints, tag_dim, num_deconvs, tag_levels)
        check_scale_kernel(scale_kernel)
        self.codec = pyramid.codec
        self.in_channels = in_channels
        self.num_keypoints = num_keypoints
        self.num_levels = num_deconvs + 1
        self.tag_channels = tag_dim * (
            num_keypoints if tag_per_keypoint else 1
        )
        self.tag_dim = tag_dim
        self.tag_levels = tag_levels
        self.tag_init_std = tag_init_std
        self.input_index = input_index
        self.concat_outputs = concat_outputs
        self.concat_tags = concat_tags
        deconv: dict[str, Any] = {
            'out_channels': deconv_channels or in_channels,
            'kernel_size': deconv_kernel,
            'num_blocks': num_blocks,
            'norm_cfg': norm_cfg or {'type': 'BN'},
            'with_cp': with_cp,
        }
        self.final_layers, self.deconv_layers = make_pyramid(
            in_channels,
            [self._level_channels(i) for i in range(self.num_levels)],
            [self._concat_channels(i) for i in range(num_deconvs)],
            final_kernel,
            deconv,
        )
        self.heatmap_loss = MODELS.build(
            {'type': 'MultiResolutionHeatmapLoss', **(heatmap_loss or {})}
        )
        self.sigma = getattr(self.heatmap_loss, 'sigma', 'fixed')
        if self.sigma == 'learned':
            self.scale_layers = make_scale_layers(
                [in_channels, *[deconv['out_channels']] * num_deconvs],
                num_keypoints,
                scale_kernel,
                deconv['norm_cfg'],
            )
        shared = {'tag_per_keypoint': tag_per_keypoint}
        self.tag_loss = MODELS.build(
            {'type': 'MultiResolutionAELoss', **shared, **(tag_loss or {})}
        )
        scale_weight = getattr(self.tag_loss, 'scale_weight', None)
        check_sizes(self.sigma, tag_dim, scale_weight)
        self.decoder = KEYPOINT_CODECS.build(
            {
                'type': 'AggregatingBottomupDecoder',
                **settings,
                **shared,
                **pyramid.decoder,
                **(decoder or {}),
            }
        )

    def init_weights(self) -> None:
        """Initialise, with a wider start of the tags where asked for.

        What a ``Pretrained`` start has in its file stays as it is there.
        """
        # mmengine does nothing, but warn, when called a second time
        if self.is_init:
            super().init_weights()
            return
        with without_pretrained(self) as pretrained:
            super().init_weights()
        if self.sigma == 'learned':
            start_at_zero(self.scale_layers)
        if self.tag_init_std is not None:
            for level in self.tag_levels:
                weight = self.final_layers[level].get_parameter('weight')
                nn.init.normal_(
                    weight[self.num_keypoints :], std=self.tag_init_std
                )
        if pretrained:
            initialize(self, pretrained)

    def forward(
        self, feats: Features, branches: Optional[list[Tensor]] = None
    ) -> list[LevelOutput]:
        """Predict all levels.

        Args:
            feats (Tensor | Sequence[Tensor]): (B, C, h, w), or several maps
                of which ``input_index`` picks one.
            branches (list[Tensor], optional): The outputs of
                ``scale_layers``, (B, K, h, w) of every level, are appended
                to it. Defaults to None: they do not run.

        Returns:
            list[tuple[Tensor, Tensor | None]]: heatmaps (B, K, h, w) and tags
            (B, L*K, h, w), L outer, or (B, L, h, w) when shared, or None, of
            every level.

        Raises:
            ValueError: If there is no map ``input_index``.
        """
        x = pick_features(feats, self.input_index)
        features = [x]
        raw = self.final_layers[0](x)
        raws = [raw]
        for deconv, final_layer in zip(
            self.deconv_layers, self.final_layers[1:]
        ):
            if self.concat_outputs:
                if not self.concat_tags:
                    raw = raw[:, : self.num_keypoints]
                x = torch.cat((x, raw), dim=1)
            x = deconv(x)
            features.append(x)
            raw = final_layer(x)
            raws.append(raw)
        if branches is not None:
            branches += [
                branch(x) for branch, x in zip(self.scale_layers, features)
            ]
        outputs: list[LevelOutput] = []
        for raw in raws:
            heatmaps = raw[:, : self.num_keypoints]
            tags = raw[:, self.num_keypoints :]
            outputs.append((heatmaps, tags if tags.shape[1] else None))
        return outputs

    def loss(
        self,
        feats: Features,
        batch_data_samples: Sequence[Any],
        train_cfg: Optional[dict] = None,
    ) -> dict[str, Tensor]:
        """Compute the losses of a batch.

        Args:
            feats (Tensor | Sequence[Tensor]): As in :meth:`forward`.
            batch_data_samples (Sequence[PoseDataSample]): B samples with
                ``gt_fields`` (heatmaps, heatmap_mask) and
                ``gt_instance_labels`` (keypoint_indices). Heatmaps are drawn
                here where the codec has ``on_device``.
            train_cfg (dict, optional): Not used.

        Returns:
            dict[str, Tensor]: ``loss_heatmap_{level}``, ``loss_pull`` and
            ``loss_push``, weighted scalars; with learned widths also
            ``loss_sigma_{level}``, with a ``scale_weight`` ``loss_scale``.

        Raises:
            ValueError: If the targets are missing or do not fit the head.
        """
        check_udp(batch_data_samples, self.decoder.use_udp)
        branches: Optional[list[Tensor]] = None
        if self.sigma == 'learned':
            branches = []
        outputs = self(feats) if branches is None else self(feats, branches)
        maps = [heatmaps for heatmaps, _ in outputs]
        targets, masks, indices = read_targets(
            batch_data_samples, maps, len(self.tag_levels)
        )
        groups = self.tag_channels // self.tag_dim
        losses = heatmap_losses(
            self.heatmap_loss, outputs, targets, masks, groups, branches
        )
        more: tuple[Any, ...] = ()
        if getattr(self.tag_loss, 'scale_weight', 0):
            more = (read_person_scales(batch_data_samples),)
        terms = [
            self.tag_loss(outputs[level][1], indices[i], *more)
            for i, level in enumerate(self.tag_levels)
        ]
        for name, values in zip(('pull', 'push', 'scale'), zip(*terms)):
            losses[f'loss_{name}'] = sum(values)
        return losses

    def predict(
        self,
        feats: Any,
        batch_data_samples: Sequence[Any],
        test_cfg: Optional[dict] = None,
    ) -> Any:
        """Find the people of a batch.

        Args:
            feats (Any): Features as mmpose's bottom-up estimators give them:
                of one image, ``[plain, mirrored]`` with ``flip_test``, and a
                list over scales of either where the samples' metainfo has
                ``aug_scales``.
            batch_data_samples (Sequence[PoseDataSample]): B samples of one
                input size with ``input_size`` (w, h) and, for a flip test,
                ``flip_indices`` in their metainfo.
            test_cfg (dict, optional): ``flip_test`` (False),
                ``project_to_image`` (True), ``output_heatmaps`` (False).

        Returns:
            list[InstanceData] | tuple: people of each image as
            :meth:`.People.to_instances` packs them, in pixels of the
            scale 1 input; with ``output_heatmaps`` also a list of PixelData
            with heatmaps (K, H, W) and tags (L*K, H, W).

        Raises:
            ValueError: If features, samples and settings do not fit, or a
                setting is none that is read.
        """
        check_udp(batch_data_samples, self.decoder.use_udp)
        refuse_tiles(batch_data_samples)
        test_cfg = test_cfg or {}
        meta = batch_data_samples[0].metainfo
        width, height = meta['input_size']
        # a batch of several sizes is padded to the right and below
        height, width = meta.get('batch_input_shape', (height, width))
        scales = [1, *(meta.get('aug_scales') or [])]
        check_test_cfg(test_cfg, len(scales) > 1)
        flips = 2 if test_cfg.get('flip_test', False) else 1
        features = scale_flip_features(feats, len(scales), flips)
        outputs = [[self(f) for f in per_flip] for per_flip in features]
        arguments = (
            outputs,
            scales,
            (width, height),
            meta.get('flip_indices'),
            test_cfg.get('project_to_image', True),
        )
        people = self.decoder.predict(*arguments)
        instances = [p.to_instances() for p in people]
        if not test_cfg.get('output_heatmaps', False):
            return instances
        # the maps that people are read from, with all tags enlarged
        heatmaps, tags = self.decoder.aggregate(*arguments)
        return instances, [
            PixelData(heatmaps=h, tags=t)
            for h, t in zip(heatmaps.detach(), tags.detach())
        ]

    def _level_channels(self, level: int) -> int:
        """Count the output channels of a level."""
        tags = self.tag_channels if level in self.tag_levels else 0
        return self.num_keypoints + tags

    def _concat_channels(self, level: int) -> int:
        """Count the outputs of a level that the next deconvolution sees."""
        if not self.concat_outputs:
            return 0
        if not self.concat_tags:
            return self.num_keypoints
        return self._level_channels(level)
