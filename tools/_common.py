"""What the tools share: config, Runner, visualisation."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# first, as it holds back what its hosts warn of
import higherhrnet_plugin  # noqa: F401

# isort: split
from _console import ConsoleRunner
from mmengine.config import Config
from mmengine.runner import Runner

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options
from higherhrnet_plugin.cfg_options.arguments import parse_cfg_options
from higherhrnet_plugin.cfg_options.shared_codec import check_codecs
from higherhrnet_plugin.checkpoints import (
    WeightsError,
    check_weights_file,
    find_weights,
)
from higherhrnet_plugin.compat import (
    drop_unsupported_fused,
    hide_broken_torchvision,
    init_cpu_process_group,
    use_cpu_model_wrapper,
)
from higherhrnet_plugin.engine import (
    CheckpointWriteError,
    NonFiniteLossError,
    WorkFolderError,
)


def read_config(path: str) -> Config:
    """Read a config file.

    Args:
        path: The file.

    Returns:
        The config as it is.

    Raises:
        SystemExit: If the file, or one it inherits, does not exist.
    """
    if not Path(path).is_file():
        raise SystemExit(f'error: config file not found: {path}')
    try:
        return Config.fromfile(path)
    except FileNotFoundError as error:
        raise SystemExit(f'error: {path}: {error}') from error


def load_config(args: argparse.Namespace) -> Config:
    """Read the config and apply the arguments that both tools have.

    Args:
        args: Parsed arguments.

    Returns:
        The config, without ``--cfg-options``.

    Raises:
        SystemExit: If the config, or a file it inherits, does not exist.
    """
    cfg = read_config(args.config)
    cfg.launcher = args.launcher
    if args.work_dir is not None:
        cfg.work_dir = args.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = str(Path('work_dirs') / Path(args.config).stem)
    return cfg


def apply_options(cfg: Config, args: argparse.Namespace) -> None:
    """Apply ``--cfg-options``, with a warning for those that do nothing.

    Args:
        cfg: Config, changed in place.
        args: Parsed arguments.

    Raises:
        SystemExit: If an option cannot be set in this config, or its head
            and data sets differ.
    """
    with refused_inputs():
        apply_cfg_options(cfg, parse_cfg_options(args.cfg_options))
        check_codecs(cfg)


def finish_config(cfg: Config, args: argparse.Namespace) -> None:
    """Apply ``--cfg-options`` and prepare the launcher.

    Args:
        cfg: Config, changed in place.
        args: Parsed arguments.

    Raises:
        SystemExit: If the checkpoint to load does not exist, or the launcher
            cannot be started.
    """
    apply_options(cfg, args)
    if cfg.get('load_from'):
        require_weights(cfg.load_from)
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    settings = cfg.get('env_cfg', {}).get('dist_cfg', {})
    try:
        init_cpu_process_group(cfg.launcher, settings.get('timeout'))
    except RuntimeError as error:
        raise SystemExit(f'error: {error}') from error
    use_cpu_model_wrapper(cfg)
    drop_unsupported_fused(cfg)


def build_runner(cfg: Config) -> Runner:
    """Build the Runner, also beside a torchvision that does not import.

    Args:
        cfg: Config that :func:`finish_config` has seen.

    Returns:
        The Runner.
    """
    with hide_broken_torchvision():
        return ConsoleRunner.from_cfg(cfg)


@contextmanager
def refused_inputs() -> Iterator[None]:
    """Stop with one line where a config or what it names is refused.

    Yields:
        Nothing; the effect ends with the ``with`` block.

    Raises:
        SystemExit: Instead of a ValueError.
    """
    try:
        yield
    except ValueError as error:
        raise SystemExit(f'error: {error}') from error


@contextmanager
def expected_errors() -> Iterator[None]:
    """Stop with one line where a training cannot start or go on.

    Yields:
        Nothing; the effect ends with the ``with`` block.

    Raises:
        SystemExit: Instead of an error of weights, of losses, or of a work
            folder.
    """
    try:
        yield
    except (CheckpointWriteError, NonFiniteLossError) as error:
        # the tool has worked, the training has failed
        print(f'error: {error}', file=sys.stderr)
        raise SystemExit(1) from error
    except (WeightsError, WorkFolderError) as error:
        raise SystemExit(f'error: {error}') from error


def require_weights(source: str) -> None:
    """Stop with one line if a local file is plainly no checkpoint.

    Args:
        source: Path, or an address, which is not looked at before it is
            loaded.

    Raises:
        SystemExit: If there is no such file, or it is of another kind.
    """
    if '://' not in source:
        with expected_errors():
            check_weights_file(find_weights(source))


def require_hook(cfg: Config, name: str, hook: str) -> Config:
    """Return the settings of a default hook, or stop if there is none.

    Args:
        cfg: Config.
        name: Key of the hook in ``default_hooks``.
        hook: Type of the hook that the key should hold.

    Returns:
        The settings of the hook, part of the config.

    Raises:
        SystemExit: If the config has no such hook.
    """
    if name not in cfg.get('default_hooks', {}):
        raise SystemExit(
            f"error: default_hooks of the config lacks {name}=dict(type='"
            f"{hook}')"
        )
    return cfg.default_hooks[name]


def enable_visualization(
    cfg: Config, args: argparse.Namespace, show: bool
) -> None:
    """Switch the drawing of predictions on.

    Args:
        cfg: Config, changed in place.
        args: Parsed arguments.
        show: Whether to open windows.
    """
    name = 'PoseVisualizationHook'
    hook = require_hook(cfg, 'visualization', name)
    if hook.get('type') == name:
        hook.type = 'OwnFilesVisualizationHook'
    hook.update(
        enable=True, show=show, out_dir=args.show_dir, interval=args.interval
    )
    if args.show:
        hook.wait_time = args.wait_time
