"""What the arguments change in a config, and what results depend on."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .tile_arguments import tile_changes

if TYPE_CHECKING:
    from mmengine.config import Config


def load_config(args: argparse.Namespace) -> Config:
    """Read the config and apply the arguments to it.

    Args:
        args (argparse.Namespace): From :func:`parse_args`.

    Returns:
        Config: full config.

    Raises:
        FileNotFoundError: If it, or one it inherits, does not exist.
        ValueError: If it lacks what an argument sets.
    """
    # late, as exported files have no config, and do without the host
    from ..cfg_options.applying import apply_cfg_options
    from ..cfg_options.arguments import parse_cfg_options
    from .model import (
        find_test_pipeline,
        read_config,
        set_scales,
        set_stretch,
        set_tiles,
    )

    cfg = read_config(args.config)
    apply_cfg_options(cfg, parse_cfg_options(args.cfg_options))
    if 'model' not in cfg or 'head' not in cfg.model:
        raise ValueError(f'{args.config}: the config has no `model.head`')
    find_test_pipeline(cfg)
    set_scales(cfg, args.scales)
    set_tiles(cfg, tile_changes(args))
    if args.stretch:
        set_stretch(cfg)
    if args.flip is not None:
        cfg.merge_from_dict({'model.test_cfg.flip_test': args.flip})
    for key, value in (
        ('instance_thr', args.instance_thr),
        ('min_keypoints', args.min_keypoints),
        ('nms_thr', args.nms_thr),
        ('max_instances', args.max_instances),
        ('fill_missing', False if args.no_fill else None),
    ):
        if value is not None:
            cfg.merge_from_dict({f'model.head.decoder.{key}': value})
    return cfg


def collect_settings(
    args: argparse.Namespace,
    parts: Mapping[str, Any],
    weights_sha256: str,
    folder: str,
) -> dict[str, Any]:
    """Collect what the results of a run depend on.

    Args:
        args (argparse.Namespace): From :func:`parse_args`.
        parts (Mapping[str, Any]): Of the config, or of an exported file, by
            name.
        weights_sha256 (str): Of the checkpoint file.
        folder (str): Common folder of the inputs. The names of all results
            begin there; which files below it are inputs may change.

    Returns:
        dict[str, Any]: by name. Device, batch size and threads are not among
        them: they change nothing but the rounding.
    """
    settings: dict[str, Any] = {'weights_sha256': weights_sha256}
    for name, part in parts.items():
        _flatten(name, part, settings)
    settings['common folder of the inputs'] = folder
    for name in (
        'amp',
        'ann_file',
        'draw',
        'draw_maps',
        'fill_gaps',
        'kpt_thr',
        'max_frames',
        'recursive',
        'smooth',
        'track',
        'track_thr',
    ):
        settings[f'--{name.replace("_", "-")}'] = getattr(args, name)
    return settings


def _flatten(name: str, value: Any, settings: dict[str, Any]) -> None:
    """Add the leaves of a config under dotted names."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            _flatten(f'{name}.{key}', item, settings)
    elif isinstance(value, (list, tuple)) and any(
        isinstance(item, dict) for item in value
    ):
        for i, item in enumerate(value):
            _flatten(f'{name}.{i}', item, settings)
    else:
        settings[name] = value
