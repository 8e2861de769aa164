"""Everything that a run of the command needs."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, TextIO

from ..files import hash_file, remove_leftovers
from ..runtime import is_exported
from .coco_results import describe_category, write_results
from .drawings import find_drawing
from .exported import open_exported
from .folders import PassedOver
from .inputs import Source, collect_sources
from .loaded import AnyPredictor
from .run import InferenceRun
from .run_parts import RunOptions
from .settings import collect_settings, load_config
from .shards import absorb_others, open_first_journal, open_own_journal
from .sharing import gather, is_first, rank
from .summary import Summary

if TYPE_CHECKING:
    import torch
    from mmengine.config import Config


def say(text: str, stream: Optional[TextIO] = None) -> None:
    """Print, also what the terminal has no letters for.

    Args:
        text (str): Lines.
        stream (TextIO, optional): Defaults to the standard output.
    """
    stream = stream or sys.stdout
    encoding = stream.encoding or 'utf-8'
    text = text.encode(encoding, 'backslashreplace').decode(encoding)
    print(text, file=stream)


class Job:
    """Everything that a run needs, checked.

    Args:
        args (argparse.Namespace): From :func:`parse_args`.
        device (torch.device, optional): Of this process; an exported file
            needs none, and is opened on ``args.device`` then.

    Raises:
        OSError: If a file is missing.
        ValueError: If an argument does not fit the others, the config or
            what the folder of the results holds.
    """

    predictor: AnyPredictor

    def __init__(
        self, args: argparse.Namespace, device: Optional[torch.device]
    ) -> None:
        self.out = Path(args.out)
        self.overwrite = args.overwrite
        self.passed_over = PassedOver()
        self.sources = collect_sources(
            args.inputs, args.recursive, self.out, self.passed_over
        )
        _check_outputs(self.sources, args.draw)
        self.listed: Optional[dict[str, Any]] = None
        folder = next((s.folder for s in self.sources if s.folder), '')
        cfg: Optional[Config] = None
        if is_exported(args.config):
            self._open_file(args, device, folder)
        else:
            cfg = self._open_config(args, device, folder)
        self.options = self._choose_options(args)
        meta, category_id = self.predictor.dataset_meta, 1
        if args.ann_file:
            # late, as it reads annotations as a training does, by the host
            from .annotation_ids import annotation_options, read_annotation_ids

            self.listed, category_id, report = read_annotation_ids(
                args.ann_file,
                self.sources,
                annotation_options(cfg, meta),
            )
            if is_first():
                say('\n'.join(report.lines()))
        self.category = describe_category(meta, category_id)
        if is_first():
            print(f'{len(self.sources)} inputs on {self.where}')

    def _open_file(
        self,
        args: argparse.Namespace,
        device: Optional[torch.device],
        folder: str,
    ) -> None:
        """Open an exported file, and collect what results depend on."""
        # of several processes each has its own
        place = args.device if device is None else str(device)
        self.predictor = open_exported(args, place)
        exported = self.predictor.exported
        about = asdict(exported.description)
        parts: dict[str, Any] = {'exported': about}
        if exported.tiles is not None:
            parts['tiles'] = asdict(exported.tiles)
        digest = hash_file(*_exported_files(Path(args.config)))
        self.where = f'{place or "cpu"}, {about["numbers"]}'
        self.settings = collect_settings(args, parts, digest, folder)

    def _open_config(
        self,
        args: argparse.Namespace,
        device: Optional[torch.device],
        folder: str,
    ) -> Config:
        """Build the network, and collect what results depend on."""
        # late, as exported files run without torch
        from ..checkpoints import find_weights
        from .model import (
            choose_amp_dtype,
            choose_device,
            resolve_test_pipeline,
        )
        from .predictor import Predictor

        device = device or choose_device(args.device)
        amp_dtype = choose_amp_dtype(device) if args.amp else None
        numbers = str(amp_dtype or 'torch.float32').split('.')[1]
        self.where = f'{device}, {numbers}'
        cfg = load_config(args)
        weights = find_weights(args.weights)
        parts = {'model': cfg.model, 'pipeline': resolve_test_pipeline(cfg)}
        self.settings = collect_settings(
            args, parts, hash_file(weights), folder
        )
        self.predictor = Predictor.from_files(
            *(cfg, weights, str(device)),
            amp_dtype=amp_dtype,
            keep_levels=args.draw_maps,
        )
        return cfg

    def _choose_options(self, args: argparse.Namespace) -> RunOptions:
        """Choose how to run, as the model allows."""
        batch_size = 1 if args.draw_maps else args.batch_size
        if batch_size > 1 and not self.predictor.exact_batches:
            raise ValueError(
                '--batch-size above 1 needs MultiScaleBottomupPoseEstimator '
                'in the config, as others pad images of several shapes'
            )
        return RunOptions(
            self.out,
            batch_size,
            args.workers,
            args.draw,
            args.kpt_thr,
            args.track,
            args.max_frames,
            args.track_thr,
            args.fill_gaps,
            args.smooth,
        )

    def prepare_folder(self) -> None:
        """Bring the folder of the results in order, in one process."""
        if is_first():
            open_first_journal(self.out, self.settings, self.overwrite).close()
            # pictures and videos that killed processes had not finished
            remove_leftovers(self.out, below=True)

    def open_journal(self) -> None:
        """Read what earlier runs have noted, and open a journal."""
        with contextlib.closing(
            open_own_journal(self.out, self.settings, 0)
        ) as journal:
            self.done = journal.read()
        self.journal = open_own_journal(self.out, self.settings, rank())

    def run(self) -> Summary:
        """Predict, and write the results."""
        run = InferenceRun(self.predictor, self.journal, self.options)
        summary = run.run(self.sources, self.done)
        summary, *others = gather(summary)
        summary.merge(others, [source.name for source in self.sources])
        summary.passed_over = self.passed_over.lines()
        if not is_first():
            return summary
        absorb_others(self.journal)
        done = self.journal.read()
        records = [
            (source, record)
            for source in self.sources
            if done[source.name].stamp is not None
            for record in done[source.name].records
        ]
        write_results(self.out, records, self.category, self.listed)
        return summary


def _exported_files(path: Path) -> list[Path]:
    """Name all files of an exported network; OpenVINO's weights lie beside."""
    beside = path.with_suffix('.bin')
    if path.suffix.lower() == '.xml' and beside.is_file():
        return [path, beside]
    return [path]


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
