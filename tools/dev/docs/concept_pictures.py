"""Draw the pictures of docs/concepts.md with a model of `make demo`.

What they show comes from the functions that the package runs: placement of the
image, targets, network, aggregation and decoding.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    demo, data = Path('work_dirs/demo'), Path('data/synthetic_people')
    parser.add_argument('--config', type=Path, default=demo / 'config.py')
    parser.add_argument('--weights', type=Path, default=demo / 'model.pth')
    parser.add_argument('--data', type=Path, default=data)
    parser.add_argument(
        '--image', type=int, default=1000085, help='id of a validation image'
    )
    parser.add_argument(
        '--out', type=Path, default=Path('docs'), help='folder'
    )
    return parser.parse_args()


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import json

import numpy as np
import torch
from matplotlib.figure import Figure

from higherhrnet_plugin.codecs.decoding.merging import merge_levels
from higherhrnet_plugin.codecs.decoding.resizing import (
    resize_maps,
    unflip_maps,
)
from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.visualization.drawing import person_color

# the keypoint whose maps are shown: on the left side, so that mirroring shows
KEYPOINT = 'left_shoulder'
EDGE = 'white'


class Scene:
    """An image, its people, and what the network makes of it.

    Attributes:
        image (np.ndarray): uint8 (h, w, 3), RGB, the network's input.
        keypoints (np.ndarray): (N, K, 2), (x, y) in input pixels.
        labelled (np.ndarray): bool (N, K).
        outputs (list): levels of the plain and of the mirrored input.
        people (People): what is found, in image pixels.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.predictor = Predictor.from_files(args.config, args.weights, 'cpu')
        self.model = self.predictor.model
        self.meta = self.model.dataset_meta
        name, annotations = _read(args.data, args.image)
        loaded = self.predictor.load(args.data / 'val' / name)
        inputs: Any = loaded.data['inputs']
        self.image = inputs.permute(1, 2, 0).numpy()[..., ::-1]
        self.outputs: list = []
        head = self.model.head
        hook = head.register_forward_hook(
            lambda _, __, levels: self.outputs.append(levels)
        )
        (self.people,) = self.predictor.predict([loaded])
        hook.remove()
        points = np.array(annotations, float).reshape(len(annotations), -1, 3)
        self.labelled = points[..., 2] > 0
        to_input = loaded.data['data_samples'].metainfo
        self.to_image = np.array(to_input['input_scale']) / np.array(
            to_input['input_size']
        )
        self.keypoints = points[..., :2] / self.to_image

    @property
    def index(self) -> int:
        """int: place of ``KEYPOINT``."""
        return self.meta['keypoint_name2id'][KEYPOINT]


def _read(data: Path, image: int) -> tuple[str, list]:
    """Read the name of an image and the keypoints of its people."""
    file = data / 'annotations' / 'person_keypoints_val.json'
    content = json.loads(file.read_text(encoding='utf-8'))
    (name,) = (i['file_name'] for i in content['images'] if i['id'] == image)
    return name, [
        a['keypoints']
        for a in content['annotations']
        if a['image_id'] == image
    ]


def draw_pyramid(scene: Scene) -> Figure:
    """Show targets and outputs of both levels, in the size of the input."""
    targets = scene.model.head.codec.encode(
        scene.keypoints, scene.labelled.astype(float)
    )
    figure, axes = _panels(2, 4, 10.4, 5.6)
    side = scene.image.shape[0]
    shoulder = scene.index
    rows = (
        [np.asarray(h).max(0) for h in targets['heatmaps']],
        [h[0].numpy().max(0) for h, _ in scene.outputs[0]],
    )
    tags = scene.outputs[0][0][1][0, shoulder].numpy()
    for row, maps, name in zip(axes, rows, ('target', 'network')):
        _show(row[0], scene.image, f'input, {side} x {side}', side)
        for level, values in enumerate(maps):
            h, w = values.shape
            title = f'{name}: heatmaps, level {level}\n{w} x {h} cells'
            _show(row[1 + 2 * level], values, title, side, 'magma', (0, 1))
    _cells(axes[0, 2], scene, side)
    title = f'network: tags of {KEYPOINT}\nlevel 0, {len(tags)} x {len(tags)}'
    _show(axes[1, 2], tags, title, side, 'viridis')
    return figure


def _cells(axis: Any, scene: Scene, side: int) -> None:
    """Show which cells of level 0 carry the tags of which person."""
    _show(axis, scene.image, 'target: cells whose tags are\none person', side)
    cell = 4
    for i, (points, labelled) in enumerate(
        zip(scene.keypoints, scene.labelled)
    ):
        for x, y in points[labelled]:
            corner = int(x / cell) * cell, int(y / cell) * cell
            axis.add_patch(_square(corner, cell, _color(i)))


