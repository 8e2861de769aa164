"""What a model puts out for one image, from its input to people."""

from __future__ import annotations

import argparse
import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from torch import nn

import higherhrnet_plugin
from higherhrnet_plugin.files import write_picture
from higherhrnet_plugin.images import read_image
from higherhrnet_plugin.inference.model import (
    build_test_pipeline,
    load_estimator,
    set_scales,
)
from higherhrnet_plugin.visualization import draw_heatmaps, draw_people

PACKAGES = ('torch', 'numpy', 'mmengine', 'mmcv', 'mmcv-lite', 'mmpose')

Arrays = dict[str, np.ndarray]


def load_model(args: argparse.Namespace) -> nn.Module:
    """Build the model of a config with the weights of a file.

    Args:
        args (argparse.Namespace): config, weights, device, scales, no_flip.

    Returns:
        nn.Module: the estimator; every tensor comes from the file.

    Raises:
        SystemExit: If a file is missing or does not fit.
    """
    for path in (args.config, args.weights, args.image):
        if not Path(path).is_file():
            raise SystemExit(f'error: file not found: {path}')
    try:
        cfg = Config.fromfile(args.config)
        set_scales(cfg, args.scales)
        model = load_estimator(cfg, args.weights, args.device)
    except (ValueError, RuntimeError, KeyError, SyntaxError) as error:
        raise SystemExit(
            f'error: {args.config} with {args.weights}: {error}'
        ) from error
    model.test_cfg['output_heatmaps'] = True
    if args.no_flip:
        model.test_cfg['flip_test'] = False
    return model


@torch.no_grad()
def run_image(model: nn.Module, image: str) -> tuple[Arrays, Any]:
    """Predict an image and keep everything on the way.

    Args:
        model (nn.Module): A bottom-up estimator with our head.
        image (str): Image file.

    Returns:
        tuple[dict, PoseDataSample]: arrays by name, in the order of the
        computation, and the sample with the people.

    Raises:
        SystemExit: If the image cannot be read.
    """
    try:
        read_image(image)
    except (OSError, ValueError) as error:
        raise SystemExit(
            f'error: cannot read the image {image}: {error}'
        ) from error
    info = dict(model.dataset_meta, img_path=image, img_id=0, id=[])
    data = build_test_pipeline(model.cfg)(info)
    inputs: list[torch.Tensor] = []
    outputs: list[Any] = []
    hooks = [
        model.backbone.register_forward_pre_hook(
            lambda _, args: inputs.append(args[0])
        ),
        model.head.register_forward_hook(
            lambda _, __, levels: outputs.append(levels)
        ),
    ]
    (sample,) = model.test_step(pseudo_collate([data]))
    for hook in hooks:
        hook.remove()
    flips = ('plain', 'flip')[: 1 + model.test_cfg.get('flip_test', False)]
    scales = (1, *sample.metainfo.get('aug_scales', ()))
    passes = [f'scale{scale:g}.{flip}' for scale in scales for flip in flips]
    arrays: Arrays = {}
    for name, tensor in zip(passes, inputs):
        arrays[f'input.{name}'] = to_array(tensor)
    for name, levels in zip(passes, outputs):
        for i, (heatmaps, tags) in enumerate(levels):
            arrays[f'level.{name}.{i}.heatmaps'] = to_array(heatmaps)
            if tags is not None:
                arrays[f'level.{name}.{i}.tags'] = to_array(tags)
    arrays['aggregated.heatmaps'] = to_array(sample.pred_fields.heatmaps)
    arrays['aggregated.tags'] = to_array(sample.pred_fields.tags)
    people = sample.pred_instances
    arrays['people.keypoints'] = np.asarray(people.keypoints)
    arrays['people.keypoint_scores'] = np.asarray(people.keypoint_scores)
    arrays['people.instance_scores'] = np.asarray(people.bbox_scores)
    return arrays, sample


def to_array(tensor: torch.Tensor) -> np.ndarray:
    """Copy a tensor to a float32 array."""
    return tensor.float().cpu().numpy()


def describe(args: argparse.Namespace, model: nn.Module) -> dict[str, str]:
    """Say what the outputs were made with.

    Args:
        args (argparse.Namespace): config, weights, image, device.
        model (nn.Module): The estimator.

    Returns:
        dict[str, str]: names of the files, their SHA-256, and versions.
    """
    about = {
        'config': Path(args.config).name,
        'device': args.device,
        'higherhrnet_plugin': higherhrnet_plugin.__version__,
        'test_cfg': json.dumps(dict(model.test_cfg), sort_keys=True),
    }
    for kind in ('weights', 'image'):
        content = Path(getattr(args, kind)).read_bytes()
        about[f'{kind}_sha256'] = hashlib.sha256(content).hexdigest()
    for package in PACKAGES:
        try:
            about[package] = version(package)
        except PackageNotFoundError:
            continue
    return about


def draw(arrays: Arrays, sample: Any, folder: Path) -> None:
    """Draw the people, and the aggregated heatmaps over the input.

    Args:
        arrays (dict): From :func:`run_image`.
        sample (PoseDataSample): With ``img_path`` and ``skeleton_links``.
        folder (Path): Created where it is missing.

    Raises:
        SystemExit: If a picture cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pixels = arrays['input.scale1.plain'][0].transpose(1, 2, 0)
    low, high = pixels.min(), pixels.max()
    pixels = (255 * (pixels - low) / max(high - low, 1e-6)).astype(np.uint8)
    pictures = {
        'people': draw_people(
            read_image(sample.img_path).pixels,
            arrays['people.keypoints'],
            arrays['people.keypoint_scores'],
            sample.metainfo.get('skeleton_links', ()),
        ),
        'heatmaps': draw_heatmaps(
            np.ascontiguousarray(pixels[..., ::-1]),
            arrays['aggregated.heatmaps'],
        ),
    }
    for name, picture in pictures.items():
        write_picture(folder / f'{name}.png', picture)
