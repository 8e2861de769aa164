"""The run over videos and webcams, frame by frame."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from tqdm import tqdm

from ..structures.people import People
from .drawings import Drawings
from .inputs import Source
from .journal import Journal, file_stamp
from .loaded import AnyPredictor, Loaded
from .memory import predict_each
from .prefetch import prefetch
from .run_parts import RunOptions, describe_image, note_failure
from .sharing import is_first
from .summary import Summary
from .videos import Frame, VideoReader


class VideoRun:
    """Predict videos, with numbers for their people if wanted.

    Args:
        predictor (AnyPredictor): The model.
        journal (Journal): Takes every result as it comes.
        options (RunOptions): How to run.
        drawings (Drawings): Where videos are drawn.
        summary (Summary): Counts what is done.
    """

    def __init__(
        self,
        predictor: AnyPredictor,
        journal: Journal,
        options: RunOptions,
        drawings: Drawings,
        summary: Summary,
    ) -> None:
        self.predictor = predictor
        self.journal = journal
        self.options = options
        self.summary = summary
        self._drawings = drawings

    def run(self, source: Source) -> None:
        """Predict all frames of a video or webcam."""
        try:
            stamp, reader = file_stamp(source), VideoReader(source)
        except (ImportError, OSError, ValueError) as error:
            note_failure(self.journal, self.summary, source, error)
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
            note_failure(self.journal, self.summary, source, error)

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
                for loaded, moment, people in self._refine(source, frames):
                    record = describe_image(loaded, people)
                    record.update(frame=number, time=moment)
                    self.journal.add_frame(source, record)
                    if self.options.draw:
                        drawn.add(loaded, people, moment)
                    number += 1
                    self.summary.people += len(people.scores)
                    bar.update()
                    bar.set_postfix(people=self.summary.people, refresh=False)
            except KeyboardInterrupt:
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
        return tqdm(
            total=total or None,
            unit='image',
            desc=source.name,
            disable=not is_first(),
        )

    def _refine(
        self, source: Source, frames: Iterable[Frame]
    ) -> Iterator[tuple[Loaded, float, People]]:
        """Predict frames, and look at several together where wanted."""
        found = self._until_stopped(source, self._predict_frames(frames))
        if not self.options.track:
            return found
        from ..tracking import fill_gaps, smooth

        if self.options.fill_gaps:
            found = fill_gaps(found, self.options.fill_gaps)
        if self.options.smooth:
            found = smooth(found, self.options.smooth)
        return found

    def _until_stopped(
        self, source: Source, found: Iterator[tuple[Loaded, float, People]]
    ) -> Iterator[tuple[Loaded, float, People]]:
        """End a webcam, with all of its frames that wait for later ones."""
        try:
            yield from found
        except KeyboardInterrupt:
            # the only way to end a webcam
            if source.kind != 'webcam':
                raise

    def _predict_frames(
        self, frames: Iterable[Frame]
    ) -> Iterator[tuple[Loaded, float, People]]:
        """Predict and track frames, in batches."""
        meta = self.predictor.dataset_meta
        tracker = None
        if self.options.track:
            # late, as it needs scipy, which exported files do without
            from ..tracking import PoseTracker

            limit = self.options.track_thr
            tracker = (
                PoseTracker(meta['sigmas'])
                if limit is None
                else PoseTracker(meta['sigmas'], min_score=limit)
            )
        size = self.options.batch_size
        loading = prefetch(
            self._load_frame, frames, self.options.workers, size
        )
        while batch := list(itertools.islice(loading, size)):
            found = predict_each(
                self.predictor, [loaded for _, loaded in batch]
            )
            for (moment, loaded), people in zip(batch, found):
                if isinstance(people, ValueError):
                    raise people
                if tracker is not None:
                    identities = tracker.update(
                        people.keypoints,
                        people.keypoint_scores,
                        people.tags,
                        people.scores,
                    )
                    people = people._replace(identities=identities)
                yield loaded, moment, people

    def _load_frame(self, frame: Frame) -> tuple[float, Loaded]:
        """Prepare a frame, and keep its time."""
        return frame.time, self.predictor.load(frame.image)
