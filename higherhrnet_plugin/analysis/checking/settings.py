"""What is known about the keypoints of a data set."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope

from ...datasets.coco_repair import CocoOptions, read_coco
from ...datasets.coco_repair.statistics import (
    guess_flip_pairs,
)
from ...registry import DATASETS
from ...structures.metainfo import ordered_names

_DEFAULT_SIZE = 512


@dataclass
class Settings:
    """Keypoints, flips and how the file is read.

    Attributes:
        num_keypoints: K.
        flip_pairs: Indices of mirrored keypoints.
        links: Indices of keypoints that are joined in pictures.
        names: Names of the keypoints, K or none.
        image_dir: Folder of the images.
        category: As for the data sets.
        fields: Lists that hold the keypoints; empty for ``keypoints``.
        input_size: Shorter side of the network's input in pixels.
        annotated_on: As for the data sets.
        metainfo_names: Names of the config, none without one.
        rename_keypoints: As for the data sets.
    """

    num_keypoints: int
    flip_pairs: list[tuple[int, int]]
    links: list[tuple[int, int]]
    names: list[str]
    image_dir: str
    category: Any = None
    fields: dict[str, int] = field(default_factory=dict)
    input_size: int = _DEFAULT_SIZE
    annotated_on: str = 'image'
    metainfo_names: tuple[str, ...] = ()
    rename_keypoints: Any = None

    def options(self, missing_images: str = 'error') -> CocoOptions:
        """Return how the file is read.

        Args:
            missing_images: 'error' or 'drop'.

        Returns:
            Options for the loader.
        """
        return CocoOptions(
            num_keypoints=self.num_keypoints,
            category=self.category,
            image_dir=self.image_dir,
            missing_images=missing_images,
            keypoint_fields=self.fields,
            annotated_on=self.annotated_on,
            names=self.metainfo_names,
            rename_keypoints=self.rename_keypoints,
        )

    def name(self, index: int) -> str:
        """Name a keypoint.

        Args:
            index: From 0.

        Returns:
            Its index and, if known, its name.
        """
        if index < len(self.names):
            return f'{index} {self.names[index]}'
        return str(index)


def read_settings(args: argparse.Namespace) -> Settings:
    """Gather the settings from arguments, config and file.

    Args:
        args: Parsed arguments of the tool.

    Returns:
        The settings.

    Raises:
        ValueError: If they contradict each other or cannot be found out.
        OSError: If the config cannot be read.
    """
    settings = _from_config(args) if args.config else _from_file(args)
    if args.num_keypoints not in (None, settings.num_keypoints):
        if args.config:
            raise ValueError(
                f'--num-keypoints is {args.num_keypoints}, but the config has '
                f'{settings.num_keypoints}'
            )
        settings.num_keypoints = args.num_keypoints
    if settings.num_keypoints < 1:
        raise ValueError(f'--num-keypoints is {settings.num_keypoints}')
    if args.flip_pairs is not None:
        settings.flip_pairs = _parse_pairs(args.flip_pairs)
    _check_pairs(settings.flip_pairs, settings.num_keypoints)
    if args.category is not None:
        settings.category = args.category
    if args.annotated_on is not None:
        settings.annotated_on = args.annotated_on
    if args.input_size is not None:
        settings.input_size = args.input_size
    if settings.input_size < 1:
        raise ValueError(f'--input-size is {settings.input_size}')
    return settings


def _from_config(args: argparse.Namespace) -> Settings:
    """Read the training data set of a config."""
    cfg = Config.fromfile(args.config)
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    data_set = cfg.train_dataloader.dataset
    while 'dataset' in data_set:
        data_set = data_set.dataset
    kind = DATASETS.get(data_set.type)
    if kind is None:
        raise ValueError(f'the config has an unknown data set {data_set.type}')
    # the method of the host that reads `metainfo` without loading data
    meta = kind._load_metainfo(data_set.get('metainfo'))
    names = meta['keypoint_id2name']
    return Settings(
        num_keypoints=meta['num_keypoints'],
        flip_pairs=_one_way(meta['flip_pairs'], list(names.values())),
        links=[tuple(link) for link in meta['skeleton_links']],
        names=[names[i] for i in range(meta['num_keypoints'])],
        image_dir=str(args.images),
        category=data_set.get('category'),
        fields=dict(getattr(kind, 'KEYPOINT_FIELDS', {})),
        input_size=_config_size(cfg),
        annotated_on=data_set.get('annotated_on', 'image'),
        metainfo_names=ordered_names(meta),
        rename_keypoints=data_set.get('rename_keypoints'),
    )


def _one_way(
    pairs: Sequence[tuple[int, int]], names: Sequence[str]
) -> list[tuple[int, int]]:
    """Keep one of (a, b) and (b, a), the left keypoint first."""
    by_name = set(guess_flip_pairs(names))
    return sorted(
        pair[::-1] if pair[::-1] in by_name else pair
        for pair in {(min(pair), max(pair)) for pair in pairs}
    )


def _config_size(cfg: Config) -> int:
    """Find the input size of a config."""
    codec = cfg.get('codec', {})
    return min(codec.get('input_size', (_DEFAULT_SIZE,)))


def _from_file(args: argparse.Namespace) -> Settings:
    """Take from the file what it tells by itself."""
    settings = Settings(1, [], [], [], str(args.images))
    try:
        content = read_coco(str(args.json))
        categories = content.get('categories') or []
        named = [c for c in categories if c.get('keypoints')]
        lengths = Counter(
            len(a['keypoints'])
            for a in content.get('annotations') or []
            if a.get('keypoints')
        )
    except (ValueError, AttributeError, TypeError):
        # the checks will say what is wrong with the file
        return settings
    wanted = args.category
    chosen = [
        c
        for c in named
        if wanted in (None, 'all', str(c.get('id')), c.get('name'))
        and args.num_keypoints in (None, len(c['keypoints']))
    ]
    if chosen:
        # categories with other names are told apart by the loader
        settings.names = [str(name) for name in chosen[0]['keypoints']]
        settings.num_keypoints = len(settings.names)
        settings.flip_pairs = guess_flip_pairs(settings.names)
        settings.links = _links(chosen[0].get('skeleton'), len(settings.names))
    elif lengths:
        # an annotation of another length is refused with its name
        settings.num_keypoints = max(1, lengths.most_common(1)[0][0] // 3)
    return settings


def _links(skeleton: Any, k: int) -> list[tuple[int, int]]:
    """Read the links of a category, which COCO counts from 1."""
    links = [tuple(int(i) - 1 for i in link) for link in skeleton or []]
    if any(
        len(link) != 2 or not all(0 <= i < k for i in link) for link in links
    ):
        return []
    return links  # type: ignore[return-value]


def _parse_pairs(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Read --flip-pairs."""
    pairs = []
    for text in texts:
        try:
            left, right = (int(part) for part in text.split(','))
        except ValueError as error:
            raise ValueError(
                f'--flip-pairs: {text!r} is no pair such as 1,2'
            ) from error
        pairs.append((left, right))
    return pairs


def _check_pairs(pairs: Sequence[tuple[int, int]], k: int) -> None:
    """Check that no keypoint is in two pairs."""
    used = [i for pair in pairs for i in pair]
    for i in used:
        if not 0 <= i < k:
            raise ValueError(
                f'--flip-pairs: there is no keypoint {i}; {k} keypoints are '
                f'counted from 0 to {k - 1}'
            )
        if used.count(i) > 1:
            raise ValueError(f'--flip-pairs: keypoint {i} is in two pairs')


def picture_path(folder: Path, image: dict[str, Any]) -> Path:
    """Tell where the picture of an image lies.

    Args:
        folder: Folder of the images.
        image: Record of the annotation file.

    Returns:
        The path.
    """
    return folder / image['file_name']
