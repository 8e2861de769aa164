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


def add_test_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add other annotations and images than those of the config's test.

    Args:
        parser: Parser of the tool.
    """
    parser.add_argument(
        '--ann-file', help='annotation file instead of that of the test'
    )
    parser.add_argument(
        '--img-dir', help='folder of the images instead of that of the test'
    )


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add an annotation file, its images, and how they are read.

    Args:
        parser: Parser of the tool.
    """
    choices = import_alone('datasets.coco_repair.annotated_on')
    parser.add_argument('json', type=Path, help='COCO keypoint file')
    parser.add_argument('images', type=Path, help='folder of the images')
    parser.add_argument(
        '--num-keypoints',
        type=int,
        help='number of keypoints (default: that of a config or of the file)',
    )
    parser.add_argument(
        '--flip-pairs',
        nargs='*',
        type=flip_pair,
        metavar='LEFT,RIGHT',
        help='mirrored keypoints, counted from 0, e.g. 1,2 3,4 (default: of '
        'a config, else by the names in the file)',
    )
    parser.add_argument(
        '--category',
        help="id or name of the category, or 'all' (default: of a config, "
        'else the only one that fits)',
    )
    parser.add_argument(
        '--annotated-on',
        choices=choices.ANNOTATED_ON,
        help='images that the annotations were made on: as they are read, the '
        'same but with wrong sizes in the file, of another size, or as stored '
        'before EXIF turns them (default: of a config, else image)',
    )


def flip_pair(text: str) -> tuple[int, int]:
    """Read one of ``--flip-pairs``.

    Args:
        text: Two numbers.

    Returns:
        The numbers.

    Raises:
        argparse.ArgumentTypeError: If they are something else.
    """
    try:
        left, right = (int(part) for part in text.split(','))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'{text!r} is no pair such as 1,2'
        ) from None
    return left, right


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
