"""The run over images and videos, with a journal."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Union

from tqdm import tqdm

from .drawings import Drawings
from .inputs import Source
from .journal import Done, Journal, file_stamp
from .loaded import AnyPredictor, Loaded
from .memory import predict_each
from .prefetch import prefetch
from .run_parts import RunOptions, describe_image, note_failure
from .sharing import is_first, own_share
from .summary import Summary
from .video_run import VideoRun


class InferenceRun:
    """Predict sources that the journal does not hold yet.

    Args:
        predictor (AnyPredictor): The model.
        journal (Journal): Takes every result as it comes; of several
            processes each has its own.
        options (RunOptions): How to run.
    """

    def __init__(
        self, predictor: AnyPredictor, journal: Journal, options: RunOptions
    ) -> None:
        self.predictor = predictor
        self.journal = journal
        self.options = options
        self.summary = Summary()
        links = predictor.dataset_meta['skeleton_links']
        self._drawings = Drawings(options.out, links, options.kpt_thr)
        self._videos = VideoRun(
            predictor, journal, options, self._drawings, self.summary
        )

    def run(
        self, sources: Sequence[Source], done: Mapping[str, Done]
    ) -> Summary:
        """Predict the share of this process: images first, then videos.

        Args:
            sources (Sequence[Source]): From :func:`collect_sources`.
            done (Mapping[str, Done]): What earlier runs have noted.

        Returns:
            Summary: what was done.
        """
        finished = {s.name for s in sources if _is_done(s, done)}
        self.summary.kept = len(finished)
        start = time.perf_counter()
        self._run_images([s for s in sources if s.kind == 'image'], finished)
        others = [s for s in sources if s.kind != 'image']
        for source in own_share([s for s in others if s.name not in finished]):
            self._videos.run(source)
        self.journal.flush()
        self.summary.seconds = time.perf_counter() - start
        return self.summary

    def _run_images(
        self, sources: Sequence[Source], finished: set[str]
    ) -> None:
        """Predict images in batches.

        A batch holds the same images however often the run is stopped and
        however many processes share it, so that its results are the same to
        the last bit.
        """
        size = self.options.batch_size
        batches = [
            sources[i : i + size]
            for i in range(0, len(sources), size)
            if not {s.name for s in sources[i : i + size]} <= finished
        ]
        batches = own_share(batches)
        flat = [source for batch in batches for source in batch]
        loading = prefetch(self._load, flat, self.options.workers, 2 * size)
        hidden = not flat or not is_first()
        with tqdm(total=len(flat), unit='image', disable=hidden) as bar:
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
                note_failure(self.journal, self.summary, source, loaded)
        if not good:
            return
        found = predict_each(self.predictor, [loaded for *_, loaded in good])
        for (source, stamp, loaded), people in zip(good, found):
            if source.name in finished:
                continue
            if isinstance(people, ValueError):
                note_failure(self.journal, self.summary, source, people)
                continue
            fault = ''
            if self.options.draw:
                fault = self._drawings.add_picture(source, loaded, people)
            record = describe_image(loaded, people)
            self.journal.add_image(source, record, stamp, fault)
            self.summary.note_fault(source.name, fault)
            self.summary.images += 1
            if loaded.hint:
                self.summary.hints.append((source.name, loaded.hint))
            self.summary.people += len(people.scores)
        self.journal.flush()


def _is_done(source: Source, done: Mapping[str, Done]) -> bool:
    """Tell whether a source is complete, and has not changed since."""
    entry = done.get(source.name)
    if source.kind == 'webcam' or entry is None or entry.fault:
        return False
    try:
        return entry.stamp == file_stamp(source)
    except OSError:
        return False
