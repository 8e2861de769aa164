"""Draw what the network is trained on, after the augmentation of a config.

Every picture is one sample of the training pipeline: the augmented image with
the people in the colours of their tags, the heatmaps and masks of every
level, and the cells of every level whose tags are trained.
"""

from __future__ import annotations

import argparse
import copy
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Optional

import cv2
import numpy as np
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from mmengine.runner import set_random_seed
from tqdm import tqdm

import higherhrnet_plugin  # noqa: F401, registers the components
from higherhrnet_plugin.visualization import (
    arrange_pictures,
    draw_heatmaps,
    draw_mask,
    draw_people,
    draw_tag_cells,
    label_picture,
    number_people,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _common import read_config

# smaller inputs are enlarged by a whole number to about this side
PANEL_SIDE = 512


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--out',
        default='targets',
        help='folder for the pictures (default: ./targets)',
    )
    parser.add_argument(
        '--num', type=int, default=12, help='samples to draw (default: 12)'
    )
    parser.add_argument(
        '--seed',
        type=int,
        default=0,
        help='chooses samples and augmentation (default: 0)',
    )
    parser.add_argument(
        '--split',
        choices=['train', 'val'],
        default='train',
        help='images to take; the pipeline is that of the training '
        '(default: train)',
    )
    parser.add_argument(
        '--img-ids', nargs='+', metavar='ID', help='draw these images'
    )
    parser.add_argument(
        '--keypoint',
        metavar='K',
        help='show the heatmaps of one keypoint, by index or name, instead '
        'of the strongest at every place',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='settings that override the config, e.g. '
        'train_dataloader.dataset.data_root=DIR',
    )
    args = parser.parse_args()
    if args.num < 1:
        parser.error(f'--num must be at least 1, got {args.num}')
    return args


def dataset_config(cfg: Config, split: str) -> dict[str, Any]:
    """Configure the images of a split with the pipeline of the training.

    Args:
        cfg: Config.
        split: 'train' or 'val'.

    Returns:
        The config of the data set.

    Raises:
        SystemExit: If the config lacks a part.
    """
    try:
        train = cfg['train_dataloader']['dataset']
        dataset = copy.deepcopy(cfg[f'{split}_dataloader']['dataset'])
        if split == 'val':
            dataset.update(pipeline=train['pipeline'], test_mode=False)
    except (KeyError, TypeError) as error:
        raise SystemExit(
            f'error: the config lacks {error} in train_dataloader or '
            f'{split}_dataloader'
        ) from error
    return dataset


def find_tag_levels(dataset: Any) -> tuple[int, ...]:
    """Ask the codec of the pipeline which levels have tags.

    Args:
        dataset: Config of the data set.

    Returns:
        The levels, in the order of ``keypoint_indices``.

    Raises:
        SystemExit: If the pipeline makes no targets of this kind.
    """
    from mmpose.registry import KEYPOINT_CODECS

    for encoder in _find_encoders(dataset):
        codec = KEYPOINT_CODECS.build(encoder)
        if hasattr(codec, 'tag_levels'):
            return tuple(codec.tag_levels)
    raise SystemExit(
        'error: the training pipeline has no GenerateTarget with the encoder '
        'MultiResolutionAssociativeEmbedding'
    )


def _find_encoders(node: Any) -> Iterator[dict]:
    """Walk through a config to every encoder of a GenerateTarget."""
    if isinstance(node, dict):
        if str(node.get('type')).endswith('GenerateTarget'):
            yield copy.deepcopy(node.get('encoder', {}))
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from _find_encoders(child)


def find_keypoint(name: Optional[str], metainfo: dict) -> Optional[int]:
    """Look a keypoint up by its index or name.

    Raises:
        SystemExit: If the data set has no such keypoint.
    """
    if name is None:
        return None
    names = metainfo['keypoint_name2id']
    if name in names:
        return int(names[name])
    if name.isdigit() and int(name) < metainfo['num_keypoints']:
        return int(name)
    raise SystemExit(
        f'error: no keypoint {name!r}; there are 0 to '
        f'{metainfo["num_keypoints"] - 1}: {", ".join(names)}'
    )


def choose_samples(
    dataset: Any, num: int, seed: int, ids: Optional[Sequence[str]]
) -> list[int]:
    """Choose the samples to draw.

    Args:
        dataset: Data set.
        num: Number of samples to draw.
        seed: Seed of the choice.
        ids: Images to take instead.

    Returns:
        Indices, ascending.

    Raises:
        SystemExit: If an image is not there.
    """
    if ids is None:
        order = np.random.default_rng(seed).permutation(len(dataset))
        return sorted(order[:num].tolist())
    indices = {
        str(dataset.get_data_info(i)['img_id']): i for i in range(len(dataset))
    }
    missing = [image for image in ids if image not in indices]
    if missing:
        raise SystemExit(
            f'error: the data set has no image {", ".join(missing)}; images '
            'without people are there only with '
            'train_dataloader.dataset.keep_empty=True'
        )
    return [indices[image] for image in ids]


