"""Write a small annotation file with the first images that show people.

Images are taken in file order if every person on them has labelled keypoints
and a certain size. The file is read and repaired as for training, and what is
written is the repaired content. The pictures stay where they are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('source', type=Path, help='COCO keypoint file')
    parser.add_argument('target', type=Path, help='file to write')
    parser.add_argument(
        '--num', type=int, default=8, help='images to take (default: 8)'
    )
    parser.add_argument(
        '--min-area',
        type=float,
        default=4000,
        help='smallest person in pixels (default: 4000)',
    )
    parser.add_argument(
        '--img-dir',
        type=Path,
        help='folder of the images, for files that lack their sizes or spell '
        'their names otherwise (default: not looked at)',
    )
    parser.add_argument(
        '--num-keypoints',
        type=int,
        help='number of keypoints (default: that of the file)',
    )
    parser.add_argument(
        '--category',
        help="id or name of the category, or 'all' (default: the only one "
        'that fits)',
    )
    args = parser.parse_args()
    if args.num < 1:
        parser.error(f'--num must be at least 1, got {args.num}')
    if args.source.resolve() == args.target.resolve():
        parser.error(
            f'{args.target} is the source itself; name another file to write'
        )
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from higherhrnet_plugin.analysis.checking.settings import settings_of_file
from higherhrnet_plugin.datasets.coco_repair import (
    RepairReport,
    load_coco,
    take_images,
)
from higherhrnet_plugin.files import write_whole


def read_repaired(
    args: argparse.Namespace,
) -> tuple[dict[str, Any], RepairReport]:
    """Read and repair the source, as the data sets do.

    Args:
        args: Parsed arguments.

    Returns:
        The content, and what was done to it.

    Raises:
        ValueError: If it cannot be repaired, or has no annotations.
        OSError: If it cannot be read, or images are missing.
    """
    settings = settings_of_file(
        *(args.source, args.img_dir or Path()),
        args.num_keypoints,
        args.category,
    )
    settings.num_keypoints = args.num_keypoints or settings.num_keypoints
    settings.category = args.category
    options = settings.options('error' if args.img_dir else 'ignore')
    content, report = load_coco(str(args.source), options)
    if 'annotations' not in content:
        raise ValueError(
            f'annotation file {str(args.source)!r} has no `annotations`, so '
            'no image shows people; name one that has'
        )
    return content, report


def take_subset(
    coco: dict[str, Any], num: int, min_area: float
) -> dict[str, Any]:
    """Take the first images on which all people are labelled.

    Args:
        coco (dict): Repaired content of a COCO keypoint file.
        num (int): Number of images to take.
        min_area (float): Smallest area of a person, in pixels.

    Returns:
        dict: the same content with these images and their annotations.

    Raises:
        ValueError: If there are fewer such images.
    """
    people = defaultdict(list)
    for annotation in coco['annotations']:
        people[annotation['image_id']].append(annotation)
    places = [
        place
        for place, image in enumerate(coco['images'])
        if people[image['id']]
        and all(
            person['num_keypoints']
            and not person['iscrowd']
            and person['area'] >= min_area
            for person in people[image['id']]
        )
    ][:num]
    if len(places) < num:
        raise ValueError(
            f'only {len(places)} images show nothing but people of at least '
            f'{min_area:g} pixels with labelled keypoints; lower --num or '
            '--min-area'
        )
    return take_images(coco, places)


def main() -> None:
    """Run the tool."""
    args = parse_args()
    try:
        coco, report = read_repaired(args)
        lines = report.lines()
        if len(lines) > 1:
            print('\n'.join(lines))
        subset = take_subset(coco, args.num, args.min_area)
    except (OSError, ValueError) as error:
        text = str(error)
        named = text if str(args.source) in text else f'{args.source}: {text}'
        raise SystemExit(f'error: {named}') from error
    write_whole(args.target, json.dumps(subset))
    print(
        f'{len(subset["images"])} images with {len(subset["annotations"])} '
        f'people in {args.target}'
    )


if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from _exit import run_tool

    run_tool(main)
