"""Write a small annotation file with the first images that show people.

Images are taken in file order if every person on them has labelled keypoints
and a certain size. The pictures stay where they are.
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
    return parser.parse_args()


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from higherhrnet_plugin.datasets.coco_repair import read_coco


def take_subset(
    coco: dict[str, Any], num: int, min_area: float
) -> dict[str, Any]:
    """Take the first images on which all people are labelled.

    Args:
        coco (dict): Content of a COCO keypoint file.
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
    images = [
        image
        for image in coco['images']
        if people[image['id']]
        and all(
            person['num_keypoints'] and person['area'] >= min_area
            for person in people[image['id']]
        )
    ][:num]
    if len(images) < num:
        raise ValueError(
            f'only {len(images)} images show nothing but people of at least '
            f'{min_area:g} pixels with labelled keypoints; lower --num or '
            '--min-area'
        )
    kept = {image['id'] for image in images}
    annotations = [a for a in coco['annotations'] if a['image_id'] in kept]
    return {**coco, 'images': images, 'annotations': annotations}


def main() -> None:
    """Run the tool."""
    args = parse_args()
    try:
        coco = read_coco(str(args.source))
        subset = take_subset(coco, args.num, args.min_area)
    except (OSError, KeyError, ValueError) as error:
        raise SystemExit(f'error: {args.source}: {error}') from error
    args.target.write_text(json.dumps(subset))
    print(
        f'{len(subset["images"])} images with {len(subset["annotations"])} '
        f'people in {args.target}'
    )


if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from _exit import run_tool

    run_tool(main)
