"""Which annotation file the images of a test belong to.

Several test data sets may use the same image ids. Their images are told
apart by their paths, and those of all sets but one get other ids.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple, Optional

import numpy as np

from ..datasets.coco_repair import CocoOptions, load_coco
from ..datasets.coco_repair.sharing import all_shared_options


class _Set(NamedTuple):
    """One annotation file.

    Attributes:
        content (dict): Its repaired content, with the ids of the file.
        paths (dict[int, str]): Paths of its images, by id.
        offset (int): What is added to its image ids.
    """

    content: dict[str, Any]
    paths: dict[int, str]
    offset: int


class TestedSets:
    """Give the images of a test ids that are unique among its data sets.

    Args:
        ann_file (str): Annotation file of the metric.
        content (dict): Its repaired content.
        options (CocoOptions): How it was read; with an ``image_dir`` if a
            data set of ours has read it.
    """

    # no test, though pytest may think so
    __test__ = False

    def __init__(
        self, ann_file: str, content: dict[str, Any], options: CocoOptions
    ) -> None:
        self.ann_file = ann_file
        self._options = options
        self._sets = [_Set(content, _image_paths(content, options), 0)]
        self._has_others = False

    def image_id(self, image_id: int, path: Optional[str]) -> int:
        """Find the id under which an image is evaluated.

        Args:
            image_id (int): Its id in its annotation file.
            path (str, optional): Where it was read from, if it is known.

        Returns:
            int: the same id for the file of the metric.

        Raises:
            ValueError: If the image is that of another file.
        """
        if path is None:
            return image_id
        own = self._sets[0].paths.get(image_id)
        exact = self._options.image_dir is not None
        if _same(own, path, exact):
            return image_id
        self._read_others()
        for other in self._sets[1:]:
            if _same(other.paths.get(image_id), path, exact=True):
                return image_id + other.offset
        if own is None or _same(own, path, exact=False):
            return image_id
        raise ValueError(
            f'image {image_id} of the test is {path!r}, but in the annotation '
            f'file {self.ann_file!r} of the metric it is {own!r}; set the '
            '`ann_file` of the data set. Several test sets are evaluated '
            'together if all of them are data sets of higherhrnet_plugin'
        )

    def tested(self, image_ids: Iterable[int]) -> dict[str, Any]:
        """Join the annotation files of which images were tested.

        Args:
            image_ids (Iterable[int]): From :meth:`image_id`.

        Returns:
            dict: the content of the file of the metric as it is if no other
            was tested, else all that were, with unique ids.
        """
        first = self._sets[0].content
        ids = set(image_ids)
        used = [
            s for s in self._sets if any(i + s.offset in ids for i in s.paths)
        ]
        if all(s is self._sets[0] for s in used):
            return first
        (category,) = first['categories']
        images, annotations = [], []
        for s in used:
            images += [
                dict(i, id=i['id'] + s.offset) for i in s.content['images']
            ]
            annotations += [
                dict(
                    a,
                    image_id=a['image_id'] + s.offset,
                    category_id=category['id'],
                )
                for a in s.content['annotations']
            ]
        for number, annotation in enumerate(annotations, start=1):
            annotation['id'] = number
        return {**first, 'images': images, 'annotations': annotations}

    def _read_others(self) -> None:
        """Read the files of all other test sets of this run, once."""
        if self._has_others:
            return
        self._has_others = True
        offset = max(self._sets[0].paths, default=0) + 1
        for file, options in all_shared_options().items():
            is_own = os.path.abspath(self.ann_file) == file  # noqa: PTH100
            if is_own or options.num_keypoints != self._options.num_keypoints:
                continue
            content, _ = load_coco(file, options)
            if 'annotations' not in content:
                continue
            paths = _image_paths(content, options)
            self._sets.append(_Set(content, paths, offset))
            offset += max(paths, default=0) + 1


def drop_repeats(
    results: Iterable[tuple[dict[str, Any], Any]],
) -> tuple[list[tuple[dict[str, Any], Any]], int]:
    """Leave out images, or people of a top-down test, tested a second time.

    Args:
        results (Iterable[tuple]): Predictions with ``img_id``, ``img_path``,
            ``keypoints`` and in a top-down test the ``id`` of the person,
            and the ground truth, as mmpose's metric has them.

    Returns:
        tuple: the first result of every image (top-down: person), and how
        many were left out.

    Raises:
        ValueError: If two images have the same id.
    """
    first: dict[Any, tuple[dict[str, Any], Any]] = {}
    repeats = 0
    for result in results:
        known = first.setdefault(_tested_as(result[0]), result)
        if known is result:
            continue
        if not _is_repeat(known[0], result[0]):
            paths = [r[0].get('img_path') for r in (known, result)]
            raise ValueError(
                f'two images of the test have the id {result[0]["img_id"]}: '
                f'{paths[0]} and {paths[1]}; load all test sets by data sets '
                'of higherhrnet_plugin and keep `img_path` among the '
                '`meta_keys`, so that they can be told apart, or give the '
                'images of one file other ids'
            )
        repeats += 1
    return list(first.values()), repeats


def _tested_as(prediction: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the id of the image, and of the person if it is top-down."""
    person = prediction.get('id')
    # a bottom-up sample lists the ids of all people of the image
    is_one = isinstance(person, (int, np.integer))
    return prediction['img_id'], person if is_one else None


def _is_repeat(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two results are of the same image."""
    if one.get('img_path') is not None:
        return one['img_path'] == other.get('img_path')
    return np.array_equal(one['keypoints'], other['keypoints'])


def _image_paths(
    content: Mapping[str, Any], options: CocoOptions
) -> dict[int, str]:
    """List the paths of images, as data sets make them."""
    folder = options.image_dir or ''
    return {
        image['id']: os.path.join(folder, image['file_name'])  # noqa: PTH118
        for image in content['images']
    }


def _same(one: Optional[str], other: str, exact: bool) -> bool:
    """Compare two paths, or their base names alone."""
    if one is None:
        return False
    if exact:
        return os.path.normpath(one) == os.path.normpath(other)
    return PurePath(one).name == PurePath(other).name
