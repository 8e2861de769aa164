"""Write a trained network as ONNX, OpenVINO or a program of torch.export.

The file holds all that is needed to use it, without torch: see docs/deploy.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Optional


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('config', metavar='CONFIG', help='config file')
    add(
        'weights',
        metavar='WEIGHTS',
        help='checkpoint of any origin, file or address',
    )
    add(
        'target',
        type=Path,
        metavar='FILE',
        help='file to write: .onnx, .xml (OpenVINO) or .pt2 (torch.export)',
    )
    add(
        '--to',
        choices=('onnx', 'openvino', 'torch-export'),
        help='kind of the file (default: by the ending of FILE)',
    )
    add(
        '--aggregate',
        action='store_true',
        help='aggregate maps inside of the file (default: levels of maps)',
    )
    add(
        '--flip',
        action='store_true',
        help='run the mirrored image inside of the file (default: who uses '
        'the file runs it twice, if the test of the config does)',
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        '--fp16', action='store_true', help='numbers of 16 bits'
    )
    group.add_argument(
        '--int8',
        metavar='IMAGES',
        help='convolutions on 8 bits, calibrated with the pictures of a '
        'folder, the more like those of later the better',
    )
    add(
        '--max-images',
        type=int,
        default=100,
        metavar='N',
        help='pictures that are used with --int8 (default: 100)',
    )
    tools = Path(__file__).resolve().parents[1]
    sys.path.insert(0, str(tools))
    from _arguments import add_cfg_options

    add_cfg_options(parser, 'model.test_cfg.flip_test=False')
    args = parser.parse_args()
    if args.max_images < 1:
        parser.error('--max-images must be 1 or more')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options
from higherhrnet_plugin.cfg_options.arguments import parse_cfg_options
from higherhrnet_plugin.export.exporting import FORMATS, export_model
from higherhrnet_plugin.images.formats import IMAGE_SUFFIXES
from higherhrnet_plugin.inference.model import read_config


def find_pictures(folder: str, number: int) -> list[Path]:
    """Choose pictures of a folder, evenly over their names.

    Args:
        folder (str): The folder.
        number (int): How many at most.

    Returns:
        list[Path]: the files.

    Raises:
        ValueError: If there are none.
    """
    files = sorted(
        path
        for path in Path(folder).glob('*')
        if path.suffix.lower() in IMAGE_SUFFIXES
    )
    if not files:
        raise ValueError(f'--int8 {folder}: a folder without pictures')
    step = max(len(files) / number, 1)
    return [files[int(i * step)] for i in range(min(number, len(files)))]


def export(args: argparse.Namespace) -> None:
    """Write one file and print what it is.

    Args:
        args (argparse.Namespace): Parsed arguments.

    Raises:
        ImportError: If a library is missing.
        OSError: If a file cannot be read or written.
        ValueError: If something does not fit.
    """
    kinds = {suffix: kind for kind, suffix in FORMATS.items()}
    kind = args.to or kinds.get(args.target.suffix.lower())
    if kind is None:
        raise ValueError(
            f'{args.target}: a file to write ends in one of '
            f'{", ".join(FORMATS.values())}'
        )
    numbers, pictures = 'float32', None
    if args.fp16:
        numbers = 'float16'
    if args.int8:
        numbers = 'int8'
        pictures = find_pictures(args.int8, args.max_images)
    cfg = read_config(args.config)
    apply_cfg_options(cfg, parse_cfg_options(args.cfg_options))
    about = export_model(
        *(cfg, args.weights, args.target, kind),
        aggregate=args.aggregate,
        flip=args.flip,
        numbers=numbers,
        pictures=pictures,
    )
    size = args.target.stat().st_size
    weights = args.target.with_suffix('.bin')
    if kind == 'openvino':
        size += weights.stat().st_size
    print(
        f'{args.target}: {about.numbers}, {size / 1e6:.1f} MB, gives '
        f'{", ".join(about.outputs)} of {len(about.keypoint_names)} keypoints'
    )


def main() -> Optional[int]:
    """Run the tool."""
    args = parse_args()
    try:
        export(args)
    except (ImportError, OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    return None


if __name__ == '__main__':
    from _exit import run_tool

    run_tool(main)
