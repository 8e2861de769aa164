"""Plot losses and AP of a training run as a picture."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib as mpl

mpl.use('Agg')
import matplotlib.pyplot as plt


def read_scalars(work_dir: Path) -> list[dict]:
    """Read what the Runner logged, oldest first.

    Args:
        work_dir (Path): Work folder of a training run.

    Returns:
        list[dict]: one record a line of every ``vis_data/scalars.json``.

    Raises:
        SystemExit: If there is none, or a line is broken.
    """
    files = sorted(work_dir.glob('*/vis_data/scalars.json'))
    records = []
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise SystemExit(f'{file}, line {number}: {error}') from error
    if not records:
        raise SystemExit(f'{work_dir} has no */vis_data/scalars.json')
    return records


def plot(records: list[dict], out: Path) -> None:
    """Draw the losses on the left and the metric on the right.

    Args:
        records (list[dict]): From :func:`read_scalars`.
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
    parser.add_argument('work_dir', type=Path, help='work folder of the run')
    parser.add_argument('--out', type=Path, required=True, help='PNG to write')
    args = parser.parse_args()
    plot(read_scalars(args.work_dir), args.out)
    print(f'curves in {args.out}')


if __name__ == '__main__':
    main()
