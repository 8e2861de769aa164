"""A training of seconds by the tools of this repository."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = (
    ROOT
    / 'configs/body_2d_keypoint/associative_embedding/synthetic'
    / 'ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py'
)
CONFIG = """
_base_ = ['{base}']
randomness = dict(seed=0)
train_cfg = dict(max_epochs={epochs}, val_interval=3)
default_hooks = dict(
    checkpoint=dict(
        interval=1,
        max_keep_ckpts=2,
        save_best='coco/AP',
        rule='greater',
        published_keys=None,
    )
)
custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='EMAHook', ema_type='ExpMomentumEMA', update_buffers=True),
]
small = dict(batch_size=4, dataset=dict(data_root='{data}/'))
train_dataloader = small
val_dataloader = small
test_dataloader = small
val_evaluator = dict(
    ann_file='{data}/annotations/person_keypoints_val.json'
)
test_evaluator = val_evaluator
"""


@dataclass
class SmallRun:
    """Config and data of a small training.

    Attributes:
        config: The config.
        epochs: Its length.
        start_s: Seconds until its first checkpoint, once undisturbed.
        epoch_s: Seconds of an epoch after that.
    """

    config: Path
    epochs: int
    start_s: float = 0.0
    epoch_s: float = 0.0

    @classmethod
    def prepare(cls, folder: Path, epochs: int) -> SmallRun:
        """Write data and config.

        Args:
            folder: Where to.
            epochs: Length of the training.

        Returns:
            The training.
        """
        data = folder / 'data'
        write_small_people(data, 8, 4)
        config = folder / 'small.py'
        config.write_text(CONFIG.format(base=BASE, data=data, epochs=epochs))
        return cls(config, epochs)

    def train(self, work_dir: Path) -> None:
        """Train undisturbed, and note how long it takes.

        Args:
            work_dir: New work folder.

        Raises:
            SystemExit: If it fails.
        """
        begun = time.monotonic()
        with work_dir.with_suffix('.log').open('w') as file:
            process = subprocess.Popen(
                self.arguments(work_dir, 0),
                env=environment(),
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        while process.poll() is None and not any(work_dir.glob('epoch_*')):
            time.sleep(0.05)
        self.start_s = time.monotonic() - begun
        if process.wait():
            raise SystemExit(f'the training failed, see {file.name}')
        whole_s = time.monotonic() - begun
        self.epoch_s = (whole_s - self.start_s) / self.epochs

    def arguments(self, work_dir: Path, workers: int) -> list[str]:
        """Return the command that begins the training, or goes on.

        Args:
            work_dir: Work folder.
            workers: Processes that load data.

        Returns:
            The command.
        """
        loader = (
            f'train_dataloader.num_workers={workers}',
            f'train_dataloader.persistent_workers={workers > 1}',
        )
        tool = ROOT / 'tools/train.py'
        options = ('--work-dir', work_dir, '--resume', '--cfg-options')
        command = (sys.executable, tool, self.config, *options, *loader)
        return [str(part) for part in command]


def write_small_people(folder: Path, train: int, val: int) -> None:
    """Write a synthetic data set.

    Args:
        folder: New folder.
        train: Images to train on.
        val: Images to validate with.
    """
    tool = ROOT / 'tools/dataset_converters/make_synthetic_people.py'
    counts = ('--num-train', str(train), '--num-val', str(val))
    subprocess.run(
        [sys.executable, tool, folder, *counts, '--workers', '1'],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def environment() -> dict[str, str]:
    """Return the variables of a process that finds this source tree."""
    # sums in one order
    return {**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'}
