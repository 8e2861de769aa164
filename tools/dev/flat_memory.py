"""Watch the memory of a long training and of a long inference.

Trains a tiny network by ``tools/train.py``, with workers, validations,
checkpoints and a moving average of the weights, then lets ``inference.py``
find people on as many images. The memory of all their processes is read from
outside. The exit code is 1 if it still grows after a fifth of the run.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('--iterations', type=int, default=2000, help='(default: 2000)')
    add('--images', type=int, default=2000, help='(default: 2000)')
    add(
        '--allowed-mib',
        type=float,
        default=16.0,
        help='from the second fifth of a run to its last (default: 16)',
    )
    add('--out', type=Path, help='JSON file for all that was seen')
    add(
        '--work-dir',
        type=Path,
        help='new folder for data and runs; default: one that is removed',
    )
    args = parser.parse_args()
    if args.iterations < EPOCH or args.images < TRAIN:
        parser.error(
            f'at least {EPOCH} iterations and {TRAIN} images are needed'
        )
    return args


# images of the training, and iterations of an epoch
TRAIN, EPOCH = 40, 20

if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import json

from _small_run import BASE, ROOT, environment, write_small_people
from _watched_memory import Sample, growth, to_table, watch

from higherhrnet_plugin.files import write_whole

CONFIG = """
_base_ = ['{base}']
randomness = dict(seed=0)
train_cfg = dict(max_epochs={epochs}, val_interval={often})
default_hooks = dict(
    logger=dict(interval=1),
    checkpoint=dict(
        interval={often}, max_keep_ckpts=2, published_keys=None
    ),
)
custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='EMAHook', ema_type='ExpMomentumEMA', update_buffers=True),
]
loader = dict(
    num_workers=2,
    persistent_workers=True,
    dataset=dict(data_root='{data}/'),
)
train_dataloader = dict(batch_size=2, **loader)
val_dataloader = dict(batch_size=4, **loader)
test_dataloader = val_dataloader
val_evaluator = dict(
    ann_file='{data}/annotations/person_keypoints_val.json'
)
test_evaluator = val_evaluator
"""


def watch_training(folder: Path, iterations: int) -> list[Sample]:
    """Train, and watch.

    Args:
        folder: For config, data and work folder.
        iterations: About so many; whole epochs are trained.

    Returns:
        What was seen.
    """
    epochs = iterations // EPOCH
    write_small_people(folder / 'data', TRAIN, 8)
    config = folder / 'small.py'
    config.write_text(
        CONFIG.format(
            base=BASE,
            data=folder / 'data',
            epochs=epochs,
            often=max(1, epochs // 10),
        )
    )
    tool, work = ROOT / 'tools/train.py', folder / 'work'
    options = ('--cfg-options', 'codec.input_size=64')

    def count() -> int:
        logs = list(work.glob('*/vis_data/scalars.json'))
        return len(logs[0].read_bytes().splitlines()) if logs else 0

    return watch(
        [
            sys.executable,
            *map(str, (tool, config, '--work-dir', work)),
            *options,
        ],
        count,
        folder / 'train.log',
        environment(),
    )


def watch_inference(folder: Path, images: int) -> list[Sample]:
    """Find people with the network that was trained, and watch.

    Args:
        folder: Of :func:`watch_training`.
        images: How many.

    Returns:
        What was seen.
    """
    source = sorted(folder.glob('data/train/*'))
    many = folder / 'images'
    many.mkdir()
    for i in range(images):
        file = source[i % len(source)]
        shutil.copyfile(file, many / f'{i:06d}{file.suffix}')
    (config,) = folder.glob('work/small.py')
    checkpoint = (
        folder
        / 'work'
        / (folder.joinpath('work/last_checkpoint').read_text().split('/')[-1])
    )
    out = folder / 'found'

    def count() -> int:
        journals = list(out.glob('*.jsonl'))
        return len(journals[0].read_bytes().splitlines()) if journals else 0

    tool = ROOT / 'tools/inference.py'
    return watch(
        list(
            map(
                str,
                (sys.executable, tool, config, checkpoint, many, '--out', out),
            )
        ),
        count,
        folder / 'inference.log',
        environment(),
    )


def run(folder: Path, args: argparse.Namespace) -> list[float]:
    """Watch both, and print what was seen.

    Args:
        folder: Where to work.
        args: The command line.

    Returns:
        How far memory has grown in each, MiB.
    """
    grown, seen = [], {}
    for title, unit, total, function in (
        ('training', 'iterations', args.iterations, watch_training),
        ('inference', 'images', args.images, watch_inference),
    ):
        samples = seen[title] = function(folder, total)
        if args.out:
            write_whole(args.out, json.dumps(seen))
        grown.append(growth(samples, total))
        print(f'{title}\n\n{to_table(samples, total, unit)}\n')
        print(f'grown by {grown[-1]:.1f} MiB\n', flush=True)
    return grown


def main() -> None:
    """Run the tool.

    Raises:
        SystemExit: If memory grows, or a command fails.
    """
    args = parse_args()
    if args.work_dir is None:
        with tempfile.TemporaryDirectory() as folder:
            grown = run(Path(folder), args)
    else:
        args.work_dir.mkdir(parents=True)
        grown = run(args.work_dir.resolve(), args)
    if max(grown) > args.allowed_mib:
        raise SystemExit(
            f'error: memory grows by {max(grown):.1f} MiB, more than '
            f'{args.allowed_mib:g}'
        )


if __name__ == '__main__':
    main()
