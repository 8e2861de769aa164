"""Bottom-up estimator for several scales and mixed shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Optional, Union

import torch
from mmpose.models.pose_estimators import BottomupPoseEstimator
from mmpose.structures import PoseDataSample
from torch import Tensor

from ...checkpoints.load_hooks import register_load_hooks
from ...registry import MODELS
from ...structures.metainfo import parse_metainfo
from ...structures.people import People
from ..heads import HigherHRNetHead
from ..heads.head_inputs import check_test_cfg
from .compiling import check_compile, compile_parts
from .finetuning import check_finetune, skip_pretrained, start_from
from .tile_samples import describe_tile


@MODELS.register_module()
class MultiScaleBottomupPoseEstimator(BottomupPoseEstimator):
    """mmpose's bottom-up estimator with a test that is exact.

    ``BottomupPoseEstimator`` cannot take images of several scales (its
    ``forward`` stacks them), and pads a batch of mixed shapes, which changes
    the maps near the border. Here images of one shape run together, without
    padding, and further scales come from ``aug_imgs`` and ``aug_scales`` of
    :class:`BottomupAlignedResize`. Training is the same.

    Weights of official files, of MMPose 0.x and of this plugin load as they
    are, on every way that ends in ``load_state_dict``, and must fit exactly.
    The backbone alone also loads files of ImageNet classifiers.

    Args:
        channels_last (bool): Keep weights and images in the channels-last
            memory format, which is faster on most CPUs and on GPUs with
            tensor cores. Defaults to False.
        compile_network (bool | dict): Run backbone, neck and head through
            ``torch.compile``, in training, tests and inference, with these
            arguments of it. Needs torch 2.1, and a C++ compiler on a CPU.
            Checkpoints do not change. It compiles at the first call, again
            for training and test, and for sizes that differ, where torch
            soon makes one graph for many sizes. After 8 graphs torch warns
            and runs further sizes uncompiled. Defaults to False.
        strict_load (bool): Whether weights that do not fit exactly are an
            error. Otherwise they are as mmpose treats them: the part that
            fits is loaded, with a warning. Defaults to True.
        finetune (dict, optional): Start of a training from a network with
            other keypoints: ``checkpoint``, a file, and ``source`` and
            ``target``, the keypoints of that file and of this network, each
            as :func:`find_keypoint_names` takes them. What does not depend
            on keypoints is copied; channels of keypoints are copied by name,
            or initialised where ``source`` and ``target`` are left out.
            Replaces the ``Pretrained`` start of the backbone.
        metainfo (dict, optional): Description of the keypoints, as the data
            set has it; the head takes the number of keypoints and the order
            of grouping from it. Defaults to what the head is told.
        kwargs (Any): Arguments of ``BottomupPoseEstimator``.

    Raises:
        ValueError: If ``finetune`` has an unknown key or no ``checkpoint``,
            ``test_cfg`` a key that the head would ignore, or
            ``compile_network`` is neither bool nor dict, asks for a mode
            with CUDA graphs, or meets a torch that is too old.

    Examples:
        >>> from higherhrnet_plugin.inference import Predictor
        >>> model = Predictor.from_files('config.py', 'model.pth', 'cpu').model
        >>> type(model).__name__, model.test_cfg.flip_test
        ('MultiScaleBottomupPoseEstimator', True)
    """

    def __init__(
        self,
        channels_last: bool = False,
        compile_network: Union[bool, dict[str, Any]] = False,
        strict_load: bool = True,
        finetune: Optional[dict[str, Any]] = None,
        metainfo: Optional[dict[str, Any]] = None,
        **kwargs: Any,
    ) -> None:
        check_compile(compile_network)
        if metainfo is not None:
            metainfo = parse_metainfo(metainfo)
            kwargs['head'] = {**kwargs['head'], 'metainfo': metainfo}
        super().__init__(**kwargs)
        # before hours of training, and not at the first test
        if isinstance(getattr(self, 'head', None), HigherHRNetHead):
            check_test_cfg(self.test_cfg)
        self.metainfo = metainfo
        if finetune is not None:
            check_finetune(finetune)
        self.finetune = finetune
        register_load_hooks(self, self.backbone, strict_load)
        self.channels_last = channels_last
        if channels_last:
            self.to(memory_format=torch.channels_last)
        self.compile_network = compile_network
        self._compile()

    @property
    def dataset_meta(self) -> dict[str, Any]:
        """dict: what mmpose stores here of the data set, with the codec.

        Its inference, and ours, hand all of it to the test pipeline.
        """
        codec = getattr(self.head, 'codec', None)
        return {**self._dataset_meta, **({'codec': codec} if codec else {})}

    @dataset_meta.setter
    def dataset_meta(self, dataset_meta: dict[str, Any]) -> None:
        self._dataset_meta = dataset_meta

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a copy, which torch leaves uncompiled."""
        super().__setstate__(state)
        self._compile()

    def init_weights(self) -> None:
        """Initialise, from a network with other keypoints if asked for.

        Raises:
            FileNotFoundError: If the file of ``finetune`` does not exist.
            ValueError: If it differs in more than keypoints.
        """
        # mmengine does nothing, but warn, when called a second time
        if self.finetune is None or self.is_init:
            super().init_weights()
            return
        with skip_pretrained(self, self.backbone):
            super().init_weights()
        start_from(self, **self.finetune)

    def extract_feat(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Run backbone and neck.

        Args:
            inputs (Tensor): (B, 3, H, W), normalised images.

        Returns:
            tuple[Tensor, ...]: feature maps (B, C, h, w).
        """
        if self.channels_last:
            inputs = inputs.to(memory_format=torch.channels_last)
        return super().extract_feat(inputs)

    def predict(
        self, inputs: Tensor, data_samples: Sequence[PoseDataSample]
    ) -> Sequence[PoseDataSample]:
        """Find the people of a batch.

        Args:
            inputs (Tensor): float (B, 3, H, W), normalised images, padded to
                the right and below to one shape.
            data_samples (Sequence[PoseDataSample]): B samples with
                ``img_shape``, ``input_size``, ``input_center`` and
                ``input_scale`` in their metainfo, ``aug_imgs`` and
                ``aug_scales`` for several scales, and ``tiles``, a
                :class:`.TiledImage`, for images in tiles, of which as many
                run together as there are samples.

        Returns:
            Sequence[PoseDataSample]: the samples with ``pred_instances`` in
            image pixels and, with ``output_heatmaps``, ``pred_fields``.

        Raises:
            ValueError: If maps are asked for of an image in tiles.
        """
        tiled = [sample.pop('tiles', None) for sample in data_samples]
        if all(tiles is None for tiles in tiled):
            return self._predict_whole(inputs, data_samples)
        if self.test_cfg.get('output_heatmaps', False):
            raise ValueError(
                '`tiles` and `model.test_cfg.output_heatmaps` exclude each '
                'other, as each tile has maps of its own'
            )
        whole = [i for i, t in enumerate(tiled) if t is None or t.whole]
        if whole:
            samples = [data_samples[i] for i in whole]
            self._predict_whole(inputs[whole], samples)
        for sample, tiles in zip(data_samples, tiled):
            if tiles is not None:
                self._predict_tiles(sample, tiles, len(data_samples))
        return data_samples

    def _predict_tiles(
        self, sample: PoseDataSample, tiles: Any, batch_size: int
    ) -> None:
        """Add the people of an image in tiles to its sample."""
        shared = sample.metainfo

        def predict(batch: Sequence[Any]) -> list[People]:
            samples = [describe_tile(shared, pyramid) for pyramid in batch]
            inputs = self._normalise([pyramid[1][1] for pyramid in batch])
            self._predict_whole(inputs, samples)
            return [People.from_instances(s.pred_instances) for s in samples]

        whole = None
        if tiles.whole:
            whole = People.from_instances(sample.pred_instances)
        people = tiles.find_people(predict, batch_size, whole)
        sample.pred_instances = self.head.decoder.select(people).to_instances()

    def _predict_whole(
        self, inputs: Tensor, data_samples: Sequence[PoseDataSample]
    ) -> Sequence[PoseDataSample]:
        """Find the people of a batch of images, or of tiles."""
        aug_images = [sample.pop('aug_imgs', []) for sample in data_samples]
        groups: dict[Any, list[int]] = defaultdict(list)
        for i, sample in enumerate(data_samples):
            shapes = [tuple(sample.img_shape)]
            shapes += [image.shape for image in aug_images[i]]
            groups[tuple(shapes)].append(i)

        preds: list[Any] = [None] * len(data_samples)
        fields: list[Any] = [None] * len(data_samples)
        for (shape, *_), members in groups.items():
            samples = [data_samples[i] for i in members]
            for sample in samples:
                sample.set_metainfo({'batch_input_shape': shape})
            pyramid = [inputs[members, :, : shape[0], : shape[1]]]
            for images in zip(*(aug_images[i] for i in members)):
                pyramid.append(self._normalise(images))
            found = self._predict_group(pyramid, samples)
            with_fields = isinstance(found, tuple)
            for j, i in enumerate(members):
                preds[i] = found[0][j] if with_fields else found[j]
                fields[i] = found[1][j] if with_fields else None
        return self.add_pred_to_datasample(
            preds, None if fields[0] is None else fields, data_samples
        )

    def _forward(self, inputs: Tensor, data_samples: Any = None) -> Any:
        """Run the network alone."""
        feats = self.extract_feat(inputs)
        # mmpose calls `head.forward`, which is never the compiled one
        return self.head(feats) if self.with_head else feats

    def _compile(self) -> None:
        """Compile what only sees tensors, if asked for."""
        parts = [self.backbone]
        parts += [self.neck] if self.with_neck else []
        parts += [self.head] if self.with_head else []
        compile_parts(parts, self.compile_network)

    def _predict_group(
        self, pyramid: Sequence[Tensor], samples: Sequence[PoseDataSample]
    ) -> Any:
        """Run images of one shape at all scales and flips."""
        feats: list[Any] = []
        for images in pyramid:
            plain = self.extract_feat(images)
            if self.test_cfg.get('flip_test', False):
                feats.append([plain, self.extract_feat(images.flip(-1))])
            else:
                feats.append(plain)
        return self.head.predict(
            feats if len(feats) > 1 else feats[0],
            samples,
            test_cfg=self.test_cfg,
        )

    def _normalise(self, images: Sequence[Any]) -> Tensor:
        """Normalise uint8 images (h, w, 3) of one shape to (B, 3, h, w)."""
        tensors = [
            torch.from_numpy(image).permute(2, 0, 1).contiguous()
            for image in images
        ]
        samples = [PoseDataSample() for _ in images]
        data = {'inputs': tensors, 'data_samples': samples}
        return self.data_preprocessor(data, False)['inputs']
