"""Tags of a model at labelled keypoints."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from mmengine.dataset import Compose, pseudo_collate
from tqdm import tqdm

from ..inference import Predictor
from ..inference.model import build_test_pipeline
from ..models import HigherHRNetHead
from .image_results import ImageResult
from .inputs import Inputs
from .tag_separation import (
    TagSeparation,
    tag_separation,
)


def collect_tags(
    config: str,
    checkpoint: str,
    inputs: Inputs,
    results: list[ImageResult],
    number: int,
) -> tuple[TagSeparation, float]:
    """Run a model on the images with the most people.

    Args:
        config: Config file.
        checkpoint: Weights.
        inputs: What was read.
        results: All images.
        number: How many images, at most.

    Returns:
        Distances of tags, and the threshold of the grouping.

    Raises:
        ValueError: If the model has no tags, or no picture can be read.
    """
    model = Predictor.from_files(config, checkpoint).model
    if not isinstance(model.head, HigherHRNetHead):
        raise ValueError(
            f'--checkpoint: tags are read from a HigherHRNetHead, the config '
            f'has a {type(model.head).__name__}'
        )
    pipeline = build_test_pipeline(model.cfg)
    crowded = sorted(results, key=lambda r: -r.counted)[:number]
    tags: list[np.ndarray] = []
    images: list[int] = []
    people: list[int] = []
    for i, result in enumerate(tqdm(crowded, desc='tags', unit='image')):
        path = inputs.image_dir / result.info['file_name']
        if not result.counted:
            continue
        try:
            maps, sample = _run(model, pipeline, str(path))
        except (OSError, ValueError):
            # a picture that cannot be read
            continue
        for person in np.flatnonzero(~result.truth.ignored):
            found = _at_keypoints(maps, sample, result, person)
            tags += found
            images += [i] * len(found)
            people += [person] * len(found)
    if not tags:
        raise ValueError(
            '--checkpoint: no picture with labelled people can be read in '
            f'{inputs.image_dir} (--img-dir)'
        )
    separation = tag_separation(
        np.array(tags), np.array(images), np.array(people)
    )
    return separation, float(getattr(model.head.decoder, 'tag_thr', 1.0))


@torch.no_grad()
def _run(
    model: Any, pipeline: Compose, path: str
) -> tuple[list[np.ndarray], Any]:
    """Predict the tag maps of a picture.

    Returns:
        A map (L, K or 1, h, w) of every level with tags, and the data sample.
    """
    data = pipeline({'img_path': path, **model.dataset_meta})
    batch = model.data_preprocessor(pseudo_collate([data]), False)
    levels = model.head(model.extract_feat(batch['inputs']))
    k = model.head.num_keypoints
    shared = not model.cfg.model.head.get('tag_per_keypoint', True)
    maps = []
    for _, tags in levels:
        if tags is not None:
            values = tags[0].float().cpu().numpy()
            maps.append(
                values.reshape(-1, 1 if shared else k, *values.shape[1:])
            )
    return maps, batch['data_samples'][0]


def _at_keypoints(
    maps: list[np.ndarray], sample: Any, result: ImageResult, person: int
) -> list[np.ndarray]:
    """Read the tags (L,) at the labelled keypoints of a person."""
    scale = np.array(sample.input_scale)
    start = np.array(sample.input_center) - scale / 2
    found = []
    for k in np.flatnonzero(result.truth.labelled[person]):
        # in parts of the input's sides
        place = (result.truth.keypoints[person, k] - start) / scale
        if not ((place >= 0) & (place < 1)).all():
            continue
        parts = []
        for values in maps:
            h, w = values.shape[-2:]
            x, y = int(place[0] * w), int(place[1] * h)
            parts.append(values[:, min(k, values.shape[1] - 1), y, x])
        found.append(np.concatenate(parts))
    return found
