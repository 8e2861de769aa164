"""The command: from its arguments to its exit code."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional, TextIO

from ..checkpoints import find_weights
from .coco_results import (
    describe_category,
    read_annotation_ids,
    write_results,
)
from .drawings import find_drawing
from .folders import PassedOver
from .inputs import Source, collect_sources
from .journal import Journal
from .model import choose_amp_dtype, choose_device
from .options import parse_args
from .predictor import Predictor
from .run import InferenceRun, RunOptions
from .settings import collect_settings, load_config
from .summary import Summary

_RESULTS = ('predictions.jsonl', 'predictions.json', 'images.json')
# what a config, a checkpoint or an option can be wrong in
_BAD_USAGE = (
    *(AttributeError, ImportError, KeyError, OSError, SyntaxError),
    *(RuntimeError, TypeError, ValueError),
)


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command.

    Args:
        argv (Sequence[str], optional): Arguments. Defaults to those of the
            process.

    Returns:
        int: exit code: 0 all fine, 1 some inputs failed, 2 bad usage, 3
        stopped by a full disk or the like, 130 by the keyboard.
    """
    args = parse_args(argv)
    try:
        job = _Job(args)
    except _BAD_USAGE as error:
        kind = '' if isinstance(error, (OSError, ValueError)) else 'cannot '
        text = f'{kind}start: {error!r}' if kind else str(error)
        print(f'error: {text}', file=sys.stderr)
        return 2
    try:
        with contextlib.closing(job.journal):
            summary = job.run()
    except KeyboardInterrupt:
        print('stopped; the same command goes on', file=sys.stderr)
        return 130
    except OSError as error:
        _say(f'stopped: {error}; the same command goes on', sys.stderr)
        return 3
    _say('\n'.join(summary.lines()))
    _say(f'results: {Path(args.out) / "predictions.json"}')
    return 1 if summary.failures else 0


class _Job:
    """Everything that a run needs, checked.

    Args:
        args (argparse.Namespace): From :func:`parse_args`.

    Raises:
        OSError: If a file is missing.
        ValueError: If an argument does not fit the others, the config or
            what the folder of the results holds.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.out = Path(args.out)
        self.passed_over = PassedOver()
        self.sources = collect_sources(
            args.inputs, args.recursive, self.out, self.passed_over
        )
        _check_outputs(self.sources, args.draw)
        self.listed: Optional[dict[str, Any]] = None
        device = choose_device(args.device)
        amp_dtype = choose_amp_dtype(device) if args.amp else None
        cfg = load_config(args)
        weights = find_weights(args.weights)
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        folder = next((s.folder for s in self.sources if s.folder), '')
        settings = collect_settings(args, cfg, digest, folder)
        self.predictor = Predictor.from_files(
            *(cfg, weights, str(device)),
            amp_dtype=amp_dtype,
            keep_levels=args.draw_maps,
        )
        batch_size = 1 if args.draw_maps else args.batch_size
        if batch_size > 1 and not self.predictor.exact_batches:
            raise ValueError(
                '--batch-size above 1 needs MultiScaleBottomupPoseEstimator '
                'in the config, as others pad images of several shapes'
            )
        meta, category_id = self.predictor.model.dataset_meta, 1
        if args.ann_file:
            self.listed, category_id = read_annotation_ids(
                *(args.ann_file, self.sources),
                len(meta['keypoint_id2name']),
            )
        self.category = describe_category(meta, category_id)
        self.options = RunOptions(
            self.out,
            batch_size,
            args.workers,
            args.draw,
            args.kpt_thr,
            args.track,
            args.max_frames,
        )
        self.journal = _open_journal(self.out, settings, args.overwrite)
        numbers = str(amp_dtype or 'torch.float32').split('.')[1]
        print(f'{len(self.sources)} inputs on {device}, {numbers}')

    def run(self) -> Summary:
        """Predict, and write the results."""
        run = InferenceRun(self.predictor, self.journal, self.options)
        summary = run.run(self.sources)
        summary.passed_over = self.passed_over.lines()
        done = self.journal.read()
        records = [
            (source, record)
            for source in self.sources
            if done[source.name].stamp is not None
            for record in done[source.name].records
        ]
        write_results(self.out, records, self.category, self.listed)
        return summary


def _say(text: str, stream: Optional[TextIO] = None) -> None:
    """Print, also what the terminal has no letters for."""
    stream = stream or sys.stdout
    encoding = stream.encoding or 'utf-8'
    text = text.encode(encoding, 'backslashreplace').decode(encoding)
    print(text, file=stream)


def _open_journal(
    out: Path, settings: dict[str, Any], overwrite: bool
) -> Journal:
    """Open the journal in the folder of the results."""
    out.mkdir(parents=True, exist_ok=True)
    if overwrite:
        for name in _RESULTS:
            (out / name).unlink(missing_ok=True)
    elif not (out / _RESULTS[0]).exists():
        for name in _RESULTS[1:]:
            if (out / name).exists():
                raise ValueError(
                    f'{out / name} is there, but no {_RESULTS[0]} to go on '
                    'from; choose another --out, or begin anew with '
                    '--overwrite'
                )
    return Journal(out / _RESULTS[0], settings)


def _check_outputs(sources: Sequence[Source], draw: bool) -> None:
    """Refuse what would be drawn to one file, such as a webcam's namesake."""
    owners: dict[str, str] = {}
    for source in sources if draw else ():
        other = owners.setdefault(find_drawing(source), source.name)
        if other != source.name:
            raise ValueError(
                f'{other} and {source.name} would be drawn to the same '
                'file: run them one after the other'
            )
