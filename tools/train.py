"""Train a model: ``python tools/train.py CONFIG``.

Takes the arguments of MMPose's tool of the same name.
"""

from __future__ import annotations

import argparse

from _arguments import add_common_arguments


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description='Train a pose model')
    parser.add_argument('config', help='config file')
    start = parser.add_mutually_exclusive_group()
    start.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='continue from this checkpoint, or without a value from the '
        'newest sound one in the work folder',
    )
    start.add_argument(
        '--overwrite',
        action='store_true',
        help='start at the beginning although the work folder holds '
        'checkpoints; they are moved to overwritten_<time> in there',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='train with automatic mixed precision; on a CPU in bfloat16, '
        'which is faster if the CPU computes with it',
    )
    parser.add_argument(
        '--no-validate',
        action='store_true',
        help='do not evaluate during training',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by the ratio of the real batch size to '
        'base_batch_size of the config',
    )
    add_common_arguments(parser)
    args = parser.parse_args()
    if args.interval < 1:
        parser.error(f'--interval must be 1 or more, got {args.interval}')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from _common import (
    build_runner,
    enable_visualization,
    expected_errors,
    finish_config,
    load_config,
    refused_inputs,
)
from _exit import run_tool
from mmengine.config import Config
from mmengine.device import get_device

from higherhrnet_plugin.compat import end_process_group
from higherhrnet_plugin.engine import DurableCheckpointHook
from higherhrnet_plugin.registry import HOOKS

CHECKPOINT_HOOK = 'DurableCheckpointHook'
AMP_TYPES = ('OptimWrapper', 'AmpOptimWrapper')


def enable_amp(cfg: Config) -> None:
    """Replace the optimiser wrapper by the one for mixed precision.

    Args:
        cfg: Config, changed in place.

    Raises:
        SystemExit: If the machine or the config does not allow it.
    """
    device = get_device()
    if device == 'mps':
        raise SystemExit(
            'error: --amp needs a CPU, or an accelerator that MMEngine has '
            f'mixed precision for, found {device!r}; leave --amp out'
        )
    wrapper = cfg.optim_wrapper.get('type', 'OptimWrapper')
    name = wrapper if isinstance(wrapper, str) else wrapper.__name__
    if name not in AMP_TYPES:
        raise SystemExit(
            'error: --amp needs optim_wrapper of type '
            f'{" or ".join(AMP_TYPES)}, the config has {name}'
        )
    if device == 'cpu':
        cfg.optim_wrapper.type = 'BFloat16OptimWrapper'
        for key in ('loss_scale', 'dtype'):
            cfg.optim_wrapper.pop(key, None)
        return
    cfg.optim_wrapper.type = 'AmpOptimWrapper'
    cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')


def protect(cfg: Config) -> None:
    """Give older configs the hooks that keep a training, and its record.

    Args:
        cfg: Config, changed in place.
    """
    hooks = cfg.setdefault('default_hooks', {})
    hooks.setdefault('finite', {'type': 'FiniteLossHook'})
    hooks.setdefault('experiment', {'type': 'ExperimentHook'})
    hooks.setdefault('checkpoint', {'type': 'CheckpointHook', 'interval': 1})
    hooks.setdefault('sampler_seed', {'type': 'DistSamplerSeedHook'})
    for name, plain, hook in (
        ('checkpoint', 'CheckpointHook', CHECKPOINT_HOOK),
        ('sampler_seed', 'DistSamplerSeedHook', 'KeptSamplerSeedHook'),
    ):
        if (hooks[name] or {}).get('type') == plain:
            hooks[name]['type'] = hook


def allow_overwriting(cfg: Config) -> None:
    """Let the training start anew in a folder that holds checkpoints.

    Args:
        cfg: Config, changed in place.

    Raises:
        SystemExit: If its checkpoints are saved by another hook than ours.
    """
    hook = cfg.default_hooks.checkpoint or {}
    if hook.get('type') != CHECKPOINT_HOOK:
        raise SystemExit(
            'error: --overwrite needs default_hooks.checkpoint of type '
            f'{CHECKPOINT_HOOK}; the config has {hook.get("type")}'
        )
    cfg.resume, hook.overwrite = False, True


def require_start(cfg: Config) -> None:
    """Stop before anything is written if the training must not start.

    Args:
        cfg: Config, as the Runner gets it.

    Raises:
        SystemExit: If the work folder holds checkpoints of another training.
    """
    settings = cfg.default_hooks.checkpoint
    if settings is None or cfg.get('resume'):
        return
    hook = HOOKS.build(settings)
    if isinstance(hook, DurableCheckpointHook):
        with expected_errors():
            hook.find_start(cfg.work_dir, False, None)


def build_config(args: argparse.Namespace) -> Config:
    """Read the config and apply the command line to it.

    Args:
        args: Parsed arguments.

    Returns:
        Config for the Runner.

    Raises:
        SystemExit: If an argument does not fit the config or the machine.
    """
    cfg = load_config(args)
    protect(cfg)
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.amp:
        enable_amp(cfg)
    if args.resume is not None:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    if args.overwrite:
        allow_overwriting(cfg)
    if args.auto_scale_lr:
        if 'auto_scale_lr' not in cfg:
            raise SystemExit(
                'error: --auto-scale-lr needs auto_scale_lr='
                'dict(base_batch_size=...) in the config'
            )
        cfg.auto_scale_lr.enable = True
    if args.show or args.show_dir is not None:
        enable_visualization(cfg, args, show=args.show)
    finish_config(cfg, args)
    # Older configs keep the preprocessor's settings at the top level.
    if 'preprocess_cfg' in cfg:
        cfg.model.setdefault('data_preprocessor', cfg.preprocess_cfg)
    return cfg


def main() -> None:
    """Run the tool."""
    cfg = build_config(parse_args())
    with refused_inputs():
        require_start(cfg)
        runner = build_runner(cfg)
        # else built by the training itself, whose faults are no wrong files
        _ = runner.train_loop, runner.val_loop
    with expected_errors():
        runner.train()
    end_process_group()


if __name__ == '__main__':
    run_tool(main)
