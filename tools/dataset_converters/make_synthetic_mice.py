"""Make a small data set of mice, as a labelling tool leaves it.

Pictures show up to three mice from above, with five keypoints each. The
annotation files have what many labelling tools write and nothing more: no
boxes, no areas, no segmentations, text as image ids, category 9, blanks in
file names. docs/custom_dataset.md trains on them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple, Optional

from synthetic_people.arguments import add_data_set_arguments
from synthetic_people.options import SPLITS


def parse_args(argv: Optional[list[str]] = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add_data_set_arguments(parser, {'train': 320, 'val': 60}, (176, 176))
    args = parser.parse_args(argv)
    if min(args.num_train, args.num_val) < 1 or min(args.image_size) < 64:
        parser.error('needs 1 image a split and 64 pixels a side, at least')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import cv2
import numpy as np
from synthetic_people.background import sample_background
from synthetic_people.canvas import Canvas, Layer
from synthetic_people.palette import hsv_colour

KEYPOINTS = ('nose', 'left_ear', 'right_ear', 'body', 'tail_end')
LINKS = ((1, 2), (1, 3), (2, 3), (1, 4), (4, 5))  # COCO counts from 1
CATEGORY = 9
# pictures of 0, 1, 2 and 3 mice
SHARES = (0.1, 0.25, 0.45, 0.2)
# half the length of a mouse, as a share of the picture, and how often a
# place for the next one is looked for
REACH = (0.2, 0.26)
TRIES = 60
SOFT_BACKGROUND = 0.35
_EYE = (30, 20, 20)


class Mouse(NamedTuple):
    """One mouse in the picture.

    Attributes:
        keypoints: (5, 2), (x, y) in pixels, in the order of ``KEYPOINTS``.
        layers: What is painted, the lowest first.
    """

    keypoints: np.ndarray
    layers: list[Layer]


def sample_mouse(
    rng: np.random.Generator, centre: np.ndarray, reach: float
) -> Mouse:
    """Draw a mouse.

    Args:
        rng: Source of randomness.
        centre: Middle (x, y) in pixels, shape (2,).
        reach: Half its length in pixels.

    Returns:
        The mouse, seen from above and walking more or less upwards.
    """
    turn = rng.uniform(-1.0, 1.0)
    forward = np.array([np.sin(turn), -np.cos(turn)])
    # seen from above, the left is on the left of who walks upwards
    right = np.array([-forward[1], forward[0]])
    bend = rng.uniform(-0.5, 0.5)
    # along and across, in units of half the length
    nose, ears, body, rump, tail = (
        centre + reach * (along * forward + across * right)
        for along, across in (
            (1.0, 0.0),
            (0.55, 0.0),
            (0.0, 0.0),
            (-0.35, 0.0),
            (-0.95, bend),
        )
    )
    left_ear, right_ear = (
        ears + reach * side * 0.42 * right for side in (-1, 1)
    )
    coat = hsv_colour(rng.random(), rng.uniform(0.6, 0.9), 0.95)
    rows = [
        (*rump, *tail, 0.09, 0.05),
        (*body, *rump, 0.3, 0.33),
        (*ears, *body, 0.26, 0.28),
        (*ears, *nose, 0.28, 0.1),
        (*left_ear, *left_ear, 0.2, 0.2),
        (*right_ear, *right_ear, 0.2, 0.2),
        (*nose, *nose, 0.1, 0.1),
    ]
    shapes = np.array(rows)
    shapes[:, 4:] *= reach
    colours = [coat] * 6 + [_EYE]
    return Mouse(
        keypoints=np.stack([nose, left_ear, right_ear, body, tail]),
        layers=[Layer(shapes, colours)],
    )


def sample_picture(
    rng: np.random.Generator, size: tuple[int, int]
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Draw a picture of mice that do not touch.

    Args:
        rng: Source of randomness.
        size: (w, h) in pixels.

    Returns:
        The picture uint8 (h, w, 3), BGR, and the keypoints (5, 2) of each of
        its 0 to 3 mice.
    """
    background = sample_background(rng, *size)
    # pale, so that mice stand out
    pale = 255 - SOFT_BACKGROUND * (255 - background.astype(np.float64))
    canvas = Canvas(pale.astype(np.uint8))
    wanted = int(rng.choice(len(SHARES), p=SHARES))
    places: list[tuple[np.ndarray, float]] = []
    people = []
    for _ in range(TRIES):
        if len(places) == wanted:
            break
        reach = rng.uniform(*REACH) * min(size)
        centre = rng.uniform(reach, np.array(size) - reach)
        if any(
            np.hypot(*(centre - other)) < reach + far for other, far in places
        ):
            continue
        places.append((centre, reach))
        mouse = sample_mouse(rng, centre, reach)
        canvas.paint(mouse.layers, len(places), 1.0)
        people.append(mouse.keypoints)
    return canvas.picture(), people


def describe(names: list[str], people: list[list[np.ndarray]]) -> dict:
    """Write down what a labelling tool would.

    Args:
        names: File names of the images.
        people: Keypoints (5, 2) of the mice of each.

    Returns:
        The content of the annotation file.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for name, mice in zip(names, people):
        images.append({'id': Path(name).stem, 'file_name': name})
        for points in mice:
            rows = np.insert(points.round(1), 2, 2, axis=1)
            annotations.append(
                {
                    'id': len(annotations) + 1,
                    'image_id': images[-1]['id'],
                    'category_id': CATEGORY,
                    'keypoints': rows.ravel().tolist(),
                }
            )
    category = {
        'id': CATEGORY,
        'name': 'mouse',
        'keypoints': list(KEYPOINTS),
        'skeleton': [list(link) for link in LINKS],
    }
    return {
        'images': images,
        'annotations': annotations,
        'categories': [category],
    }


def write_split(
    out: Path, split: str, number: int, size: tuple[int, int], seed: int
) -> str:
    """Write the pictures and the annotation file of a split.

    Args:
        out: Folder of the data set.
        split: One of ``SPLITS``.
        number: Pictures.
        size: (w, h) of the pictures in pixels.
        seed: Seed of the random numbers.

    Returns:
        One line that says what was written.
    """
    (out / 'images').mkdir(parents=True, exist_ok=True)
    names, people = [], []
    for i in range(number):
        rng = np.random.default_rng((seed, SPLITS.index(split), i))
        picture, mice = sample_picture(rng, size)
        names.append(f'{split} {i:04d}.png')
        people.append(mice)
        if not cv2.imwrite(str(out / 'images' / names[-1]), picture):
            raise OSError(f'cannot write {out / "images" / names[-1]}')
    content = describe(names, people)
    (out / f'{split}.json').write_text(json.dumps(content) + '\n')
    mice = len(content['annotations'])
    return f'{split}: {number} images, {mice} mice'


def main(argv: Optional[list[str]] = None) -> int:
    """Run the tool.

    Args:
        argv: Arguments without the program name, None for those of the
            process.

    Returns:
        Exit status.
    """
    args = parse_args(argv)
    size = tuple(args.image_size)
    for split, number in zip(SPLITS, (args.num_train, args.num_val)):
        print(write_split(args.out, split, number, size, args.seed))
    return 0


if __name__ == '__main__':
    sys.exit(main())
