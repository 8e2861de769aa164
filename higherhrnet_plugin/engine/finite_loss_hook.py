"""No step of the optimiser on losses or gradients that are not finite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.dist import all_gather_object, all_reduce, is_distributed
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.optim import AmpOptimWrapper, OptimWrapper, OptimWrapperDict
from mmengine.runner import Runner
from torch import Tensor, nn

from ..registry import HOOKS

# So many images are named on each process.
_SHOWN = 32


class NonFiniteLossError(RuntimeError):
    """A loss or a gradient is NaN or infinite; nothing was learned from it."""


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stop a training, or skip a step, where a loss is NaN or infinite.

    Losses and gradients are checked after the backward pass and before the
    optimiser steps, so that weights and checkpoints stay as they were. All
    processes of a distributed run decide alike. In mixed precision infinite
    gradients are the business of the loss scaler, which lowers its scale and
    skips the step; only losses, which are not scaled, are checked there.

    Args:
        policy (str): 'error' raises; 'skip' leaves the step out, warns, and
            puts statistics of batch normalisation back. Defaults to 'error'.
        max_skipped (int): With 'skip', so many steps of a run may be left
            out before it is an error. Defaults to 100.

    Raises:
        ValueError: If the policy is another one.

    Examples:
        >>> from higherhrnet_plugin.registry import HOOKS
        >>> HOOKS.build(dict(type='FiniteLossHook', policy='skip')).policy
        'skip'
    """

    priority = 'VERY_LOW'

    def __init__(self, policy: str = 'error', max_skipped: int = 100) -> None:
        if policy not in ('error', 'skip'):
            raise ValueError(
                f"`policy` of FiniteLossHook is 'error' or 'skip', got "
                f'{policy!r}'
            )
        self.policy = policy
        self.max_skipped = max_skipped
        self.num_skipped = 0
        self._losses: list[tuple[str, Tensor]] = []
        self._images: list[str] = []
        self._buffers: list[tuple[Tensor, Tensor]] = []

    def before_train(self, runner: Runner) -> None:
        """Follow the losses of the model and the steps of the optimiser.

        Args:
            runner (Runner): Of the training.
        """
        wrapper = runner.optim_wrapper
        if isinstance(wrapper, OptimWrapperDict):
            runner.logger.warning(
                'FiniteLossHook checks nothing, as there are several '
                'optimisers'
            )
            return
        model = runner.model
        model = model.module if is_model_wrapper(model) else model
        model.register_forward_hook(self._remember_losses)
        if self.policy == 'skip':
            self._buffers = [
                (buffer, torch.empty_like(buffer))
                for buffer in model.buffers()
            ]
        take_step = wrapper.step

        def step(**kwargs: Any) -> None:
            if self._may_step(runner, wrapper):
                take_step(**kwargs)

        wrapper.step = step

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Note the images of a batch, and the statistics before it.

        Args:
            runner (Runner): Of the training.
            batch_idx (int): Number of the batch.
            data_batch (dict, optional): As the data loader gives it.
        """
        self._images += describe_images(data_batch)
        if not self._losses:
            for buffer, saved in self._buffers:
                saved.copy_(buffer)

    def _remember_losses(
        self, module: nn.Module, inputs: Any, outputs: Any
    ) -> None:
        """Keep the losses that a training step gave, by name."""
        if module.training and isinstance(outputs, Mapping):
            # as MMEngine, which sums these up
            self._losses += [
                (name, part)
                for name, value in outputs.items()
                if 'loss' in name
                for part in _as_list(value)
            ]

    def _may_step(self, runner: Runner, wrapper: OptimWrapper) -> bool:
        """Check what has been computed since the last step."""
        losses, images = self._losses, self._images
        self._losses, self._images = [], []
        values = [value.float().sum() for _, value in losses]
        if not isinstance(wrapper, AmpOptimWrapper):
            values += [norm.float() for norm in _gradient_norms(wrapper)]
        if not values:
            return True
        # one question to the device, after all its work has been given to it
        is_bad = 1.0 - torch.stack(values).isfinite().all().float()
        all_reduce(is_bad, 'max')
        if not is_bad.item():
            return True
        self._report(runner, _describe(losses), images)
        for buffer, saved in self._buffers:
            buffer.copy_(saved)
        return False

    def _report(self, runner: Runner, faults: str, images: list[str]) -> None:
        """Raise, or count and warn."""
        found: list[Any] = [(faults, images)]
        if is_distributed():
            found = all_gather_object(found[0])
        where = '; '.join(
            (f'process {rank}: ' if len(found) > 1 else '')
            + f'{what}, images {", ".join(names[:_SHOWN])}'
            for rank, (what, names) in enumerate(found)
        )
        text = f'iteration {runner.iter + 1}: {where}'
        if self.policy == 'error':
            raise NonFiniteLossError(
                f'{text}. The optimiser did not step, and the last checkpoint '
                'is as good as it was. Look at these images and their '
                'annotations, lower the learning rate, or leave such steps '
                "out with default_hooks.finite.policy='skip'"
            )
        self.num_skipped += 1
        if self.num_skipped > self.max_skipped:
            raise NonFiniteLossError(
                f'{text}. {self.max_skipped} steps have been skipped before '
                '(`max_skipped`)'
            )
        runner.logger.warning(f'skipped step {self.num_skipped}: {text}')


def describe_images(data_batch: Any) -> list[str]:
    """List the images of a batch, by id and path.

    Args:
        data_batch (dict, optional): As the data loader gives it, with
            ``data_samples``.

    Returns:
        list[str]: such as '17 (train/a.jpg)'; empty if there are no samples.
    """
    if not isinstance(data_batch, Mapping):
        return []
    texts = []
    for sample in data_batch.get('data_samples') or ():
        number = getattr(sample, 'img_id', '?')
        texts.append(f'{number} ({getattr(sample, "img_path", "no path")})')
    return texts


def _gradient_norms(wrapper: OptimWrapper) -> list[Tensor]:
    """Return the length of each gradient, not finite if a value is not."""
    gradients = [
        parameter.grad.detach()
        for group in wrapper.optimizer.param_groups
        for parameter in group['params']
        if parameter.grad is not None
    ]
    # as clip_grad_norm_ does: a few calls for all gradients
    return list(torch._foreach_norm(gradients)) if gradients else []


def _as_list(value: Any) -> list[Tensor]:
    """Return the tensors of a loss, which may be a list."""
    values = value if isinstance(value, (list, tuple)) else [value]
    return [v.detach() for v in values if isinstance(v, Tensor)]


def _describe(losses: Sequence[tuple[str, Tensor]]) -> str:
    """Name what is not finite."""
    bad = {
        name: float(value.float().sum())
        for name, value in losses
        if not value.isfinite().all()
    }
    named = ' and '.join(f'{name} is {value}' for name, value in bad.items())
    return named or 'the losses are finite, but not all gradients'
