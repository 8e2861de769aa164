"""Tags of a model at labelled keypoints.

Note:
    - K: keypoints, L: tags of a keypoint, (h, w): size of a map
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.logging import print_log
from tqdm import tqdm

from ..inference import Predictor
from ..inference.model import build_test_pipeline
from ..models import HigherHRNetHead
from ..structures.annotated_people import AnnotatedPeople
from .config_inputs import PathText
from .image_results import ImageResult
from .inputs import Inputs
from .results import Analysis
from .tag_separation import TagSeparation, tag_separation


class ModelTags(NamedTuple):
    """How well the tags of a model tell people apart.

    Attributes:
        separation (TagSeparation): Distances of tags.
        threshold (float): Of the grouping; nearer tags are of one person.
    """

    separation: TagSeparation
    threshold: float


def collect_tags(
    config: PathText,
    checkpoint: PathText,
    analysis: Analysis,
    number: int = 50,
    progress: bool = False,
) -> ModelTags:
    """Run a model on the images with the most people.

    Args:
        config (str | PathLike): Config file.
        checkpoint (str | PathLike): Weights.
        analysis (Analysis): Tells the images and the labelled keypoints.
        number (int): How many images, at most. Defaults to 50.
        progress (bool): Whether to show a progress bar. Defaults to False.

    Returns:
        ModelTags: distances of tags.

    Raises:
        ValueError: If the model has no tags, or no image can be read.
    """
    model = Predictor.from_files(str(config), str(checkpoint)).model
    if not isinstance(model.head, HigherHRNetHead):
        raise ValueError(
            'tags are read from a HigherHRNetHead, but the config has a '
            f'{type(model.head).__name__}; leave out --checkpoint'
        )
    crowded = sorted(analysis.images, key=lambda r: -r.counted)[:number]
    tags: list[np.ndarray] = []
    images: list[int] = []
    people: list[int] = []
    bar = tqdm(crowded, desc='tags', unit='image', disable=not progress)
    for i, (result, data) in enumerate(_load(bar, model, analysis.inputs)):
        for person, own in _image_tags(model, data, result):
            tags += own
            images += [i] * len(own)
            people += [person] * len(own)
    if not tags:
        raise ValueError(
            'no image with labelled people can be read in '
            f'{analysis.inputs.image_dir}; tags need the images (--img-dir)'
        )
    separation = tag_separation(
        np.array(tags), np.array(images), np.array(people)
    )
    threshold = float(getattr(model.head.decoder, 'tag_thr', 1.0))
    return ModelTags(separation, threshold)


def _load(
    results: Iterable[ImageResult], model: Any, inputs: Inputs
) -> Iterator[tuple[ImageResult, dict[str, Any]]]:
    """Load the images on which somebody counts; say which cannot be read."""
    pipeline = build_test_pipeline(model.cfg)
    unread: list[str] = []
    for result in results:
        if not result.counted or inputs.image_dir is None:
            continue
        path = inputs.image_dir / result.info['file_name']
        try:
            data = pipeline({'img_path': str(path), **model.dataset_meta})
        except (OSError, ValueError) as error:
            unread.append(f'{path}: {error}')
            continue
        yield result, data
    if unread:
        print_log(
            f'{len(unread)} images have no part in the tags, as they cannot '
            f'be read: {unread[0]}',
            'current',
            logging.WARNING,
        )


def _image_tags(
    model: Any, data: dict[str, Any], result: ImageResult
) -> Iterator[tuple[int, list[np.ndarray]]]:
    """Run the model on an image.

    Yields:
        Index and tags of each annotated person who counts.
    """
    maps, sample = _predict_maps(model, data)
    for person in np.flatnonzero(~result.truth.ignored).tolist():
        yield person, tags_of_person(maps, sample, result.truth, person)


def tags_of_person(
    maps: Sequence[np.ndarray],
    sample: Any,
    people: AnnotatedPeople,
    person: int,
) -> list[np.ndarray]:
    """Read the tags at the labelled keypoints of a person.

    Args:
        maps (Sequence[np.ndarray]): (L, K or 1, h, w) of each level with
            tags.
        sample (PoseDataSample): Tells where the input lies on the image.
        people (AnnotatedPeople): The annotated people of the image.
        person (int): Which of them.

    Returns:
        list[np.ndarray]: the tags, (sum of L,), of each labelled keypoint
        that is inside the input.
    """
    scale = np.array(sample.input_scale)
    start = np.array(sample.input_center) - scale / 2
    tags = []
    for k in np.flatnonzero(people.labelled[person]):
        # in parts of the input's sides
        place = (people.keypoints[person, k] - start) / scale
        if not ((place >= 0) & (place < 1)).all():
            continue
        parts = []
        for values in maps:
            h, w = values.shape[-2:]
            x, y = int(place[0] * w), int(place[1] * h)
            parts.append(values[:, min(k, values.shape[1] - 1), y, x])
        tags.append(np.concatenate(parts))
    return tags


@torch.no_grad()
def _predict_maps(
    model: Any, data: dict[str, Any]
) -> tuple[list[np.ndarray], Any]:
    """Predict the tag maps of an image.

    Returns:
        A map (L, K or 1, h, w) of every level with tags, and the data sample.
    """
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
