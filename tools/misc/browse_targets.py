"""Draw what the network is trained on, after the augmentation of a config.

Every picture is one sample of the training pipeline: the augmented image with
the people in the colours of their tags, the heatmaps and masks of every
level, and the cells of every level whose tags are trained.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _arguments import add_cfg_options
from _exit import run_tool


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
    add_cfg_options(parser, 'train_dataloader.dataset.data_root=DIR')
    args = parser.parse_args()
    if args.num < 1:
        parser.error(f'--num must be at least 1, got {args.num}')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from _common import apply_options, read_config
from browsing.samples import (
    choose_samples,
    dataset_config,
    find_keypoint,
    find_tag_levels,
)
from browsing.sheets import draw_sample
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import set_random_seed
from tqdm import tqdm

import higherhrnet_plugin  # noqa: F401, registers the components
from higherhrnet_plugin.files import write_picture


def draw_samples(cfg: Config, args: argparse.Namespace) -> int:
    """Draw the samples that the arguments ask for; return their number."""
    from mmpose.registry import DATASETS

    settings = dataset_config(cfg, args.split)
    tag_levels = find_tag_levels(settings)
    dataset = DATASETS.build(settings)
    keypoint = find_keypoint(args.keypoint, dataset.metainfo)
    indices = choose_samples(dataset, args.num, args.seed, args.img_ids)
    out = Path(args.out)
    for i in tqdm(indices, desc='drawing', unit='image'):
        # a sample looks alike, however many are drawn
        set_random_seed(args.seed + i)
        data = dataset[i]
        sheet = draw_sample(data, tag_levels, dataset.metainfo, keypoint)
        stem = Path(data['data_samples'].get('img_path', 'sample')).stem
        file = out / f'{i:06d}_{stem}.png'
        write_picture(file, sheet)
    return len(indices)


def main() -> None:
    """Draw samples of a data set."""
    args = parse_args()
    cfg = read_config(args.config)
    apply_options(cfg, args)
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    try:
        count = draw_samples(cfg, args)
    except (OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    print(f'{count} pictures in {args.out}')


if __name__ == '__main__':
    run_tool(main)
