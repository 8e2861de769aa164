"""Test a model: ``python tools/test.py CONFIG CHECKPOINT``.

Takes the arguments of MMPose's tool of the same name.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from _arguments import add_common_arguments

OUT_SUFFIXES = ('.json', '.yaml', '.yml', '.pkl', '.pickle')
DUMP_SUFFIXES = ('.pkl', '.pickle')


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description='Test a pose model')
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file or address')
    parser.add_argument(
        '--out', help=f'file for the metrics ({", ".join(OUT_SUFFIXES)})'
    )
    parser.add_argument(
        '--dump',
        help='pickle file for the predictions, for evaluation offline',
    )
    parser.add_argument(
        '--badcase',
        action='store_true',
        help='collect the samples that are predicted worst',
    )
    add_common_arguments(parser)
    args = parser.parse_args()
    if args.interval < 1:
        parser.error(f'--interval must be 1 or more, got {args.interval}')
    for name, suffixes in (('out', OUT_SUFFIXES), ('dump', DUMP_SUFFIXES)):
        path = getattr(args, name)
        if path is not None and not path.endswith(suffixes):
            parser.error(
                f'--{name} must end in one of {", ".join(suffixes)}: {path}'
            )
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import mmengine
from _common import (
    build_runner,
    enable_visualization,
    expected_errors,
    finish_config,
    load_config,
    refused_inputs,
    require_hook,
    require_weights,
)
from _exit import run_tool
from mmengine.config import Config
from mmengine.dist import master_only
from mmengine.hooks import Hook
from mmengine.runner import Runner

import higherhrnet_plugin  # noqa: F401  (registers the components)
from higherhrnet_plugin.compat import end_process_group
from higherhrnet_plugin.files import write_whole


class SaveMetricHook(Hook):
    """Write the metrics to a file.

    Args:
        path: File to write; its suffix decides the format.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    @master_only
    def after_test_epoch(
        self, runner: Runner, metrics: dict[str, Any] | None = None
    ) -> None:
        """Write the metrics, on the first process only."""
        if metrics is not None:
            path = Path(self.path)
            text = mmengine.dump(metrics, file_format=path.suffix[1:])
            write_whole(path, text)


def enable_badcase(cfg: Config, args: argparse.Namespace) -> None:
    """Switch the analysis of bad cases on.

    Args:
        cfg: Config, changed in place.
        args: Parsed arguments.

    Raises:
        SystemExit: If the config has no such hook or an unknown metric type.
    """
    name = 'BadCaseAnalysisHook'
    hook = require_hook(cfg, 'badcase', name)
    if hook.get('type') == name:
        hook.type = 'OwnFilesBadCaseHook'
    hook.update(enable=True, show=args.show, interval=args.interval)
    if args.show:
        hook.wait_time = args.wait_time
    # As in MMPose: without a metric of its own the hook takes the config's.
    defaults = {
        'loss': cfg.model.head.get('loss'),
        'accuracy': cfg.test_evaluator,
    }
    metric_type = hook.get('metric_type', 'loss')
    if metric_type not in defaults:
        raise SystemExit(
            'error: metric_type of the badcase hook must be loss or accuracy, '
            f'found {metric_type}'
        )
    if not hook.get('metric'):
        hook.metric = defaults[metric_type]


def build_config(args: argparse.Namespace) -> Config:
    """Read the config and apply the command line to it.

    Args:
        args: Parsed arguments.

    Returns:
        Config for the Runner.

    Raises:
        SystemExit: If an argument does not fit the config.
    """
    cfg = load_config(args)
    require_weights(args.checkpoint)
    cfg.load_from = args.checkpoint
    if (args.show and not args.badcase) or args.show_dir is not None:
        enable_visualization(cfg, args, show=args.show and not args.badcase)
    if args.badcase:
        enable_badcase(cfg, args)
    if args.dump is not None:
        evaluators = cfg.test_evaluator
        if not isinstance(evaluators, (list, tuple)):
            evaluators = [evaluators]
        dump = {'type': 'DumpResults', 'out_file_path': args.dump}
        cfg.test_evaluator = [*evaluators, dump]
    finish_config(cfg, args)
    return cfg


def main() -> None:
    """Run the tool."""
    args = parse_args()
    cfg = build_config(args)
    with refused_inputs():
        runner = build_runner(cfg)
        # else built by the test itself, whose faults are no wrong files
        _ = runner.test_loop
    if args.out:
        runner.register_hook(SaveMetricHook(args.out), 'LOWEST')
    with expected_errors():
        runner.test()
    end_process_group()


if __name__ == '__main__':
    run_tool(main)
