"""The run over images and videos, with a journal."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

from tqdm import tqdm

from ..structures.people import People
from ..tracking import PoseTracker
from .drawings import Drawings
from .faults import describe_error
from .inputs import Source
from .journal import Done, Journal, file_stamp
from .loaded import Loaded
from .predictor import Predictor
from .prefetch import prefetch
from .summary import Summary
from .videos import Frame, VideoReader


@dataclass(frozen=True)
class RunOptions:
    """How to run.

    Attributes:
        out (Path): Folder of the results.
        batch_size (int): Images that run together.
        workers (int): Threads that read images ahead.
        draw (bool): Whether to write pictures and videos.
        kpt_thr (float): Keypoints below it are not drawn.
        track (bool): Whether people of a video get numbers that stay.
        max_frames (int | None): Frames of each video.
    """

    out: Path
    batch_size: int = 1
    workers: int = 1
    draw: bool = True
    kpt_thr: float = 0.2
    track: bool = False
    max_frames: Optional[int] = None


class InferenceRun:
    """Predict sources that the journal does not hold yet.

    Args:
        predictor (Predictor): The model.
        journal (Journal): Takes every result as it comes.
        options (RunOptions): How to run.
    """

    def __init__(
        self, predictor: Predictor, journal: Journal, options: RunOptions
    ) -> None:
        self.predictor = predictor
        self.journal = journal
        self.options = options
        self.summary = Summary()
        links = predictor.model.dataset_meta['skeleton_links']
        self._drawings = Drawings(options.out, links, options.kpt_thr)

    def run(self, sources: Sequence[Source]) -> Summary:
        """Predict all sources: images first, then videos.

        Args:
            sources (Sequence[Source]): From :func:`collect_sources`.

        Returns:
            Summary: what was done.
        """
        done = self.journal.read()
        finished = {s.name for s in sources if _is_done(s, done)}
        self.summary.kept = len(finished)
        start = time.perf_counter()
        self._run_images([s for s in sources if s.kind == 'image'], finished)
        for source in sources:
            if source.kind == 'image' or source.name in finished:
                continue
            self._run_video(source)
        self.journal.flush()
        self.summary.seconds = time.perf_counter() - start
        return self.summary

    def _fail(self, source: Source, error: Exception) -> None:
        """Note an input that cannot be predicted, and forget an older one."""
        self.journal.begin(source)
        self.summary.failures.append((source.name, describe_error(error)))

    def _run_images(
        self, sources: Sequence[Source], finished: set[str]
    ) -> None:
        """Predict images in batches.

        A batch holds the same images however often the run is stopped, so
        that its results are the same to the last bit.
        """
        size = self.options.batch_size
        batches = [
            sources[i : i + size]
            for i in range(0, len(sources), size)
            if not {s.name for s in sources[i : i + size]} <= finished
        ]
        flat = [source for batch in batches for source in batch]
        loading = prefetch(self._load, flat, self.options.workers, 2 * size)
        with tqdm(total=len(flat), unit='image', disable=not flat) as bar:
            for batch in batches:
                self._run_batch(
                    [*zip(batch, itertools.islice(loading, len(batch)))],
                    finished,
                )
                bar.update(len(batch))
                bar.set_postfix(people=self.summary.people, refresh=False)

    def _load(
        self, source: Source
    ) -> tuple[list[int], Union[Loaded, ValueError, OSError]]:
        """Read an image, or return why it cannot be read."""
        try:
            stamp = file_stamp(source)
            return stamp, self.predictor.load(source.path)
        except (ValueError, OSError) as error:
            return [], error

    def _run_batch(
        self,
        batch: Sequence[
            tuple[Source, tuple[list[int], Union[Loaded, ValueError, OSError]]]
        ],
        finished: set[str],
    ) -> None:
        """Predict one batch, and note what is new."""
        good = []
        for source, (stamp, loaded) in batch:
            if isinstance(loaded, Loaded):
                good.append((source, stamp, loaded))
            else:
                self._fail(source, loaded)
        if not good:
            return
        found = self.predictor.predict([loaded for *_, loaded in good])
        for (source, stamp, loaded), people in zip(good, found):
            if source.name in finished:
                continue
            fault = ''
            if self.options.draw:
                fault = self._drawings.add_picture(source, loaded, people)
            record = _describe(loaded, people)
            self.journal.add_image(source, record, stamp, fault)
            self.summary.note_fault(source.name, fault)
            self.summary.images += 1
            if loaded.hint:
                self.summary.hints.append((source.name, loaded.hint))
            self.summary.people += len(people.scores)
        self.journal.flush()

    def _run_video(self, source: Source) -> None:
        """Predict all frames of a video or webcam."""
        try:
            stamp, reader = file_stamp(source), VideoReader(source)
        except (ImportError, OSError, ValueError) as error:
            self._fail(source, error)
            return
        frames = reader.frames(self.options.max_frames)
        try:
            first = next(frames, None)
            if first is None:
                raise ValueError(reader.fault or 'holds no frame')
            self._predict_video(
                source, stamp, reader, itertools.chain([first], frames)
            )
        except ValueError as error:
            self._fail(source, error)

    def _predict_video(
        self,
        source: Source,
        stamp: list[int],
        reader: VideoReader,
        frames: Iterable[Frame],
    ) -> None:
        """Predict the frames of an open video, and note what is wrong."""
        self.journal.begin(source)
        number = 0
        drawn = self._drawings.begin_video(source, reader)
        with drawn, self._show_progress(source, reader) as bar:
            try:
                for moment, loaded, people in self._predict_frames(frames):
                    record = _describe(loaded, people)
                    record.update(frame=number, time=moment)
                    self.journal.add_frame(source, record)
                    if self.options.draw:
                        drawn.add(loaded, people, moment)
                    number += 1
                    self.summary.people += len(people.scores)
                    bar.update()
                    bar.set_postfix(people=self.summary.people, refresh=False)
            except KeyboardInterrupt:
                # the only way to end a webcam
                if source.kind != 'webcam':
                    raise
        fault = '; '.join(filter(None, (reader.fault, drawn.fault)))
        self.journal.finish(source, stamp, fault)
        self.journal.flush()
        self.summary.note_fault(source.name, fault)
        self.summary.videos += 1
        self.summary.frames += number

    def _show_progress(self, source: Source, reader: VideoReader) -> tqdm:
        """Show how far a video is."""
        total = min(reader.count or 0, self.options.max_frames or 10**9)
        return tqdm(total=total or None, unit='image', desc=source.name)

    def _predict_frames(
        self, frames: Iterable[Frame]
    ) -> Iterator[tuple[float, Loaded, People]]:
        """Predict and track frames, in batches."""
        meta = self.predictor.model.dataset_meta
        tracker = PoseTracker(meta['sigmas']) if self.options.track else None
        size = self.options.batch_size
        loading = prefetch(
            self._load_frame, frames, self.options.workers, size
        )
        while batch := list(itertools.islice(loading, size)):
            found = self.predictor.predict([loaded for _, loaded in batch])
            for (moment, loaded), people in zip(batch, found):
                if tracker is not None:
                    identities = tracker.update(
                        people.keypoints, people.keypoint_scores, people.tags
                    )
                    people = people._replace(identities=identities)
                yield moment, loaded, people

    def _load_frame(self, frame: Frame) -> tuple[float, Loaded]:
        """Prepare a frame, and keep its time."""
        return frame.time, self.predictor.load(frame.image)


def _is_done(source: Source, done: dict[str, Done]) -> bool:
    """Tell whether a source is complete, and has not changed since."""
    entry = done.get(source.name)
    if source.kind == 'webcam' or entry is None or entry.fault:
        return False
    try:
        return entry.stamp == file_stamp(source)
    except OSError:
        return False


def _describe(loaded: Loaded, people: People) -> dict:
    """Describe an image and its people by plain values."""
    height, width = loaded.image.shape[:2]
    return {'width': width, 'height': height, 'people': people.to_records()}
