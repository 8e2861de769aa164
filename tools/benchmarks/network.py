"""Time of the network's forward pass, plain and with each switch.

Without weights the network is HigherHRNet-W32 with random ones, and the
outputs of all levels are compared. With ``--config``, ``--checkpoint`` and
``--images`` it is a trained one, and the people on the images are compared,
too.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

from _command import CONFIG, build_parser


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = build_parser(__doc__.splitlines()[0])
    parser.set_defaults(rounds=5)
    add = parser.add_argument
    add('--size', type=int, nargs='+', default=[256], help='sides of images')
    add('--device', default='cpu', help='device of torch')
    add(
        '--compile',
        action='store_true',
        help='also torch.compile, which takes minutes to begin with',
    )
    add(
        '--train',
        type=int,
        metavar='IMAGES',
        help='also a forward and backward pass of so many images at once',
    )
    add('--config', default=str(CONFIG), help='config file')
    add('--checkpoint', help='weights; random ones without')
    add('--images', type=Path, help='folder of images to find people on')
    add('--limit', type=int, default=16, help='images at most')
    args = parser.parse_args(argv)
    if args.train is not None and args.train < 1:
        parser.error(f'--train must be positive, got {args.train}')
    if args.images and not args.checkpoint:
        parser.error('--images needs a trained network: give --checkpoint')
    if any(side < 64 or side % 32 for side in args.size):
        parser.error(f'--size must be multiples of 32 from 64: {args.size}')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import numpy as np
import torch
from _command import report, require
from _networks import (
    CLOSE,
    TRAINED,
    Maps,
    Switch,
    largest_difference,
    make_switches,
    model_builder,
    training_pass,
)
from _timing import Row, compare, use_one_thread
from mmengine.registry import init_default_scope
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from higherhrnet_plugin.images.formats import IMAGE_SUFFIXES
from higherhrnet_plugin.inference.model import choose_device
from higherhrnet_plugin.inference.predictor import People, Predictor


def measure_switches(
    switches: dict[str, Switch],
    image: Tensor,
    rounds: int,
    notes: dict[str, str],
) -> list[Row]:
    """Compare the maps of an image (1, 3, H, W), then time them."""
    plain = switches['plain']
    size = f'{image.shape[-1]}x{image.shape[-2]}'
    expected = plain.run(image)
    rows = []
    for name, switch in switches.items():
        if name == 'plain':
            continue
        gap = largest_difference(switch.run(image), expected)
        require(gap <= switch.tolerance, f'{name}, {size}: {gap:.1e}')
        rows.append(
            compare(
                f'{name}, {size}',
                lambda run=switch.run: run(image),
                {'plain': lambda: plain.run(image)},
                rounds,
                '; '.join(filter(None, [f'{gap:.0e} off', notes.get(name)])),
                image.is_cuda,
            )
        )
    return rows


def measure_flip(run: Callable, image: Tensor, rounds: int) -> Row:
    """Time an image and its mirror image as one batch."""

    def together() -> Maps:
        return run(torch.cat((image, image.flip(-1))))

    def apart() -> list[Maps]:
        return [run(image), run(image.flip(-1))]

    both = [torch.cat(pair) for pair in zip(*apart())]
    gap = largest_difference(together(), both)
    size = f'{image.shape[-1]}x{image.shape[-2]}'
    require(gap <= CLOSE, f'flip in one batch, {size}: {gap:.1e}')
    return compare(
        f'flip in one batch, {size}',
        together,
        {'two passes': apart},
        rounds,
        f'{gap:.0e} off',
        image.is_cuda,
    )


def measure_training(
    switches: dict[str, Switch], images: Tensor, rounds: int
) -> list[Row]:
    """Time a forward and a backward pass of images (B, 3, H, W)."""
    passes = {name: training_pass(s) for name, s in switches.items()}
    plain = passes.pop('plain')
    count, _, height, width = images.shape
    expected = plain(images)
    rows = []
    for name, run in passes.items():
        gap = float((run(images) - expected).norm() / expected.norm())
        limit = TRAINED[switches[name].amp is not None]
        require(gap <= limit, f'gradients, {name}: {gap:.1e}')
        rows.append(
            compare(
                f'training, {name}, {count} of {width}x{height}',
                lambda run=run: run(images),
                {'plain': lambda: plain(images)},
                rounds,
                f'gradient {gap:.0e} off',
                images.is_cuda,
            )
        )
    return rows


def keypoint_distances(found: People, expected: People) -> np.ndarray:
    """Measure how far the people of an image are off.

    Args:
        found (People): N people.
        expected (People): As many, in any order.

    Returns:
        np.ndarray: float (M,), of the keypoints that both have, pixels.
    """
    gaps = found.keypoints[:, None] - expected.keypoints[None]
    rows, columns = linear_sum_assignment(
        np.linalg.norm(gaps, axis=-1).mean(axis=-1)
    )
    seen = (found.keypoint_scores[rows] > 0) & (
        expected.keypoint_scores[columns] > 0
    )
    return np.linalg.norm(gaps[rows, columns], axis=-1)[seen]


def compare_people(found: list[People], expected: list[People]) -> str:
    """Tell how far people of mixed precision are off.

    Args:
        found (list[People]): Of each image.
        expected (list[People]): The same in float32.

    Returns:
        str: how many images have the same number of people, and the
        distances of the keypoints of those, pixels of the image.
    """
    pairs = [
        (a, b)
        for a, b in zip(found, expected)
        if len(a.scores) == len(b.scores)
    ]
    text = f'same number of people on {len(pairs)} of {len(found)} images'
    gaps = [keypoint_distances(*pair) for pair in pairs]
    distances = np.concatenate([*gaps, np.zeros(0)])
    if not len(distances):
        return text
    middle, most, worst = np.quantile(distances, (0.5, 0.99, 1))
    return (
        f'{text}, keypoints off by {middle:.2g} px (median), {most:.2g} '
        f'(99 %), {worst:.2g} (largest)'
    )


def check_people(
    switches: dict[str, Switch], files: Sequence[Path]
) -> dict[str, str]:
    """Compare the people of every switch with the plain ones.

    Args:
        switches (dict): As of :func:`make_switches`, of a trained network.
        files (Sequence[Path]): Images.

    Returns:
        dict[str, str]: what was found, by switch.

    Raises:
        SystemExit: If a switch without mixed precision changes the number of
            people.
    """
    people = {}
    for name, switch in switches.items():
        predictor = Predictor(switch.model, switch.amp)
        people[name] = [
            predictor.predict([predictor.load(str(file))])[0] for file in files
        ]
    expected = people.pop('plain')
    for name, found in people.items():
        same = [len(a.scores) for a in found] == [
            len(b.scores) for b in expected
        ]
        exact = switches[name].amp is None
        require(same or not exact, f'number of people, {name}')
    return {
        name: compare_people(found, expected) for name, found in people.items()
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    args = parse_args(argv)
    use_one_thread()
    torch.manual_seed(args.seed)
    init_default_scope('mmpose')
    device = choose_device(args.device)
    switches = make_switches(model_builder(args, device), device, args.compile)
    notes: dict[str, str] = {}
    if args.images:
        files = sorted(
            f
            for f in args.images.iterdir()
            if f.suffix.lower() in IMAGE_SUFFIXES
        )[: args.limit]
        require(bool(files), f'no images in {args.images}')
        notes = check_people(switches, files)
    rows, flips = [], []
    for side in args.size:
        image = torch.randn(1, 3, side, side, device=device)
        rows += measure_switches(switches, image, args.rounds, notes)
        if args.train:
            images = torch.randn(args.train, 3, side, side, device=device)
            rows += measure_training(switches, images, args.rounds)
        flips.append(measure_flip(switches['plain'].run, image, args.rounds))
    report(rows + flips, args.out)


if __name__ == '__main__':
    main()
