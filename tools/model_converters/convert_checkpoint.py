"""Convert a checkpoint of HigherHRNet between the official code and MMPose.

Reads official files, those of MMPose 0.x and those of this plugin, without
running anything in them. The plugin itself loads all of them unconverted.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from pathlib import Path
from typing import Any


def parse_hash(text: str) -> str:
    """Check a SHA-256, or the start of one.

    Args:
        text (str): 8 to 64 hexadecimal digits. MMPose's file names carry
            the first 8.

    Returns:
        str: the digits in lower case.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    if not re.fullmatch('[0-9a-fA-F]{8,64}', text):
        raise argparse.ArgumentTypeError(
            f'{text!r} is not 8 to 64 hexadecimal digits'
        )
    return text.lower()


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('source', help='checkpoint to read: file or address')
    parser.add_argument('target', type=Path, help='checkpoint to write')
    parser.add_argument(
        '--to',
        choices=('plugin', 'official'),
        default='plugin',
        help='names of the tensors to write (default: plugin)',
    )
    parser.add_argument(
        '--sha256',
        type=parse_hash,
        metavar='HEX',
        help='SHA-256 that the source must have, or its first digits, 8 or '
        'more',
    )
    return parser.parse_args()


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import torch
from torch import Tensor

from higherhrnet_plugin import __version__
from higherhrnet_plugin.checkpoints import (
    WeightsDescription,
    convert_state_dict,
    describe_weights,
    find_weights,
    hash_file,
    match_weights,
    read_checkpoint,
    to_official_names,
)
from higherhrnet_plugin.checkpoints.architecture import build_reference
from higherhrnet_plugin.files import write_whole


def load_complete(path: Path) -> tuple[dict[str, Tensor], WeightsDescription]:
    """Read a checkpoint that holds a whole HigherHRNet.

    Args:
        path (Path): File.

    Returns:
        tuple: tensors by the plugin's names, and what they are.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds anything else.
    """
    source = read_checkpoint(path)
    converted = convert_state_dict(source)
    description = describe_weights(source)
    if not description.num_levels:
        raise ValueError(f'{path}: holds {description.summary}')
    try:
        match_weights(build_reference(converted), converted)
    except ValueError as error:
        raise ValueError(f'{path}: incomplete or unknown: {error}') from error
    return converted, description


def save_new(content: dict[str, Any], path: Path) -> None:
    """Save a checkpoint to a file that does not exist yet.

    Args:
        content (dict): What to save.
        path (Path): File to make.

    Raises:
        FileExistsError: If there is such a file.
        OSError: If it cannot be written; no broken file is left.
    """
    if path.exists():
        raise FileExistsError(f'{path} exists; choose another name')
    buffer = io.BytesIO()
    torch.save(content, buffer)
    try:
        write_whole(path, buffer.getbuffer(), sync=True)
    except OSError as error:
        raise OSError(f'{path}: not written: {error}') from error


def convert(args: argparse.Namespace) -> None:
    """Convert one file and print what it is.

    Args:
        args (argparse.Namespace): Parsed arguments.

    Raises:
        OSError: If a file cannot be read or written.
        ValueError: If the source has another hash, or is no HigherHRNet.
    """
    if args.target.exists():
        raise FileExistsError(f'{args.target} exists and is not overwritten')
    source = find_weights(args.source)
    digest = hash_file(source)
    if args.sha256 and not digest.startswith(args.sha256):
        raise ValueError(
            f'{args.source}: SHA-256 is {digest}, not {args.sha256}'
        )
    state_dict, what = load_complete(source)
    if args.to == 'official':
        content: dict[str, Any] = to_official_names(state_dict)
    else:
        meta = {
            'source': source.name,
            'source_sha256': digest,
            'origin': str(what.origin),
            'higherhrnet_plugin_version': __version__,
        }
        content = {'meta': meta, 'state_dict': state_dict}
    save_new(content, args.target)
    print(
        f'{what.summary}, {what.origin} names, {len(state_dict)} tensors, '
        f'{what.num_parameters / 1e6:.1f} M parameters'
    )
    print(f'{digest}  {args.source}')
    print(f'{hash_file(args.target)}  {args.target}')


def main() -> None:
    """Run the tool."""
    args = parse_args()
    try:
        convert(args)
    except (OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error


if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from _exit import run_tool

    run_tool(main)
