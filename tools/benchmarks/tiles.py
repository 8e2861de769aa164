"""Large images in tiles: AP, doubles, time, memory, and tags across tiles.

Mosaics of the validation images of a data set of `make_synthetic_people.py`
are tested as a whole and in tiles. See docs/tiles.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

# of tiles: image pixels for an input pixel, overlap, the whole image, too
GRIDS = (
    (2, 0.25, False),
    (2, 0.25, True),
    (2, 0.5, False),
    (2, 0.5, True),
    (1.5, 0.25, False),
    (1, 0.25, False),
)
# whole images, by how many times the input size of the config
WHOLE = (1, 4)


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add('config', type=Path, help='such as work_dirs/demo/config.py')
    add('weights', type=Path, help='such as work_dirs/demo/model.pth')
    add('data', type=Path, help='such as data/synthetic_people')
    add('--mosaics', type=int, default=8, help='of 4 to 4 images')
    add('--seed', type=int, default=0, help='of their order')
    add('--out', type=Path, help='JSON file for figures and machine')
    add('--memory', metavar='WxH', help='measure one image of this size alone')
    add('--thresholds', action='store_true', help='of merging, and the tags')
    return parser.parse_args(argv)


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import json
import time
from typing import Any

import numpy as np
from _accuracy_scores import average_precision
from _command import size_of
from _decode_memory import added_memory
from _mosaics import compose
from _tables import to_table
from _tile_pairs import TileViews, look, pair_rows
from _timing import describe_machine, use_one_thread

from higherhrnet_plugin.analysis.coco_scores import CocoEvaluation
from higherhrnet_plugin.datasets.coco_repair import read_coco
from higherhrnet_plugin.files import write_whole
from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.inference.model import read_config, set_tiles
from higherhrnet_plugin.structures import tile_merging
from higherhrnet_plugin.structures.people import People
from higherhrnet_plugin.structures.sizes import parse_size
from higherhrnet_plugin.structures.tile_merging import merge_tiles

# by the root of the area that is seen, in pixels of the mosaic
SIDES = {
    'AP': (0, 1e5),
    'below 32 px': (0, 32),
    '32 to 96 px': (32, 96),
    '96 to 192 px': (96, 192),
    'above': (192, 1e5),
}
# image pixels for an input pixel, which suits the demo's people
PIXELS = 2
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.95)


def open_predictor(
    args: argparse.Namespace, enlarged: int = 1, **tiles: Any
) -> Predictor:
    """Open the network, with another input size or with tiles."""
    cfg = read_config(args.config)
    if enlarged > 1:
        w, h = parse_size('input_size', cfg.codec.input_size, square=True)
        resize = cfg.test_dataloader.dataset.pipeline[1]
        resize.input_size = w * enlarged, h * enlarged
    set_tiles(cfg, tiles)
    return Predictor.from_files(cfg, args.weights, 'cpu')


def score(
    people: Sequence[People],
    content: dict[str, Any],
    sigmas: Sequence[float],
) -> dict[str, Any]:
    """Score the people of all mosaics: AP in percent, and their number."""
    rows = [
        {'image_id': i, 'category_id': 1, **record}
        for i, found in enumerate(people, 1)
        for record in found.to_records()
    ]
    sizes = {name: (a**2, b**2) for name, (a, b) in SIDES.items()}
    coco = CocoEvaluation(content, rows, sigmas, sizes=sizes)
    once = np.ones(len(people), int)
    scores = {
        name: 100 * average_precision(coco.matches(name), once)
        for name in sizes
    }
    return {**scores, 'people found': len(rows)}


def measure(
    args: argparse.Namespace,
    mosaics: Sequence[np.ndarray],
    content: dict[str, Any],
) -> list[dict[str, Any]]:
    """Test the mosaics as a whole and in tiles."""
    ways: list[tuple[str, Predictor]] = [
        (f'whole, input {n} times', open_predictor(args, n)) for n in WHOLE
    ]
    for pixels, overlap, whole in GRIDS:
        name = f'tiles, 1:{pixels:g}, overlap {overlap:g}' + ', whole' * whole
        options = dict(pixels=pixels, overlap=overlap, whole=whole)
        ways.append((name, open_predictor(args, **options)))
    rows = []
    for name, predictor in ways:
        loaded = predictor.load(mosaics[0]).data['data_samples']
        tiles = loaded.metainfo.get('tiles')
        predictor.predict([predictor.load(mosaics[0])])
        start = time.process_time()
        people = [predictor(mosaic) for mosaic in mosaics]
        spent = (time.process_time() - start) / len(mosaics)
        scores = score(people, content, predictor.dataset_meta['sigmas'])
        seconds = {'inputs': len(tiles or [0]), 's an image': spent}
        rows.append({'way': name, **scores, **seconds})
        print(to_table(rows[-1:]).splitlines()[-1], flush=True)
    return rows


def compare_thresholds(
    views: Sequence[TileViews],
    content: dict[str, Any],
    sigmas: Sequence[float],
) -> list[dict[str, Any]]:
    """Merge the same people of tiles by several thresholds."""
    rows = []
    for threshold in THRESHOLDS:
        tile_merging.SAME_PERSON = threshold
        people = [
            merge_tiles(v.people, v.boxes, v.size, np.array(sigmas))
            for v in views
        ]
        rows.append({'threshold': threshold, **score(people, content, sigmas)})
    return rows


def measure_memory(args: argparse.Namespace) -> dict[str, Any]:
    """Measure what the test of one large image adds to what is resident."""
    width, height = size_of(args.memory)
    predictor = open_predictor(args, pixels=PIXELS)
    source, folder = read_data(args.data)
    side = 4 * source['images'][0]['width']
    cells = 4 * -(-max(width, height) // side)
    (image,), _ = compose(source, folder, cells, args.seed, 1)
    image = image[:height, :width].copy()
    # what is made once stays
    predictor(image[:300, :300])
    found: list[People] = []
    start = time.process_time()
    added = added_memory(lambda: found.append(predictor(image)))
    spent = time.process_time() - start
    tiles = predictor.load(image).data['data_samples'].tiles
    return {
        'image': args.memory,
        'image, MiB': image.nbytes / 2**20,
        'tiles': len(tiles),
        'people found': len(found[0].scores),
        'memory added, MiB': added,
        'time, s': spent,
    }


def read_data(folder: Path) -> tuple[dict[str, Any], Path]:
    """Read the annotations of the validation images, and name their folder."""
    path = folder / 'annotations' / 'person_keypoints_val.json'
    return read_coco(str(path)), folder / 'val'


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    args = parse_args(argv)
    use_one_thread()
    tables = []
    if args.memory:
        tables.append([measure_memory(args)])
    else:
        source, folder = read_data(args.data)
        mosaics, content = compose(source, folder, 4, args.seed, args.mosaics)
        people = sum(a['num_keypoints'] > 0 for a in content['annotations'])
        print(f'{len(mosaics)} mosaics, {people} people')
        if args.thresholds:
            predictor = open_predictor(args)
            sigmas = predictor.dataset_meta['sigmas']
            views = [look(predictor, mosaic) for mosaic in mosaics]
            tables.append(pair_rows(views, content, sigmas))
            tables.append(compare_thresholds(views, content, sigmas))
        else:
            tables.append(measure(args, mosaics, content))
    for rows in tables:
        print('\n' + to_table(rows))
    machine = describe_machine()
    print(', '.join(f'{key} {value}' for key, value in machine.items()))
    if args.out:
        text = json.dumps({'machine': machine, 'tables': tables}, indent=2)
        write_whole(args.out, text + '\n')


if __name__ == '__main__':
    main()