def draw_aggregation(scene: Scene) -> Figure:
    """Show how levels and flips become one map of a keypoint."""
    figure, axes = _panels(2, 4, 10.4, 5.6)
    side = scene.image.shape[0]
    swap = scene.meta['flip_indices']
    (plain, mirrored), k = scene.outputs, scene.index
    back = [unflip_maps(h, swap) for h, _ in mirrored]
    whole = (side, side)
    merged = resize_maps(merge_levels(plain)[0], whole)
    result, _ = scene.model.head.decoder.aggregate(
        [[plain, mirrored]], [1], whole, swap
    )
    names = [
        *(
            f'level {i}, {len(h[0, k])} x {len(h[0, k])}'
            for i, (h, _) in enumerate(plain)
        ),
    ]
    pictures = [
        (plain[0][0], names[0]),
        (plain[1][0], names[1]),
        (merged, f'mean of the levels,\nenlarged to {side} x {side}'),
        (mirrored[1][0], 'level 1 of the mirrored input'),
        (back[0], 'level 0 of the mirrored input,\nmirrored back'),
        (back[1], 'level 1 of the mirrored input,\nmirrored back'),
        (result, 'mean of both, of which\npeaks are taken'),
    ]
    places = [(0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (1, 3)]
    _show(axes[0, 0], scene.image, f'input; all maps: {KEYPOINT}', side)
    for place, (maps, title) in zip(places, pictures):
        index = k
        if place == (1, 0):
            # in a mirrored image the left shoulder looks like a right one
            index = swap[k]
            title += f'\n({scene.meta["keypoint_id2name"][index]})'
        values = maps[0, index].numpy()
        _show(axes[place], values, title, side, 'magma', (0, 1))
    found = scene.people.keypoints[:, k] / scene.to_image
    peaked = scene.people.found[:, k]
    axes[1, 3].plot(*found[peaked].T, '+', color='cyan', markersize=9)
    return figure


def draw_tags(scene: Scene) -> Figure:
    """Show the tags of all keypoints on one line for each keypoint."""
    figure = Figure(figsize=(10.4, 4.8), layout='constrained')
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    side = scene.image.shape[0]
    _show(left, scene.image, 'labelled people', side)
    tags = scene.outputs[0][0][1][0].numpy()
    ratio = tags.shape[-1] / side
    names = [scene.meta['keypoint_id2name'][k] for k in range(len(tags))]
    for i, (points, labelled) in enumerate(
        zip(scene.keypoints, scene.labelled)
    ):
        where = np.flatnonzero(labelled)
        x, y = (points[where] * ratio).astype(int).T
        values = tags[where, y, x]
        color = _color(i)
        left.plot(*points[where].T, 'o', color=color, mec=EDGE, mew=0.5)
        right.plot(values, where, 'o', color=color, mec='black', mew=0.5)
        right.axvline(values.mean(), color=color, lw=2, alpha=0.6)
    right.set_yticks(range(len(names)), names, fontsize=8)
    right.invert_yaxis()
    right.grid(axis='y', alpha=0.3)
    right.set_xlabel('tag (a number that the network chooses freely)')
    right.set_title(
        'tags at the keypoints; lines: mean of a person', fontsize=9
    )
    return figure


def _panels(rows: int, columns: int, width: float, height: float) -> Any:
    """Make a figure of pictures."""
    figure = Figure(figsize=(width, height), layout='constrained')
    return figure, figure.subplots(rows, columns)


def _show(
    axis: Any,
    values: np.ndarray,
    title: str,
    side: int,
    colours: str | None = None,
    limits: tuple = (None, None),
) -> None:
    """Show cells as squares, over the extent of the input."""
    axis.imshow(
        values,
        cmap=colours,
        vmin=limits[0],
        vmax=limits[1],
        extent=(0, side, side, 0),
        interpolation='nearest',
    )
    axis.set_title(title, fontsize=9)
    axis.set_axis_off()


def _color(person: int) -> tuple[float, ...]:
    """Return the colour of a person as matplotlib has it."""
    return tuple(value / 255 for value in person_color(person)[::-1])


def _square(corner: tuple[int, int], side: int, color: Any) -> Any:
    """Make a square patch."""
    from matplotlib.patches import Rectangle

    return Rectangle(
        corner, side, side, facecolor=color, edgecolor=EDGE, lw=0.3
    )


@torch.no_grad()
def main() -> None:
    """Draw all pictures."""
    args = parse_args()
    scene = Scene(args)
    for name, draw in (
        ('pyramid', draw_pyramid),
        ('aggregation', draw_aggregation),
        ('tags', draw_tags),
    ):
        path = args.out / f'concepts-{name}.png'
        draw(scene).savefig(path, dpi=110)
        print(path)


if __name__ == '__main__':
    main()