def make_panels(
    image: np.ndarray,
    sample: Any,
    tag_levels: Sequence[int],
    metainfo: dict,
    keypoint: Optional[int],
) -> list[np.ndarray]:
    """Draw the panels of one sample.

    Args:
        image (np.ndarray): uint8 (H, W, 3), BGR, the network input.
        sample (PoseDataSample): From the training pipeline.
        tag_levels (Sequence[int]): Levels of ``keypoint_indices``.
        metainfo (dict): Meta information of the data set.
        keypoint (int, optional): The one to show heatmaps of.

    Returns:
        list[np.ndarray]: uint8 pictures with labels: people, then heatmaps,
        tags and masks of the levels.
    """
    zoom = max(1, round(PANEL_SIDE / max(image.shape[:2])))
    image = np.repeat(np.repeat(image, zoom, axis=0), zoom, axis=1)
    people = sample.gt_instances
    points, visible = people.keypoints * zoom, people.keypoints_visible > 0
    links = metainfo.get('skeleton_links', ())
    drawn = draw_people(image, points, visible.astype(float), links)
    panels = [(number_people(drawn, points, visible), 'people')]

    heatmaps = [np.asarray(level) for level in sample.gt_fields.heatmaps]
    sizes = [(level.shape[2], level.shape[1]) for level in heatmaps]
    shown, what = slice(None), 'heatmaps'
    if keypoint is not None:
        name = metainfo['keypoint_id2name'].get(keypoint, keypoint)
        shown, what = slice(keypoint, keypoint + 1), f'heatmaps of {name}'
    for i, (level, (w, h)) in enumerate(zip(heatmaps, sizes)):
        text = f'{what}, level {i} ({w}x{h})'
        panels.append((draw_heatmaps(image, level[shown]), text))

    indices = np.asarray(sample.gt_instance_labels.keypoint_indices)
    by_level = [indices] if indices.ndim == 3 else indices.swapaxes(0, 1)
    for i, cells in zip(tag_levels, by_level):
        text = f'tags, level {i}: {int(cells[..., 1].sum())} cells'
        picture = draw_tag_cells(image, cells, sizes[i])
        panels.append((number_people(picture, points, visible), text))

    for i, level in enumerate(sample.gt_fields.get('heatmap_mask', [])):
        mask = np.asarray(level).reshape(sizes[i][::-1])
        text = f'mask, level {i}: {100 * (mask == 0).mean():.1f} % left out'
        panels.append((draw_mask(image, mask), text))
    return [label_picture(*panel, height=24) for panel in panels]


def make_title(image: np.ndarray, sample: Any) -> str:
    """Describe a sample in one line."""
    seen = np.asarray(sample.gt_instances.keypoints_visible) > 0
    valid = np.asarray(sample.gt_instance_labels.keypoint_indices)[..., 1]
    inside = int(valid.reshape(len(valid), -1, seen.shape[1])[:, 0].sum())
    sizes = [f'{m.shape[2]}x{m.shape[1]}' for m in sample.gt_fields.heatmaps]
    parts = [
        f'image {sample.get("img_id", "without id")}',
        f'{int(seen.any(axis=1).sum())} people with labels',
        f'{int(seen.sum())} joints labelled, {inside} in the frame',
        f'K = {seen.shape[1]}',
        f'input {image.shape[1]}x{image.shape[0]}',
        f'levels {", ".join(sizes)}',
    ]
    if 'heatmap_mask' not in sample.gt_fields:
        parts.append('no mask')
    return '   |   '.join(parts)


def draw_sample(
    data: dict[str, Any],
    tag_levels: Sequence[int],
    metainfo: dict,
    keypoint: Optional[int],
) -> np.ndarray:
    """Draw the sheet of one sample, uint8 (H, W, 3).

    Args:
        data: ``inputs`` and ``data_samples`` of the training pipeline.
        tag_levels: Levels of ``keypoint_indices``.
        metainfo: Meta information of the data set.
        keypoint: The one to show heatmaps of, if not all.
    """
    image = data['inputs'].permute(1, 2, 0).numpy()
    sample = data['data_samples']
    panels = make_panels(image, sample, tag_levels, metainfo, keypoint)
    sheet = arrange_pictures(panels, columns=-(-len(panels) // 2))
    return label_picture(sheet, make_title(image, sample), height=32)


def draw_samples(cfg: Config, args: argparse.Namespace) -> int:
    """Draw the samples that the arguments ask for; return their number."""
    from mmpose.registry import DATASETS

    settings = dataset_config(cfg, args.split)
    tag_levels = find_tag_levels(settings)
    dataset = DATASETS.build(settings)
    keypoint = find_keypoint(args.keypoint, dataset.metainfo)
    indices = choose_samples(dataset, args.num, args.seed, args.img_ids)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    for i in tqdm(indices, desc='drawing', unit='image'):
        # a sample looks alike, however many are drawn
        set_random_seed(args.seed + i)
        data = dataset[i]
        sheet = draw_sample(data, tag_levels, dataset.metainfo, keypoint)
        stem = Path(data['data_samples'].get('img_path', 'sample')).stem
        file = out / f'{i:06d}_{stem}.png'
        if not cv2.imwrite(str(file), sheet):
            raise SystemExit(f'error: cannot write {file}')
    return len(indices)


def main() -> None:
    """Draw samples of a data set."""
    args = parse_args()
    cfg = read_config(args.config)
    if args.cfg_options is not None:
        cfg.merge_from_dict(args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    try:
        count = draw_samples(cfg, args)
    except (OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    print(f'{count} pictures in {args.out}')


if __name__ == '__main__':
    main()
