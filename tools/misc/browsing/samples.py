"""Which samples, levels and keypoints are drawn."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, Optional

import numpy as np
from mmengine.config import Config


def dataset_config(cfg: Config, split: str) -> dict[str, Any]:
    """Configure the images of a split with the pipeline of the training.

    Heatmaps that the config leaves to the head are drawn by the codec, which
    makes the same ones.

    Args:
        cfg: Config.
        split: 'train' or 'val'.

    Returns:
        The config of the data set, a copy.

    Raises:
        SystemExit: If the config lacks a part.
    """
    try:
        train = cfg['train_dataloader']['dataset']
        dataset = copy.deepcopy(cfg[f'{split}_dataloader']['dataset'])
        if split == 'val':
            keys = ['pipeline', *({'codec', 'augmentation'} & set(train))]
            dataset.update({key: copy.deepcopy(train[key]) for key in keys})
            dataset['test_mode'] = False
    except (KeyError, TypeError) as error:
        raise SystemExit(
            f'error: the config lacks {error} in train_dataloader or '
            f'{split}_dataloader'
        ) from error
    for encoder in _find_encoders(dataset):
        if 'on_device' in encoder:
            encoder['on_device'] = False
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
        'error: the training pipeline has no GenerateBottomupTarget, or its '
        'data set no `codec` of type MultiResolutionAssociativeEmbedding'
    )


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


def _find_encoders(dataset: Any) -> list[dict[str, Any]]:
    """Find every codec that makes targets: of transforms, or data sets."""
    nodes = list(_walk(dataset))
    kinds = ('GenerateTarget', 'GenerateBottomupTarget')
    steps = [n for n in nodes if str(n.get('type')).endswith(kinds)]
    encoders = [step.get('encoder') for step in steps]
    if None in encoders:
        encoders += [node.get('codec') for node in nodes]
    return [codec for codec in encoders if isinstance(codec, dict)]


def _walk(node: Any) -> Iterator[dict[str, Any]]:
    """List every dict of a config."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from _walk(child)
