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
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='continue from this checkpoint, or without a value from the '
        'latest one in the work folder',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='train with automatic mixed precision',
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
    return parser.parse_args()


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from _common import (
    build_runner,
    enable_visualization,
    expected_errors,
    finish_config,
    load_config,
)
from _exit import run_tool
from mmengine.config import Config
from mmengine.device import get_device

import higherhrnet_plugin  # noqa: F401  (registers the components)

AMP_TYPES = ('OptimWrapper', 'AmpOptimWrapper')


def enable_amp(cfg: Config) -> None:
    """Replace the optimiser wrapper by the one for mixed precision.

    Args:
        cfg: Config, changed in place.

    Raises:
        SystemExit: If the machine or the config does not allow it.
    """
    if get_device() in ('cpu', 'mps'):
        raise SystemExit(
            'error: --amp needs an accelerator that MMEngine has mixed '
            f'precision for, found only {get_device()!r}; leave --amp out'
        )
    wrapper = cfg.optim_wrapper.get('type', 'OptimWrapper')
    name = wrapper if isinstance(wrapper, str) else wrapper.__name__
    if name not in AMP_TYPES:
        raise SystemExit(
            'error: --amp needs optim_wrapper of type '
            f'{" or ".join(AMP_TYPES)}, the config has {name}'
        )
    cfg.optim_wrapper.type = 'AmpOptimWrapper'
    cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')


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
    # nothing is learned from NaN, with older configs either
    hooks = cfg.setdefault('default_hooks', {})
    hooks.setdefault('finite', {'type': 'FiniteLossHook'})
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.amp:
        enable_amp(cfg)
    if args.resume is not None:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
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
    runner = build_runner(build_config(parse_args()))
    with expected_errors():
        runner.train()


if __name__ == '__main__':
    run_tool(main)
