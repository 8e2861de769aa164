"""Test configs and estimators with weights, ready to predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Optional, Union

import torch
from mmcv.transforms import LoadImageFromFile
from mmengine.config import Config
from mmengine.dataset import Compose
from mmpose.apis import init_model
from torch import nn

from ..cfg_options.shared_codec import check_codecs
from ..checkpoints import (
    convert_state_dict,
    match_weights,
    read_checkpoint,
    require_finite_weights,
)
from ..datasets import LoadBottomupImage
from ..datasets.pipeline_options import check_tiles, with_options
from ..structures.tiles import change_tiles

_RESIZE = 'BottomupAlignedResize'


def load_estimator(
    cfg: Config, weights: Union[str, Path], device: str
) -> nn.Module:
    """Build the model of a config with the weights of a file.

    Args:
        cfg (Config): Full config; a copy stays with the model.
        weights (str | Path): Checkpoint of any origin, see
            :func:`read_checkpoint`.
        device (str): Device of torch.

    Returns:
        nn.Module: the estimator in test mode, with ``cfg`` and
        ``dataset_meta``; every tensor comes from the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is refused or does not fit, or the data set
            has another codec or number of keypoints than the head, or others
            than the scorer of the decoder.

    Examples:
        >>> from mmengine.config import Config
        >>> from higherhrnet_plugin.inference import load_estimator
        >>> cfg = Config.fromfile('config.py')
        >>> model = load_estimator(cfg, 'model.pth', 'cpu')
        >>> model.dataset_meta['dataset_name']
        'coco'
    """
    check_codecs(cfg)
    # first, as a wrong file is the likelier mistake and reads faster
    state_dict = convert_state_dict(read_checkpoint(weights))
    require_finite_weights(state_dict)
    model = init_model(cfg, device=device)
    match_weights(model.state_dict(), state_dict)
    model.load_state_dict(state_dict)
    codec = getattr(model.head, 'codec', None)
    if codec is not None:
        # for the test pipeline, with mmpose's own estimators as well
        model.dataset_meta = {**model.dataset_meta, 'codec': codec}
    named = model.dataset_meta['num_keypoints']
    if model.head.num_keypoints != named:
        raise ValueError(
            f'the data set of the config has {named} keypoints, its head '
            f'{model.head.num_keypoints}'
        )
    scorer = getattr(model.head.decoder, 'scorer', None)
    if scorer is not None:
        scorer.check_keypoints(model.dataset_meta)
    return model


def read_config(path: Union[str, Path]) -> Config:
    """Read a config file.

    Args:
        path (str | Path): The file.

    Returns:
        Config: full config.

    Raises:
        FileNotFoundError: If it, or one it inherits, does not exist.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'config file not found: {path}')
    return Config.fromfile(path)


def find_test_pipeline(cfg: Config) -> list[dict[str, Any]]:
    """Return the transforms of the test, as they are in the config.

    Args:
        cfg (Config): Full config.

    Returns:
        list[dict]: part of the config.

    Raises:
        ValueError: If there is none.
    """
    try:
        return cfg.test_dataloader.dataset.pipeline
    except AttributeError as error:
        raise ValueError(
            'the config has no `test_dataloader.dataset.pipeline`'
        ) from error


def resolve_test_pipeline(cfg: Config) -> list[dict[str, Any]]:
    """Return the transforms of the test, with what the data set adds.

    Args:
        cfg (Config): Full config.

    Returns:
        list[dict]: the transforms, with the options of the data set. The
        codec comes with the ``dataset_meta`` of the model.

    Raises:
        ValueError: If there is none.
    """
    pipeline = find_test_pipeline(cfg)
    data_set = cfg.test_dataloader.dataset
    return with_options(
        pipeline,
        scales=data_set.get('scales'),
        resize=data_set.get('resize'),
        tiles=data_set.get('tiles'),
    )


def build_test_pipeline(cfg: Config) -> Compose:
    """Build the transforms of the test, with the one reader of images.

    Args:
        cfg (Config): Full config.

    Returns:
        Compose: the pipeline.

    Raises:
        ValueError: If there is none, or it does not begin with loading.
    """
    pipeline = Compose(resolve_test_pipeline(cfg))
    transforms = [LoadBottomupImage.replacing(t) for t in pipeline.transforms]
    if not transforms or not isinstance(transforms[0], LoadImageFromFile):
        raise ValueError(
            'the test pipeline must begin with LoadBottomupImage, found '
            f'{transforms[0] if transforms else "nothing"}'
        )
    pipeline.transforms = transforms
    return pipeline


def set_scales(cfg: Config, scales: Optional[Sequence[float]]) -> None:
    """Set the scales of the test pipeline.

    Args:
        cfg (Config): Changed in place.
        scales (Sequence[float], optional): None leaves it as it is.

    Raises:
        ValueError: If the pipeline has no resize with scales.
    """
    if scales is None:
        return
    resizes = [t for t in find_test_pipeline(cfg) if t['type'] == _RESIZE]
    if not resizes:
        raise ValueError(f'--scales needs {_RESIZE} in the test pipeline')
    resizes[0]['scales'] = list(scales)


def set_tiles(cfg: Config, changes: Mapping[str, Any]) -> None:
    """Set how the test pipeline cuts large images.

    Args:
        cfg (Config): Changed in place.
        changes (Mapping[str, Any]): Fields of :class:`.TileOptions`; without
            any it stays as it is.

    Raises:
        ValueError: If a value is out of its range, or the pipeline cannot
            make tiles.
    """
    if not changes:
        return
    check_tiles(pipeline := find_test_pipeline(cfg))
    resize = next(t for t in pipeline if t['type'] == _RESIZE)
    shared = cfg.test_dataloader.dataset.get('tiles')
    resize['tiles'] = asdict(
        change_tiles(resize.get('tiles', shared), changes)
    )


def set_stretch(cfg: Config) -> None:
    """Let the test pipeline show 16-bit images in their own range.

    Args:
        cfg (Config): Changed in place.
    """
    first = find_test_pipeline(cfg)[0]
    if first['type'] == 'LoadImage':
        first['type'] = 'LoadBottomupImage'
    first['stretch'] = True


def choose_device(name: Optional[str]) -> torch.device:
    """Choose where to run.

    Args:
        name (str, optional): Device of torch. Defaults to a GPU if torch
            sees one, else the CPU.

    Returns:
        torch.device: the device.

    Raises:
        ValueError: If torch does not know it, or has no GPU.
    """
    if name is None:
        name = 'cuda' if torch.cuda.is_available() else 'cpu'
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f'device: {error}') from error
    if device.type == 'cuda' and (
        (device.index or 0) >= torch.cuda.device_count()
    ):
        raise ValueError(
            f'the device is {name}, but torch sees '
            f'{torch.cuda.device_count()} GPUs'
        )
    return device


def choose_amp_dtype(device: torch.device) -> torch.dtype:
    """Choose the type of numbers for mixed precision.

    Args:
        device (torch.device): Where to run.

    Returns:
        torch.dtype: bfloat16, or float16 on a GPU without it.
    """
    if device.type == 'cuda' and not torch.cuda.is_bf16_supported():
        return torch.float16
    return torch.bfloat16
