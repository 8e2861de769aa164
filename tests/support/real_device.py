"""A real accelerator, as device_cases.py takes the one of fake_device.py."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch.utils._pytree import tree_map

DEVICE = torch.device(os.environ['HIGHERHRNET_DEVICE'])


class Device:
    """Let a device compute in full precision; counts nothing."""

    counts = False

    def __enter__(self) -> Device:
        self.before = torch.backends.cudnn.allow_tf32
        torch.backends.cudnn.allow_tf32 = False
        return self

    def __exit__(self, *error: Any) -> None:
        torch.backends.cudnn.allow_tf32 = self.before


def to_device(tree: Any) -> Any:
    """Bring all tensors of lists, tuples and dicts to the device."""
    return tree_map(
        lambda t: t.detach().to(DEVICE) if isinstance(t, torch.Tensor) else t,
        tree,
    )


def values_of(tensor: torch.Tensor) -> torch.Tensor:
    """Return what a tensor on the device holds."""
    assert tensor.device.type == DEVICE.type
    return tensor.detach().cpu()


def move(model: torch.nn.Module) -> torch.nn.Module:
    """Bring a network to the device."""
    return model.to(DEVICE)
