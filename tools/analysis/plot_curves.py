"""Plot losses and AP of a training run as a picture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use('Agg')
import matplotlib.pyplot as plt
from _scalars import read_scalars


def plot(records: list[dict], out: Path) -> None:
    """Draw the losses on the left and the metric on the right.

    Args:
        records (list[dict]): From ``read_scalars``.
        out (Path): Picture to write.
    """
    train = [record for record in records if 'loss' in record]
    names = sorted({key for r in train for key in r if 'loss_' in key})
    tests = [r for r in records if any(k.endswith('/AP') for k in r)]
    figure, axes = plt.subplots(1, 2, figsize=(11, 4))
    for name in names:
        kept = [record for record in train if name in record]
        axes[0].plot(
            [r['step'] for r in kept], [r[name] for r in kept], label=name
        )
    axes[0].set(xlabel='iteration', title='training losses', yscale='log')
    axes[0].legend()
    for key in sorted({k for r in tests for k in r if '/AP' in k}):
        kept = [record for record in tests if record.get(key, -1) >= 0]
        axes[1].plot(
            [r['step'] for r in kept],
            [r[key] for r in kept],
            marker='o',
            label=key,
        )
    axes[1].set(xlabel='epoch', title='validation', ylim=(0, 1))
    if tests:
        axes[1].legend()
    for axis in axes:
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(out, dpi=110)


def main() -> None:
    """Run the tool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'work_dir', type=Path, help='work folder of the run, or scalars.json'
    )
    parser.add_argument('--out', type=Path, required=True, help='PNG to write')
    args = parser.parse_args()
    try:
        records = read_scalars(args.work_dir)
    except (OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    plot(records, args.out)
    print(f'curves in {args.out}')


if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from _exit import run_tool

    run_tool(main)
