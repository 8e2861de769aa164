"""Real networks, batches of a synthetic data set, and steps of training."""

from __future__ import annotations

import argparse
import copy
import subprocess
import sys
from pathlib import Path
from typing import Callable

import torch
from _command import ROOT
from _networks import model_builder
from mmengine.config import Config
from mmengine.optim import OptimWrapper, build_optim_wrapper
from mmengine.runner import Runner
from torch import nn

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options

from .common import CONFIGS, QUICK_SIDE, Bench, Mode

Batch = dict[str, list]
_TOOL = ROOT / 'tools/dataset_converters/make_synthetic_people.py'


def write_people(bench: Bench) -> Path:
    """Write a synthetic data set, once.

    Args:
        bench (Bench): Its folder gets it.

    Returns:
        Path: the folder of the data set.
    """
    folder = bench.folder / 'people'
    train, side, workers = (
        ('8', '128', '1') if bench.quick else (*('96', '512', '8'),)
    )
    if not folder.exists():
        subprocess.run(
            [
                *(sys.executable, str(_TOOL), str(folder)),
                *('--num-train', train, '--num-val', '8'),
                *('--image-size', side, side, '--workers', workers),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return folder


def read_config(name: str, bench: Bench) -> Config:
    """Read a config, and let it train on the synthetic data set.

    Args:
        name (str): Key of ``CONFIGS``.
        bench (Bench): Where to run.

    Returns:
        Config: the config, without download.
    """
    cfg = Config.fromfile(CONFIGS[name])
    cfg.model.backbone.init_cfg = None
    if bench.quick:
        apply_cfg_options(cfg, {'codec.input_size': QUICK_SIDE})
    data = write_people(bench)
    cfg.train_dataloader.dataset.update(
        data_root=f'{data}/',
        ann_file='annotations/person_keypoints_train.json',
        data_prefix=dict(img='train/'),
    )
    return cfg


def builder(name: str, bench: Bench) -> Callable[..., nn.Module]:
    """Return what makes equal networks of a config with random weights.

    Args:
        name (str): Key of ``CONFIGS``.
        bench (Bench): Where to run.

    Returns:
        Callable: from arguments of the estimator to it, on the device.
    """
    args = argparse.Namespace(
        config=str(CONFIGS[name]),
        checkpoint=None,
        size=[QUICK_SIDE if bench.quick else 128],
    )
    torch.manual_seed(0)
    return model_builder(args, bench.device)


class Batches:
    """Batches of any size, of the same images.

    Args:
        name (str): Key of ``CONFIGS``.
        bench (Bench): Where to run.
    """

    def __init__(self, name: str, bench: Bench) -> None:
        self.cfg = read_config(name, bench)
        self.size = 2 if bench.quick else 24
        self.workers = 0 if bench.quick else 8
        self.loaded: dict[bool, Batch] = {}

    def take(self, count: int, on_device: bool = False) -> Batch:
        """Return a batch as the loader gives it.

        Args:
            count (int): B.
            on_device (bool): Whether the head draws the targets.

        Returns:
            dict: images and samples; they repeat where B is large.
        """
        if on_device not in self.loaded:
            loader = copy.deepcopy(self.cfg.train_dataloader)
            loader.update(
                batch_size=self.size,
                num_workers=self.workers,
                persistent_workers=False,
            )
            loader.dataset.codec.on_device = on_device
            built = Runner.build_dataloader(loader, seed=0)
            self.loaded[on_device] = next(iter(built))
        times = -(-count // self.size)
        return {
            key: (list(values) * times)[:count]
            for key, values in self.loaded[on_device].items()
        }


def build_wrapper(model: nn.Module, cfg: Config, mode: Mode) -> OptimWrapper:
    """Build the optimiser of a config, with the precision of a mode.

    Args:
        model (nn.Module): The network.
        cfg (Config): Full config.
        mode (Mode): Mixed precision and parts of a step.

    Returns:
        OptimWrapper: as the Runner has it; its state is there before the
        first step, which mixed precision may skip.
    """
    settings = copy.deepcopy(cfg.optim_wrapper)
    settings.accumulative_counts = mode.parts
    if mode.amp:
        settings.update(
            type='AmpOptimWrapper', loss_scale='dynamic', dtype=mode.amp
        )
    if model.data_preprocessor.device.type == 'cpu':
        settings.optimizer.pop('fused', None)
    wrapper = build_optim_wrapper(model, settings)
    wrapper.initialize_count_status(model, 0, 10**6)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    wrapper.optimizer.step()
    wrapper.optimizer.zero_grad()
    return wrapper
