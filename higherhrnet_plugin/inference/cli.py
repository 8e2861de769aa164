"""The command: from its arguments to its exit code."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, Optional, TextIO, TypeVar, cast

import torch
from mmengine.dist import get_rank

from ..checkpoints import find_weights
from .coco_results import (
    annotation_options,
    describe_category,
    read_annotation_ids,
    write_results,
)
from .drawings import find_drawing
from .folders import PassedOver
from .inputs import Source, collect_sources
from .journal import Journal
from .model import choose_amp_dtype
from .options import parse_args
from .predictor import Predictor
from .run import InferenceRun
from .run_parts import RunOptions
from .settings import collect_settings, load_config
from .sharing import gather, is_first, join
from .summary import Summary

Result = TypeVar('Result')

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
        device = join(args.launcher, args.device)
        job = _agree(lambda: _Job(args, device))
        _agree(job.prepare_folder)
        _agree(job.open_journal)
    except _BAD_USAGE as error:
        if is_first():
            _say(f'error: {_describe(error)}', sys.stderr)
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
    if is_first():
        _say('\n'.join(summary.lines()))
        _say(f'results: {Path(args.out) / "predictions.json"}')
    return 1 if summary.failures else 0


def _agree(step: Callable[[], Result]) -> Result:
    """Take a step in all processes; where one fails, all do."""
    result, fault = None, ''
    try:
        result = step()
    except _BAD_USAGE as error:
        fault = _describe(error)
        if len(faults := gather(fault)) == 1:
            raise
    else:
        faults = gather(fault)
    if any(faults):
        raise ValueError(next(filter(None, faults)))
    return cast(Result, result)


def _describe(error: Exception) -> str:
    """Describe an error of the start in one line."""
    if isinstance(error, (OSError, ValueError)):
        return str(error)
    return f'cannot start: {error!r}'


class _Job:
    """Everything that a run needs, checked.

    Args:
        args (argparse.Namespace): From :func:`parse_args`.
        device (torch.device): Of this process.

    Raises:
        OSError: If a file is missing.
        ValueError: If an argument does not fit the others, the config or
            what the folder of the results holds.
    """

    def __init__(self, args: argparse.Namespace, device: torch.device) -> None:
        self.out = Path(args.out)
        self.overwrite = args.overwrite
        self.passed_over = PassedOver()
        self.sources = collect_sources(
            args.inputs, args.recursive, self.out, self.passed_over
        )
        _check_outputs(self.sources, args.draw)
        self.listed: Optional[dict[str, Any]] = None
        amp_dtype = choose_amp_dtype(device) if args.amp else None
        cfg = load_config(args)
        weights = find_weights(args.weights)
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        folder = next((s.folder for s in self.sources if s.folder), '')
        self.settings = collect_settings(args, cfg, digest, folder)
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
            self.listed, category_id, report = read_annotation_ids(
                *(args.ann_file, self.sources),
                annotation_options(cfg, meta),
            )
            if is_first():
                _say('\n'.join(report.lines()))
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
        numbers = str(amp_dtype or 'torch.float32').split('.')[1]
        if is_first():
            print(f'{len(self.sources)} inputs on {device}, {numbers}')

    def prepare_folder(self) -> None:
        """Bring the folder of the results in order, in one process."""
        if is_first():
            _open_journal(self.out, self.settings, self.overwrite).close()

    def open_journal(self) -> None:
        """Read what earlier runs have noted, and open a journal."""
        path = self.out / _RESULTS[0]
        with contextlib.closing(Journal(path, self.settings)) as journal:
            self.done = journal.read()
        rank = get_rank()
        own = path.with_suffix(f'.{rank}{path.suffix}') if rank else path
        self.journal = Journal(own, self.settings)

    def run(self) -> Summary:
        """Predict, and write the results."""
        run = InferenceRun(self.predictor, self.journal, self.options)
        summary = run.run(self.sources, self.done)
        summary, *others = gather(summary)
        summary.merge(others, [source.name for source in self.sources])
        summary.passed_over = self.passed_over.lines()
        if not is_first():
            return summary
        _absorb(self.journal)
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
        stale = [out / name for name in _RESULTS]
        for path in (*stale, *_shards(stale[0])):
            path.unlink(missing_ok=True)
    elif not (out / _RESULTS[0]).exists():
        for name in _RESULTS[1:]:
            if (out / name).exists():
                raise ValueError(
                    f'{out / name} is there, but no {_RESULTS[0]} to go on '
                    'from; choose another --out, or begin anew with '
                    '--overwrite'
                )
    journal = Journal(out / _RESULTS[0], settings)
    _absorb(journal)
    return journal


def _absorb(journal: Journal) -> None:
    """Take over what other processes have noted, in this run or before."""
    for path in _shards(journal.path):
        journal.absorb(path)


def _shards(path: Path) -> list[Path]:
    """Find the journals of other processes beside that of the first."""
    return sorted(path.parent.glob(f'{path.stem}.[0-9]*{path.suffix}'))


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
