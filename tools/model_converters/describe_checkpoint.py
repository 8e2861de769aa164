"""Tell what is in a checkpoint, without running anything in it.

Which network it is, its keypoints, whose names it has, and what the file says
of its training.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _exit import run_tool


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'checkpoint',
        metavar='CHECKPOINT',
        help='file or address, of any origin',
    )
    parser.add_argument(
        '--json', action='store_true', help='print it for programs'
    )
    return parser.parse_args()


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from higherhrnet_plugin.checkpoints import (
    describe_weights,
    find_weights,
    hash_file,
    load_whole,
    read_training_record,
    select_state_dict,
)


def describe(file: Path) -> dict[str, Any]:
    """Describe a file.

    Args:
        file: A checkpoint.

    Returns:
        What is known; the rest is ``None`` or empty.

    Raises:
        ValueError: If it is none.
    """
    content = load_whole(file)
    weights = describe_weights(select_state_dict(content, file))
    return {
        'file': str(file),
        'bytes': file.stat().st_size,
        'sha256': hash_file(file),
        'network': weights.summary,
        'origin': weights.origin,
        'parameters': weights.num_parameters,
        'num_keypoints': weights.num_keypoints,
        'tag_channels': weights.tag_channels,
        'levels': weights.num_levels,
        **read_training_record(content)._asdict(),
    }


def write_lines(about: dict[str, Any]) -> list[str]:
    """Write a description for people.

    Args:
        about: What :func:`describe` returned.

    Returns:
        A line for whatever is known.
    """
    best = [f'{name} {value:.4g}' for name, value in about['best'].items()]
    versions = [f'{name} {it}' for name, it in about['versions'].items()]
    training = [
        f'{about[key]} {key}'
        for key in ('epochs', 'iterations')
        if about[key] is not None
    ]
    if about['seed'] is not None:
        training.append(f'seed {about["seed"]}')
    lines = {
        'file': f'{about["file"]}, {about["bytes"] / 1e6:.1f} MB',
        'SHA-256': about['sha256'],
        'network': about['network'],
        'names': about['origin'] or 'of unknown origin',
        'parameters': f'{about["parameters"]:,}',
        'keypoints': ', '.join(about['keypoints']),
        'data set': about['data_set'],
        'training': ', '.join(training),
        'best so far': ', '.join(best),
        'saved': about['saved'],
        'versions': ', '.join(versions),
        'converted': about['source'] and f'from {about["source"]}',
    }
    return [f'{name + ":":<13}{text}' for name, text in lines.items() if text]


def main() -> None:
    """Run the tool."""
    args = parse_args()
    try:
        about = describe(find_weights(args.checkpoint))
    except (OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    if args.json:
        print(json.dumps(about, indent=2))
    else:
        print('\n'.join(write_lines(about)))


if __name__ == '__main__':
    run_tool(main)
