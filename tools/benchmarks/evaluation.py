"""Time and figures of the packages that score keypoints.

Compares the plugin's classes on pycocotools with xtcocotools, faster-coco-eval
and xthotcoco, those that are installed, on made-up people: from a file of
annotations and one of results to the scores. Stops with an error when the
plugin's scores are not those of xtcocotools.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Callable, NamedTuple

from _command import build_parser
from _scored_people import BENCHMARKS


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = build_parser(__doc__.splitlines()[0])
    parser.set_defaults(rounds=3)
    parser.add_argument(
        '--images', type=int, default=5000, help='as many as val2017 of COCO'
    )
    parser.add_argument(
        '--timed',
        nargs='+',
        choices=list(BENCHMARKS),
        default=['coco'],
        help='what is timed on these images',
    )
    parser.add_argument(
        '--compared', type=int, default=100, help='images to compare scores on'
    )
    return parser.parse_args(argv)


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import numpy as np
from _command import report, require
from _evaluators import installed_peers, score_ours
from _scored_people import make_scenes
from _timing import Row, compare, use_one_thread

TOLERANCE = 1e-12
VARIANTS: dict[str, dict[str, Any]] = {
    'distinct scores': {},
    'equal scores': dict(ties=True),
    'some people without scores of keypoints': dict(unscored=0.02),
}


class Scored(NamedTuple):
    """One data set, scored by all packages.

    Attributes:
        functions (dict[str, Callable]): What scores it, by package.
        scores (dict[str, np.ndarray | None]): What that gave, or None.
    """

    functions: dict[str, Callable[[], np.ndarray | None]]
    scores: dict[str, np.ndarray | None]

    def differences(self) -> dict[str, float | None]:
        """Compare with xtcocotools, where it is not there with ours."""
        reference = self.scores.get('xtcocotools', self.scores['ours'])
        return {
            name: None
            if found is None
            else float(np.abs(found - reference).max())
            for name, found in self.scores.items()
        }


def score(
    folder: Path, name: str, images: int, seed: int, **options: Any
) -> Scored:
    """Make up a data set and score it with all packages.

    Args:
        folder (Path): Where the files go.
        name (str): Key of ``BENCHMARKS``.
        images (int): Number of images.
        seed (int): Random seed.
        **options (Any): Of :func:`make_scenes`.

    Returns:
        Scored: the scores.
    """
    scenes = make_scenes(name, images, seed, **options)
    files = [folder / 'truth.json', folder / 'found.json']
    for file, content in zip(files, scenes):
        file.write_text(json.dumps(content))
    functions = {
        peer: partial(function, *files, *scenes[2:])
        for peer, function in {
            'ours': score_ours,
            **installed_peers(),
        }.items()
    }
    scored = Scored(functions, {k: run() for k, run in functions.items()})
    difference = scored.differences()['ours']
    require(
        difference is not None and difference <= TOLERANCE,
        f'scores of {name}',
    )
    return scored


def compare_figures(arguments: argparse.Namespace) -> str:
    """Write the largest difference of any score as a table."""
    peers = ['ours', *installed_peers()]
    lines = [['Scores', *peers], ['---', *['---:'] * len(peers)]]
    for name in BENCHMARKS:
        for variant, options in VARIANTS.items():
            with tempfile.TemporaryDirectory() as folder:
                found = score(
                    Path(folder),
                    name,
                    arguments.compared,
                    arguments.seed,
                    **options,
                ).differences()
            cells = [
                '-' if value is None else f'{value:.1g}'
                for value in found.values()
            ]
            lines.append([f'{name}, {variant}', *cells])
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def measure(name: str, arguments: argparse.Namespace) -> Row:
    """Time one data set."""
    with tempfile.TemporaryDirectory() as folder:
        functions, scores = score(
            Path(folder), name, arguments.images, arguments.seed
        )
        ours = functions.pop('ours')
        able = {k: f for k, f in functions.items() if scores[k] is not None}
        first = scores['ours']
        note = '' if first is None else f'AP {first[0]:.3f}'
        title = f'{name}, {arguments.images} images'
        return compare(title, ours, able, arguments.rounds, note)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    arguments = parse_args(argv)
    use_one_thread()
    print('Largest difference of a score from those of xtcocotools:\n')
    print(compare_figures(arguments), end='\n\n')
    rows = [measure(name, arguments) for name in arguments.timed]
    report(rows, arguments.out)


if __name__ == '__main__':
    main()
