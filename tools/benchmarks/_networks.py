"""A network with each of the switches that make it faster."""

from __future__ import annotations

import argparse
import contextlib
import copy
from typing import Any, Callable, NamedTuple

import torch
from mmengine.config import Config
from mmpose.registry import MODELS
from torch import Tensor, nn

from higherhrnet_plugin.inference.model import (
    choose_amp_dtype,
    load_estimator,
)

# relative to the largest output of a level
CLOSE, HALF = 1e-4, 0.2
# of gradients, which pass through all layers twice and where rounding turns
# a ReLU on or off: in full and in half precision
TRAINED = (0.02, 1.0)

Maps = list[Tensor]


class Switch(NamedTuple):
    """One way to run the network.

    Attributes:
        model (nn.Module): Estimator.
        run (Callable): From images (B, 3, H, W) to the maps of all levels.
        amp (torch.dtype | None): Type of numbers of mixed precision.
        tolerance (float): How far the maps may be off.
    """

    model: Any
    run: Callable[[Tensor], Maps]
    amp: torch.dtype | None
    tolerance: float


def random_model(cfg: Config, image: Tensor) -> nn.Module:
    """Build a network whose layers have outputs of a usual size.

    Args:
        cfg (Config): Full config.
        image (Tensor): (1, 3, H, W), to count statistics on.

    Returns:
        nn.Module: the estimator, in test mode.
    """
    model = MODELS.build(cfg.model)
    # what starts at 0.001 would be lost in the running variance of 1
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight)
        elif isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
        elif hasattr(layer, 'norm2'):
            # a trained network does not amplify rounding block by block
            last = getattr(layer, 'norm3', layer.norm2)
            nn.init.constant_(last.weight, 0.2)
    with torch.no_grad():
        model.train()(image, None, mode='tensor')
    return model.eval()


def forward(
    model: nn.Module, amp: torch.dtype | None = None
) -> Callable[[Tensor], Maps]:
    """Return the forward pass of an estimator.

    Args:
        model (nn.Module): Estimator.
        amp (torch.dtype, optional): Run in mixed precision with this type.

    Returns:
        Callable: from images (B, 3, H, W) to float32 maps of all levels.
    """

    @torch.no_grad()
    def run(images: Tensor) -> Maps:
        maps = _maps(model, images, amp)
        if images.is_cuda:
            torch.cuda.synchronize(images.device)
        return maps

    return run


def _maps(model: nn.Module, images: Tensor, amp: torch.dtype | None) -> Maps:
    """Run a network on images (B, 3, H, W); float32 maps of all levels."""
    context: Any = contextlib.nullcontext()
    if amp is not None:
        context = torch.autocast(images.device.type, dtype=amp)
    with context:
        levels = model(images, None, mode='tensor')
    return [m.float() for level in levels for m in level if m is not None]


def training_pass(switch: Switch) -> Callable[[Tensor], Tensor]:
    """Return a forward and a backward pass of a network.

    Args:
        switch (Switch): How it runs.

    Returns:
        Callable: from images (B, 3, H, W) to the gradients of the mean
        square of all maps, in one row.
    """
    weights = list(switch.model.parameters())
    for layer in switch.model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            # the statistics of a test stay
            layer.momentum = 0.0

    def run(images: Tensor) -> Tensor:
        switch.model.train()
        maps = _maps(switch.model, images, switch.amp)
        loss = sum(m.square().mean() for m in maps)
        found = torch.autograd.grad(loss, weights)
        switch.model.eval()
        if images.is_cuda:
            torch.cuda.synchronize(images.device)
        return torch.cat([g.flatten() for g in found])

    return run


def largest_difference(maps: Maps, others: Maps) -> float:
    """Return that of all levels, relative to the largest value of each."""
    return max(
        float((a - b).abs().max() / b.abs().max())
        for a, b in zip(maps, others)
    )


def make_switches(
    build: Callable[..., nn.Module],
    device: torch.device,
    with_compile: bool,
) -> dict[str, Switch]:
    """Return all ways to run a network.

    Args:
        build (Callable): Makes the network with arguments of the estimator.
        device (torch.device): Where to run.
        with_compile (bool): Whether to compile it, too.

    Returns:
        dict[str, Switch]: by name, 'plain' first.
    """
    plain, last = build(), build(channels_last=True)
    amp = choose_amp_dtype(device)
    name = str(amp).split('.')[1]
    switches = {
        'plain': Switch(plain, forward(plain), None, 0.0),
        'channels_last': Switch(last, forward(last), None, CLOSE),
        name: Switch(plain, forward(plain, amp), amp, HALF),
        f'channels_last, {name}': Switch(last, forward(last, amp), amp, HALF),
    }
    if with_compile:
        fast = build(compile_network=True)
        switches['compile'] = Switch(fast, forward(fast), None, CLOSE)
    return switches


def model_builder(
    args: argparse.Namespace, device: torch.device
) -> Callable[..., nn.Module]:
    """Return what makes equal networks from arguments of the estimator."""
    cfg = Config.fromfile(args.config)
    cfg.model.backbone.init_cfg = None
    weights = None
    if not args.checkpoint:
        side = min(args.size)
        weights = random_model(cfg, torch.randn(1, 3, side, side)).state_dict()

    def build(**options: Any) -> nn.Module:
        own = copy.deepcopy(cfg)
        own.model.update(channels_last=False, compile_network=False)
        own.model.update(options)
        if weights is None:
            return load_estimator(own, args.checkpoint, str(device))
        model = MODELS.build(own.model)
        model.load_state_dict(weights)
        return model.to(device).eval()

    return build
