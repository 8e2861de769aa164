"""Arguments that the training benchmarks share, and their output."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _timing import Row

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT.joinpath(
    'configs/body_2d_keypoint/associative_embedding/coco/'
    'ae_higherhrnet-w32_8xb24-300e_coco-512x512.py'
)


def build_parser(description: str) -> argparse.ArgumentParser:
    """Make a parser with the arguments of every benchmark.

    Args:
        description (str): What is measured.

    Returns:
        argparse.ArgumentParser: the parser.
    """
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        '--rounds', type=int, default=9, help='rounds that count'
    )
    parser.add_argument('--seed', type=int, default=0, help='random seed')
    parser.add_argument('--out', help='JSON file for figures and machine')
    return parser


def size_of(text: str) -> tuple[int, int]:
    """Read a size given as WxH.

    Args:
        text (str): Such as 960x640.

    Returns:
        tuple[int, int]: (W, H).
    """
    width, height = map(int, text.split('x'))
    return width, height


def report(rows: Sequence[Row], out: str | None) -> None:
    """Print a table for each set of peers, and write the file.

    Args:
        rows (Sequence[Row]): The rows.
        out (str, optional): JSON file.
    """
    # late, as it takes seconds, which the arguments need not wait for
    from _timing import describe_machine, save, to_markdown

    for _, table in groupby(rows, key=lambda row: tuple(row.peers)):
        print(to_markdown(list(table)), end='\n\n')
    machine = describe_machine()
    print(', '.join(f'{key} {value}' for key, value in machine.items()))
    if out:
        save(out, rows)


def require(holds: bool, what: str) -> None:
    """Stop if the compared functions do not give the same.

    Args:
        holds (bool): Whether they do.
        what (str): What was compared.

    Raises:
        SystemExit: If they do not.
    """
    if not holds:
        raise SystemExit(f'error: not equal, nothing is reported: {what}')
