"""A small model as files, and pictures and videos, to predict."""

from pathlib import Path

import cv2
import numpy as np
import torch
from data_sets import write_data_set
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, MODELS
from small_configs import TINY, count_keypoints, load_small
from video_files import encode_video

from higherhrnet_plugin.structures.people import People

# as mmpose parses a data set of three keypoints
THREE_META = {
    'keypoint_id2name': {0: 'nose', 1: 'left_eye', 2: 'right_eye'},
    'skeleton_links': [(0, 1), (0, 2)],
}


def write_model(folder: Path, path: Path = TINY, **decoder) -> tuple:
    """Write a config, shrunk to tiny width and input, and random weights.

    Args:
        folder: Gets ``config.py``, ``weights.pth`` and a small data set with
            the files ``images/0.png`` to ``images/2.png``.
        path: A shipped config.
        decoder: Options of its decoder.

    Returns:
        tuple: paths of config and weights, as text.
    """
    init_default_scope('mmpose')
    tiny = load_small(TINY, folder / 'people.json', folder / 'work')
    cfg = load_small(path, folder / 'people.json', folder / 'work')
    kind = DATASETS.get(cfg.test_dataloader.dataset.type)
    k = count_keypoints(cfg)
    fields = {name: n or k for name, n in kind.KEYPOINT_FIELDS.items()}
    write_data_set(folder, k, fields=fields)
    cfg.model.backbone = tiny.model.backbone
    cfg.model.head.in_channels = tiny.model.head.in_channels
    # with random weights, let weak peaks be people
    few = {'score_thr': 0.0, 'max_candidates': 5, **decoder}
    cfg.model.head.decoder.update(few)
    config, weights = folder / 'config.py', folder / 'weights.pth'
    cfg.dump(config)
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    for layer in model.head.final_layers:
        torch.nn.init.normal_(layer.weight, std=0.5)
        # so that there is something to fill in everywhere
        torch.nn.init.constant_(layer.bias, 0.5)
    torch.save({'state_dict': model.state_dict()}, weights)
    return str(config), str(weights)


def picture(width: int, height: int, seed: int = 0) -> np.ndarray:
    """Draw a smooth picture uint8 (H, W, 3), different for every seed."""
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 256, (5, 5, 3), dtype=np.uint8)
    return cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)


def write_video(path: Path, frames: int = 8, size: tuple = (96, 80)) -> Path:
    """Write two people, as dots, who walk towards each other at 12.5 fps."""
    rng = np.random.default_rng(3)
    poses = rng.uniform(5, 30, (2, 17, 2)) + [[[0, 20]], [[55, 20]]]
    images = np.full((frames, size[1], size[0], 3), 30, np.uint8)
    for t, image in enumerate(images):
        for pose, step, color in zip(poses, (2, -2), ((0, 200, 0), (200,))):
            for x, y in pose + [t * step, 0]:
                cv2.circle(image, (round(x), round(y)), 2, color, -1)
    times = np.arange(frames) / 12.5
    return encode_video(path, images, times, 'mjpeg', 'yuvj420p')


def read_results(folder: Path) -> list:
    """Return the bytes of the COCO files of a run."""
    names = ('predictions.json', 'images.json')
    return [(folder / name).read_bytes() for name in names]


def random_people(n: int, k: int, seed: int = 0, **options) -> People:
    """Make people with all keypoints found.

    Args:
        n: People.
        k: Keypoints.
        seed: Other people with another one.
        options: Further fields of the people.

    Returns:
        People: of one image, float32, with one tag each.
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform(-5, 700, (n, k, 2)).astype(np.float32)
    scores = rng.uniform(0.01, 1, (n, k)).astype(np.float32)
    return People(
        points,
        scores,
        scores.mean(axis=1),
        scores > 0,
        rng.normal(size=(n, 1)).astype(np.float32),
        **options,
    )
