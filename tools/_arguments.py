"""The arguments that tools share; nothing here takes long to import.

A tool reads its arguments before it imports anything else, so that ``--help``
and bad usage are answered at once.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = 'higherhrnet_plugin'


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that both tools have.

    Args:
        parser: Parser of the tool.
    """
    parser.add_argument(
        '--work-dir',
        help='folder for logs, checkpoints and results; default: work_dir of '
        "the config, else ./work_dirs/<config's name>",
    )
    parser.add_argument(
        '--show-dir', help='folder for images with the predictions drawn in'
    )
    parser.add_argument(
        '--show', action='store_true', help='show the predictions in a window'
    )
    parser.add_argument(
        '--interval',
        type=int,
        default=1,
        help='draw every N-th sample (default: 1)',
    )
    parser.add_argument(
        '--wait-time',
        type=float,
        default=1,
        help='seconds for which a window is shown (default: 1)',
    )
    add_cfg_options(
        parser, 'train_dataloader.batch_size=8 key=a,b key="[(a,b),(c,d)]"'
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='what started the processes of a distributed run',
    )
    # torch.distributed.launch passes it, in either spelling.
    parser.add_argument(
        '--local_rank',
        '--local-rank',
        type=int,
        default=0,
        help='set by torch.distributed.launch',
    )


def add_cfg_options(parser: argparse.ArgumentParser, example: str) -> None:
    """Add ``--cfg-options``.

    Args:
        parser: Parser of the tool.
        example: Settings to show in the help.
    """
    arguments = import_alone('cfg_options.arguments')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=arguments.CfgOptionsAction,
        metavar='KEY=VALUE',
        help=f'settings that override the config, e.g. {example}',
    )


def import_alone(module: str) -> Any:
    """Import a module of the package without the packages around it.

    Args:
        module: Its name below the package. It must not need others.

    Returns:
        The module. Whoever imports the package later gets all of it anew.
    """
    name = f'{PACKAGE}.{module}'
    spec = importlib.util.find_spec(PACKAGE)
    if PACKAGE in sys.modules or spec is None:
        return importlib.import_module(name)
    folders = list(map(Path, spec.submodule_search_locations or ()))
    try:
        # packages without the content of their __init__
        package = PACKAGE
        for part in ('', *module.split('.')[:-1]):
            if part:
                package = f'{package}.{part}'
                folders = [folder / part for folder in folders]
            sys.modules[package] = ModuleType(package)
            sys.modules[package].__path__ = list(map(str, folders))
        return importlib.import_module(name)
    finally:
        for key in [
            k for k in sys.modules if f'{k}.'.startswith(f'{PACKAGE}.')
        ]:
            del sys.modules[key]
