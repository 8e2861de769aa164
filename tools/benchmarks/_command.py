"""Arguments that the training benchmarks share, and their output."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import groupby

from _timing import Row, describe_machine, save, to_markdown


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


def report(rows: Sequence[Row], out: str | None) -> None:
    """Print a table for each set of peers, and write the file.

    Args:
        rows (Sequence[Row]): The rows.
        out (str, optional): JSON file.
    """
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
