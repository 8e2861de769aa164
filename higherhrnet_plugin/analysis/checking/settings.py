"""What is known about the keypoints of a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from mmengine.config import Config

from ...datasets.coco_repair import CocoOptions, read_coco
from ...datasets.coco_repair.annotated_on import IMAGE
from ...datasets.coco_repair.categories import Category, name_keypoints
from ...datasets.coco_repair.names import Renaming
from ...datasets.coco_repair.numbers import count_numbers
from ...datasets.coco_repair.statistics import guess_flip_pairs
from ...datasets.config_datasets import read_config_dataset
from ...structures.metainfo import ordered_names
from ...structures.sizes import parse_size

_DEFAULT_SIZE = 512


@dataclass
class Settings:
    """Keypoints, flips and how the file is read.

    Attributes:
        num_keypoints (int): K.
        image_dir (Path): Folder of the images.
        flip_pairs (list[tuple[int, int]]): Indices of mirrored keypoints.
        links (list[tuple[int, int]]): Indices of keypoints that are joined
            in drawings.
        names (list[str]): Names of the keypoints, K or none.
        category (int | str | Sequence | None): As for the data sets.
        fields (dict[str, int]): Lists that hold the keypoints; empty for
            ``keypoints``.
        input_size (int): Shorter side of the network's input in pixels.
        annotated_on (str): As for the data sets.
        metainfo_names (tuple[str, ...]): Names of the config, none without
            one.
        rename_keypoints (str | Mapping | None): As for the data sets.
        notes (list[str]): What of the file was not taken.
    """

    num_keypoints: int
    image_dir: Path
    flip_pairs: list[tuple[int, int]] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    category: Category = None
    fields: dict[str, int] = field(default_factory=dict)
    input_size: int = _DEFAULT_SIZE
    annotated_on: str = IMAGE
    metainfo_names: tuple[str, ...] = ()
    rename_keypoints: Renaming = None
    notes: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Refuse settings that cannot work.

        Raises:
            ValueError: If a number is below 1, or a flip pair names no
                keypoint, or one of another pair.
        """
        for flag, value in (
            ('--num-keypoints', self.num_keypoints),
            ('--input-size', self.input_size),
        ):
            if value < 1:
                raise ValueError(f'{flag} is {value}, but must be at least 1')
        used = [i for pair in self.flip_pairs for i in pair]
        for i in used:
            if not 0 <= i < self.num_keypoints:
                raise ValueError(
                    f'--flip-pairs: there is no keypoint {i}; '
                    f'{self.num_keypoints} keypoints are counted from 0 to '
                    f'{self.num_keypoints - 1}'
                )
            if used.count(i) > 1:
                raise ValueError(f'--flip-pairs: keypoint {i} is in two pairs')

    def options(self, missing_images: str = 'error') -> CocoOptions:
        """Return how the file is read.

        Args:
            missing_images (str): 'error' or 'drop'. Defaults to 'error'.

        Returns:
            CocoOptions: for the loader.
        """
        return CocoOptions(
            num_keypoints=self.num_keypoints,
            category=self.category,
            image_dir=str(self.image_dir),
            missing_images=missing_images,
            keypoint_fields=self.fields,
            annotated_on=self.annotated_on,
            names=self.metainfo_names,
            rename_keypoints=self.rename_keypoints,
        )

    def name(self, index: int) -> str:
        """Name a keypoint.

        Args:
            index (int): From 0.

        Returns:
            str: its index and, if known, its name.
        """
        if index < len(self.names):
            return f'{index} {self.names[index]}'
        return str(index)


def settings_of_config(config: Path, image_dir: Path) -> Settings:
    """Take the settings of the training data set of a config.

    Args:
        config (Path): Config file.
        image_dir (Path): Folder of the images.

    Returns:
        Settings: what the config tells.

    Raises:
        ValueError: If the data set is unknown, or joins several.
        OSError: If the config cannot be read.
    """
    cfg = Config.fromfile(config)
    dataset = read_config_dataset(cfg, 'train_dataloader')
    meta, names = dataset.metainfo, ordered_names(dataset.metainfo)
    return Settings(
        num_keypoints=meta['num_keypoints'],
        image_dir=image_dir,
        flip_pairs=_one_way(meta['flip_pairs'], names),
        links=[(a, b) for a, b in meta['skeleton_links']],
        names=list(names),
        category=dataset.settings.get('category'),
        fields=dataset.keypoint_fields,
        input_size=_config_size(cfg),
        annotated_on=dataset.annotated_on,
        metainfo_names=names,
        rename_keypoints=dataset.settings.get('rename_keypoints'),
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
    size = cfg.get('codec', {}).get('input_size', _DEFAULT_SIZE)
    return min(parse_size('codec.input_size', size, square=True))


def settings_of_file(
    ann_file: Path,
    image_dir: Path,
    num_keypoints: Optional[int] = None,
    category: Category = None,
) -> Settings:
    """Take what an annotation file tells by itself.

    Args:
        ann_file (Path): The file.
        image_dir (Path): Folder of the images.
        num_keypoints (int, optional): K, if it is known.
        category (int | str | Sequence | None): Likewise.

    Returns:
        Settings: keypoints, flips and links as far as the categories name
        them.
    """
    settings = Settings(1, image_dir)
    try:
        content = read_coco(str(ann_file))
        annotations = content.get('annotations') or []
        category_record = name_keypoints(
            content.get('categories') or [],
            annotations,
            num_keypoints,
            category,
        )
        lengths = Counter(
            count_numbers(a['keypoints'])
            for a in annotations
            if a.get('keypoints')
        )
    except (ValueError, AttributeError, TypeError):
        # the checks will say what is wrong with the file
        return settings
    if category_record is not None:
        settings.names = [str(name) for name in category_record['keypoints']]
        settings.num_keypoints = len(settings.names)
        settings.flip_pairs = guess_flip_pairs(settings.names)
        settings.links, settings.notes = read_links(category_record)
    elif lengths:
        # an annotation of another length is refused with its name
        settings.num_keypoints = max(1, lengths.most_common(1)[0][0] // 3)
    return settings


def read_links(
    category: Mapping[str, Any],
) -> tuple[list[tuple[int, int]], list[str]]:
    """Read the links of a category, which COCO counts from 1.

    Args:
        category (Mapping): With names of K ``keypoints``.

    Returns:
        tuple: (a, b) of each link, from 0, none if one cannot be meant so;
        and lines about what was not taken.
    """
    k, skeleton = len(category['keypoints']), category.get('skeleton') or []
    links = []
    for link in skeleton if isinstance(skeleton, list) else [skeleton]:
        try:
            a, b = (int(i) - 1 for i in link)
        except (TypeError, ValueError):
            a = b = -1
        if not (0 <= a < k and 0 <= b < k):
            return [], [
                f'category {category.get("id")}: `skeleton` has {link!r}, '
                'which is no pair of keypoints, counted from 1 to '
                f'{k}; none of its links is drawn'
            ]
        links.append((a, b))
    return links, []
