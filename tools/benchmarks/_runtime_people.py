"""From images to people in each runtime: time, its parts, and AP."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Callable, NamedTuple

import numpy as np
import torch
from _timing import Row, compare
from mmengine.config import Config

from higherhrnet_plugin.analysis.results import analyse
from higherhrnet_plugin.datasets.coco_repair import read_coco, take_images
from higherhrnet_plugin.inference.predictor import Predictor
from higherhrnet_plugin.runtime import ExportedPredictor, open_session
from higherhrnet_plugin.runtime.sessions import Session
from higherhrnet_plugin.structures.people import People


class TimedSession:
    """A session that counts the seconds that its network takes.

    Args:
        session (Session): The session.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.description = session.description
        self.seconds = 0.0

    def run(self, images: np.ndarray) -> list[np.ndarray]:
        """Run the network, see :class:`.Session`."""
        start = time.perf_counter()
        maps = self.session.run(images)
        self.seconds += time.perf_counter() - start
        return maps


class Parts(NamedTuple):
    """Milliseconds of an image, of one runtime.

    Attributes:
        reading (float): From the file to the input.
        network (float): With the mirrored image, if the test has it.
        decoding (float): From its maps to people.
    """

    reading: float
    network: float
    decoding: float


def time_images(
    args: argparse.Namespace, files: dict[str, Path], threads: int
) -> tuple[Row, dict[str, Parts]]:
    """Time the way from images to people.

    Args:
        args (argparse.Namespace): Of the benchmark.
        files (dict[str, Path]): Exported file of each kind.
        threads (int): Threads of the runtimes.

    Returns:
        tuple[Row, dict[str, Parts]]: all images together, where the note
        says how people differ, and the parts of one image.
    """
    own = Predictor.from_files(args.cfg, args.checkpoint, 'cpu')
    wanted = own(args.files)
    found = {'torch': wanted}
    ways: dict[str, Callable[[], Any]] = {}
    for name, fast in _torch_ways(args).items():
        found[name] = fast(args.files)
        ways[name] = partial(fast, args.files)
    parts = {}
    for kind, path in files.items():
        session = TimedSession(
            open_session(path, 'cpu', threads, kind.endswith('bf16'))
        )
        exported = ExportedPredictor(session)
        found[kind] = exported(args.files)
        parts[kind] = _time_parts(exported, session, args)
        ways[kind] = partial(exported, args.files)
    note = '; '.join(
        describe_people(name, people, wanted, args)
        for name, people in found.items()
    )
    title = f'{len(args.files)} images to people, {threads} threads'
    plain = partial(own, args.files)
    return compare(title, plain, ways, args.rounds, note, wall=True), parts


def parts_table(parts: dict[tuple[str, int], Parts]) -> str:
    """Write parts of the time of an image as a Markdown table.

    Args:
        parts (dict): By kind and threads.

    Returns:
        str: the table.
    """
    lines = [
        '| Runtime | Threads | reading, ms | network, ms | decoding, ms | '
        'decoding / whole |',
        '| --- | ---: | ---: | ---: | ---: | ---: |',
    ]
    for (kind, threads), part in parts.items():
        cells = [kind, str(threads), *(f'{value:.2f}' for value in part)]
        cells.append(f'{part.decoding / sum(part):.1%}')
        lines.append(f'| {" | ".join(cells)} |')
    return '\n'.join(lines)


def _torch_ways(args: argparse.Namespace) -> dict[str, Predictor]:
    """Return the faster ways of torch."""
    fast = Config(args.cfg.to_dict())
    fast.model.channels_last = True
    ways = {
        'torch channels_last, bfloat16': Predictor.from_files(
            fast, args.checkpoint, 'cpu', amp_dtype=torch.bfloat16
        )
    }
    if args.compile:
        compiled = Config(args.cfg.to_dict())
        compiled.model.compile_network = True
        ways['torch compile'] = Predictor.from_files(
            compiled, args.checkpoint, 'cpu'
        )
    return ways


def _time_parts(
    predictor: ExportedPredictor,
    session: TimedSession,
    args: argparse.Namespace,
) -> Parts:
    """Take the medians of the parts of an image over the rounds."""
    rounds = []
    for _ in range(args.rounds):
        start = time.perf_counter()
        inputs = [predictor.load(path) for path in args.files]
        read = time.perf_counter()
        session.seconds = 0.0
        for prepared in inputs:
            predictor.predict([prepared])
        whole = time.perf_counter() - read
        rounds.append((read - start, session.seconds, whole - session.seconds))
    each = 1e3 / len(args.files)
    return Parts(*(each * statistics.median(part) for part in zip(*rounds)))


def describe_people(
    name: str,
    people: Sequence[People],
    wanted: Sequence[People],
    args: argparse.Namespace,
) -> str:
    """Say how people differ from those of torch, and their AP."""
    same = sum(
        a.keypoints.shape == b.keypoints.shape
        and bool((np.abs(a.keypoints - b.keypoints) < 1).all())
        for a, b in zip(people, wanted)
    )
    text = f'{name}: within 1 px on {same} of {len(wanted)}'
    if args.ann_file is None:
        return text
    truth = read_coco(str(args.ann_file))
    places = {image['file_name']: i for i, image in enumerate(truth['images'])}
    taken = [places[path.name] for path in args.files]
    truth = take_images(truth, taken)
    category = truth['categories'][0]['id']
    results = [
        {'image_id': image['id'], 'category_id': category, **record}
        for image, found in zip(truth['images'], people)
        for record in found.to_records()
    ]
    metainfo = args.cfg.test_dataloader.dataset.get('metainfo')
    scores = analyse(truth, results, metainfo).scores
    return f'{text}, AP {scores["AP"]:.4f}'
