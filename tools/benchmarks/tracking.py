"""How well numbers stay with people, ours beside trackers of a library.

Videos of generated people who move along known ways are tracked from people
that were made from the truth, with faults, or found by a network on the drawn
frames (--model). ``trackers`` must be installed for others than ours; its
scores must then equal ours.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from higherhrnet_plugin.structures.people import People

# ours and ours without one of its parts; the peers are those of the library
OURS: dict[str, dict[str, Any]] = {
    'ours': {},
    'no tags': dict(tag_weight=0.0),
    'no scores': dict(min_score=0.0),
    'one round': dict(widening=1.0),
    'memory of 10': dict(max_age=10),
}
PEERS = ('bytetrack', 'ocsort', 'botsort', 'cbiou')
SITUATIONS = (
    *('walking', 'crossing', 'occlusion', 'returning', 'twenty', 'shake'),
    *('slow', 'dancing', 'missed', 'false'),
)
FIGURES = ('IDF1', 'HOTA', 'AssA', 'switches', 'fragments')


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add('--seeds', type=int, default=10, help='videos of each situation')
    add('--first-seed', type=int, default=100, help='of the first video')
    add(
        '--situations',
        nargs='+',
        choices=SITUATIONS,
        default=list(SITUATIONS),
        metavar='NAME',
        help='these alone',
    )
    add(
        '--trackers',
        nargs='+',
        choices=(*OURS, *PEERS),
        default=list(OURS),
        metavar='NAME',
        help=f'of {", ".join((*OURS, *PEERS))}',
    )
    add(
        '--model',
        nargs=2,
        metavar=('CONFIG', 'WEIGHTS'),
        help='find people by this network',
    )
    add('--device', default='cpu', help='of the network')
    add(
        '--min-score',
        type=float,
        default=0.0,
        help='leave out people with a lower score before all trackers',
    )
    add(
        '--smoothing',
        action='store_true',
        help='measure --smooth of the command instead',
    )
    add('--out', help='JSON file for the figures')
    args = parser.parse_args(argv)
    if args.seeds < 1:
        parser.error(f'--seeds must be 1 or more, got {args.seeds}')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import numpy as np
from _command import require
from _tables import to_table
from tqdm import tqdm
from tracking_parts.filters import measure_smoothing
from tracking_parts.noise import NOISE, Noise, find_people
from tracking_parts.peers import library_scores, make_peer
from tracking_parts.scores import compare, score
from tracking_parts.situations import make_video
from tracking_parts.videos import Truth, Video

from higherhrnet_plugin.structures.coco import SIGMAS
from higherhrnet_plugin.tracking import PoseTracker

Frames = list[tuple[Truth, 'People']]
Tracker = Callable[['People'], 'np.ndarray']
# of the videos for a network; the demo model has seen 256 x 256
_DRAWN_SIZE = (448, 256)


def make_tracker(name: str, rate: float) -> Tracker:
    """Make one of the trackers.

    Args:
        name (str): Of ``OURS`` or ``PEERS``.
        rate (float): Frames a second.

    Returns:
        Callable: from the people of the next frame to numbers, below 0 for
        nobody.
    """
    if name in PEERS:
        return make_peer(name, rate)
    tracker = PoseTracker(SIGMAS, **OURS[name])

    def update(people: People) -> np.ndarray:
        scores = None if name == 'no scores' else people.scores
        numbers = tracker.update(
            people.keypoints, people.keypoint_scores, people.tags, scores
        )
        return np.where(numbers > 0, numbers, -1)

    return update


def find(
    args: argparse.Namespace, predictor: Any, name: str, seed: int
) -> tuple[Video, Frames]:
    """Find the people of a video."""
    if predictor is None:
        video = make_video(name, seed)
        rng = np.random.default_rng(seed)
        frames = list(find_people(video, NOISE.get(name, Noise()), rng))
    else:
        video = make_video(name, seed, _DRAWN_SIZE)
        found = predictor(list(video.draw(seed)), batch_size=8)
        frames = list(zip(video.truths(), found))
    least = args.min_score
    return video, [
        (truth, people.take(np.flatnonzero(people.scores >= least)))
        for truth, people in frames
    ]


def measure(args: argparse.Namespace) -> dict[str, dict[str, list[Any]]]:
    """Track all videos; return figures by situation and tracker."""
    predictor = None
    if args.model:
        from higherhrnet_plugin.inference import Predictor

        predictor = Predictor.from_files(*args.model, device=args.device)
    figures: dict[str, dict[str, list[Any]]] = {}
    for name in args.situations:
        rows: dict[str, list[Any]] = {t: [] for t in args.trackers}
        for seed in tqdm(range(args.seeds), name, leave=False):
            video, frames = find(args, predictor, name, args.first_seed + seed)
            truths = [truth for truth, _ in frames]
            found = [people for _, people in frames]
            for tracker in args.trackers:
                update = make_tracker(tracker, video.rate)
                numbers = [update(people) for people in found]
                pairs = compare(truths, found, numbers, np.array(SIGMAS))
                scores = score(pairs)
                if set(args.trackers) & set(PEERS):
                    check(scores, library_scores(pairs))
                rows[tracker].append(scores)
        figures[name] = rows
    return figures


def check(mine: dict[str, float], theirs: dict[str, float]) -> None:
    """Stop if the library scores otherwise."""
    gap = max(abs(value - theirs[key]) for key, value in mine.items())
    require(gap < 1e-9, f'scores {mine} and {theirs}')


def show(figures: dict[str, dict[str, list[Any]]]) -> str:
    """Write a table a figure, means and deviations over the videos."""
    tables = []
    for key in FIGURES:
        rows = []
        for name, trackers in figures.items():
            row = {key: name}
            values = {
                tracker: np.array([scores[key] for scores in videos])
                for tracker, videos in trackers.items()
            }
            first = next(iter(values.values()))
            for tracker, numbers in values.items():
                digits = 1 if key in ('switches', 'fragments') else 3
                text = (
                    f'{numbers.mean():.{digits}f} ± {numbers.std():.{digits}f}'
                )
                if numbers is not first:
                    better, worse = first > numbers, first < numbers
                    if key in ('switches', 'fragments'):
                        better, worse = worse, better
                    text += f' ({better.sum()}:{worse.sum()})'
                row[tracker] = text
            rows.append(row)
        tables.append(to_table(rows))
    return '\n\n'.join(tables)


def show_smoothing(rows: Sequence[dict[str, Any]]) -> str:
    """Write the table of ``--smoothing``, means over the videos."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    keys = ('situation', 'noise', 'way')
    for row in rows:
        groups.setdefault(tuple(row[k] for k in keys), []).append(row)
    return to_table(
        [
            {
                **dict(zip(keys, names)),
                **{
                    key: f'{np.mean([row[key] for row in group]):.2f}'
                    for key in ('error', 'trembling', 'lag')
                },
            }
            for names, group in groups.items()
        ]
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    args = parse_args(argv)
    content: Any
    if args.smoothing:
        content = [
            {'situation': name, 'seed': seed, **row}
            for name in args.situations
            for seed in range(args.first_seed, args.first_seed + args.seeds)
            for row in measure_smoothing(seed, name)
        ]
        print(show_smoothing(content))
    else:
        content = measure(args)
        print(show(content))
        print(
            f'\nmean ± deviation over {args.seeds} videos; in brackets on how '
            f'many {args.trackers[0]} is better and worse'
        )
    if args.out:
        Path(args.out).write_text(json.dumps(content, indent=1) + '\n')


if __name__ == '__main__':
    main()
