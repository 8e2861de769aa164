"""Draw what a trained model sees: people, heatmaps of all levels, tags."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from tqdm import tqdm

import higherhrnet_plugin  # noqa: F401, registers the components
from higherhrnet_plugin.images import read_image
from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.visualization import draw_panels, draw_people


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='weights of the model')
    parser.add_argument('--out', required=True, help='folder for the pictures')
    parser.add_argument(
        '--num', type=int, default=12, help='images of the test set to draw'
    )
    parser.add_argument(
        '--score-thr',
        type=float,
        default=0.3,
        help='draw people and keypoints above this score',
    )
    parser.add_argument('--cpu', action='store_true', help='run on the CPU')
    return parser.parse_args()


def load_model(args: argparse.Namespace) -> torch.nn.Module:
    """Build the model of a config with trained weights."""
    device = 'cpu' if args.cpu else None
    return Predictor.from_files(args.config, args.checkpoint, device).model


@torch.no_grad()
def run_image(model: torch.nn.Module, data: dict) -> tuple[Any, list, Any]:
    """Predict one sample.

    Args:
        model (torch.nn.Module): A bottom-up estimator with our head.
        data (dict): A sample of the test pipeline.

    Returns:
        tuple: the input image uint8 (H, W, 3), the levels of the head, and
        the data sample with the people found.
    """
    batch = model.data_preprocessor(pseudo_collate([data]), False)
    levels = model.head(model.extract_feat(batch['inputs']))
    (sample,) = model.predict(batch['inputs'], batch['data_samples'])
    image = data['inputs']
    return image.permute(1, 2, 0).numpy().copy(), levels, sample


def make_panels(
    image: np.ndarray, levels: list, sample: Any, score_thr: float
) -> np.ndarray:
    """Put people, heatmaps and tags of one image side by side."""
    people = sample.pred_instances
    keep = people.bbox_scores >= score_thr
    full = read_image(sample.img_path).pixels
    picture = draw_people(
        full,
        people.keypoints[keep],
        people.keypoint_scores[keep],
        sample.skeleton_links,
        score_thr,
    )
    maps = [
        (
            heat[0].cpu().numpy(),
            None if tags is None else tags[0].cpu().numpy(),
        )
        for heat, tags in levels
    ]
    return draw_panels(picture, f'{int(keep.sum())} people', image, maps)


def main() -> None:
    """Draw the first images of the test set."""
    args = parse_args()
    from mmpose.registry import DATASETS

    try:
        model = load_model(args)
    except (OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    dataset = DATASETS.build(model.cfg.test_dataloader.dataset)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    count = min(args.num, len(dataset))
    for i in tqdm(range(count), desc='drawing', unit='image'):
        image, levels, sample = run_image(model, dataset[i])
        panels = make_panels(image, levels, sample, args.score_thr)
        name = f'{Path(sample.img_path).stem}.png'
        if not cv2.imwrite(str(out / name), panels):
            raise SystemExit(f'cannot write {out / name}')
    print(f'{count} pictures in {out}')


if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from _exit import run_tool

    run_tool(main)
