"""The config of a run of the study of accuracy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

from _accuracy_arms import CONFIG, PROTOCOL, Arm
from _command import ROOT
from mmengine.config import Config

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options
from higherhrnet_plugin.compat import drop_unsupported_fused


def build_config(
    arm: Arm,
    seed: int,
    data: Path,
    folder: Path,
    protocol: Mapping[str, Any] = PROTOCOL,
    start: Path | None = None,
) -> Config:
    """Make the config of a run.

    Args:
        arm (Arm): What is trained or tested.
        seed (int): Of weights, order and augmentation.
        data (Path): Folder of the data set.
        folder (Path): Work folder.
        protocol (Mapping): As ``PROTOCOL``, the default.
        start (Path, optional): Weights to start from.

    Returns:
        Config: trains without validation and without checkpoints.
    """
    cfg = Config.fromfile(str(ROOT / CONFIG))
    options = {
        'codec.input_size': protocol['input_size'],
        'codec.sigma': level_sigmas(arm, protocol['sigma']),
        'codec.on_device': True,
        'model.head.tag_loss.pull_weight': protocol['tag_weight'],
        'model.head.tag_loss.push_weight': protocol['tag_weight'],
        'model.head.decoder.align_flip': False,
        **arm.options,
    }
    if protocol.get('bfloat16'):
        options['optim_wrapper.type'] = 'BFloat16OptimWrapper'
    apply_cfg_options(cfg, options)
    steps = protocol['iterations']
    warm_up = dict(cfg.warm_up, start_factor=0.01, end=max(1, steps // 10))
    cosine = {
        **dict(cfg.cosine, begin=warm_up['end'], end=steps, by_epoch=False),
        'T_max': max(1, steps - warm_up['end']),
    }
    del cosine['convert_to_iter_based']
    for name in ('train', 'val', 'test'):
        cfg[f'{name}_dataloader'].dataset.data_root = f'{data}/'
        cfg[f'{name}_dataloader'].batch_size = protocol['batch_size']
    cfg.merge_from_dict(
        {
            'work_dir': str(folder),
            'load_from': start and str(start),
            'randomness': {'seed': seed},
            'train_cfg': {
                '_delete_': True,
                'by_epoch': False,
                'max_iters': steps,
                'val_interval': steps + 1,
            },
            'optim_wrapper.optimizer.lr': protocol['lr'],
            'train_dataloader.sampler.type': 'SeededInfiniteSampler',
            'default_hooks.checkpoint': None,
            'log_processor.by_epoch': False,
            # visualizers are kept by name for as long as a process lives
            'visualizer.name': f'{folder}-{time.time_ns()}',
            'log_level': 'WARNING',
        }
    )
    cfg.param_scheduler = [warm_up, cosine]
    # the branch of learned widths is new
    learned = cfg.model.head.get('heatmap_loss', {}).get('sigma') == 'learned'
    cfg.model.strict_load = start is None or not learned
    for part in ('val', 'test'):
        cfg[f'{part}_cfg'] = cfg[f'{part}_evaluator'] = None
    cfg.val_dataloader = None
    drop_unsupported_fused(cfg)
    return cfg


def level_sigmas(
    arm: Arm, sigma: Union[float, list[float]]
) -> Union[float, list[float]]:
    """Fit the sigmas of two levels to the levels of an arm.

    Args:
        arm (Arm): With strides of its own, perhaps.
        sigma (float or list): Of the protocol, in cells.

    Returns:
        float or list: one of all levels, or of each; levels that are more
        have that of the last.
    """
    strides = arm.options.get('codec.strides')
    if strides is None or not isinstance(sigma, list):
        return sigma
    return [*sigma, *sigma[-1:] * len(strides)][: len(strides)]
