"""From the maps of one image to its people: the whole path.

1. ``peaks``: the highest peaks of every heatmap, with the tags there.
2. ``offsets``: from their cells to positions finer than a cell.
3. ``grouping``, ``assignment``: keypoint by keypoint, peaks join the person
   with the closest tag, or begin a person.
4. ``scoring``, ``selection``: scores of people, and who is kept.
5. ``filling``: keypoints that a person lacks are looked up in the maps. Before
   step 4 where a ``person_scorer`` is used, as it looks at all of a person.

``HostMaps`` and ``DeviceMaps`` answer what steps 1 and 5 ask of the maps. What
comes before, from the outputs of the network to maps, is in ``aggregation``,
``merging`` and ``resizing``, which take tensors and arrays. Only
``device_maps`` needs torch.

Note:
    - N: people, K: keypoints, L: tags of a keypoint, P: peaks
    - (H, W): size of the maps
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Protocol

import numpy as np

from ...structures.people import People
from .checks import check_maps, grouping_order
from .filling import fill_missing
from .finite import without_nonfinite
from .grouping import Candidates, group_by_tag
from .host_maps import HostMaps, Points, highest
from .offsets import dark_offset, quarter_offset
from .options import DecodingOptions
from .scoring import PERSON_SCORES
from .tags import FullTags, LevelTags, TagLevel


class Maps(Protocol):
    """Maps of one image; see ``HostMaps``."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(K, H, W)."""

    def peaks(
        self, kernel: int, max_candidates: int, score_thr: float
    ) -> Points:
        """Find the highest peaks."""

    def best_cells(self, ids: np.ndarray, tags: np.ndarray) -> Points:
        """Find the cells that suit people best."""


def find_people(maps: Maps, options: DecodingOptions) -> People:
    """Find the people of one image.

    Args:
        maps (HostMaps | DeviceMaps): The maps of the image.
        options (DecodingOptions): Options.

    Returns:
        People: N people, (x, y) in pixels of the maps.
    """
    peaks = maps.peaks(
        options.nms_kernel, options.max_candidates, options.score_thr
    )
    peaks = highest(peaks, options.max_peaks)
    max_distance = None
    if options.max_reach is not None:
        max_distance = options.max_reach * max(maps.shape[1:])
    people = _group(peaks, maps.shape[0], options, max_distance)
    found = people[..., 2] > 0
    scores = PERSON_SCORES[options.person_score](people[..., 2])
    count = np.maximum(found.sum(axis=1), 1)[:, None]
    tags = people[..., 3:].sum(axis=1) / count.astype(np.float32)

    def look_up(
        ids: np.ndarray, tags: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        cells = maps.best_cells(ids, tags)
        return _locate(cells, options), cells.scores

    def fill(people: np.ndarray) -> np.ndarray:
        if options.fill_missing and len(people):
            return fill_missing(people, look_up, max_distance)
        return people

    if options.scorer is not None:
        # which sees whole people, and whose score decides who is kept
        people = fill(people)
        scores = options.scorer(people[..., :2], people[..., 2], scores)
    kept = options.selection.choose(people[..., :2], found, scores)
    people = people[kept] if options.scorer else fill(people[kept])
    return People(
        people[..., :2], people[..., 2], scores[kept], found[kept], tags[kept]
    )


def _group(
    peaks: Points,
    num_keypoints: int,
    options: DecodingOptions,
    max_distance: Optional[float],
) -> np.ndarray:
    """Group peaks to people, float32 (N, K, 3 + L): x, y, score, tags."""
    order = grouping_order(options.keypoint_order, num_keypoints)
    options.selection.check(num_keypoints)
    ends = np.searchsorted(peaks.ids, np.arange(1, num_keypoints))
    by_keypoint = zip(
        np.split(_locate(peaks, options), ends),
        np.split(peaks.scores, ends),
        np.split(peaks.tags, ends),
    )
    return group_by_tag(
        [Candidates(*columns) for columns in by_keypoint],
        order,
        options.tag_thr,
        options.max_candidates,
        options.assignment,
        options.keep_equal_tags,
        max_distance,
    )


def _locate(points: Points, options: DecodingOptions) -> np.ndarray:
    """Give positions (P, 2) finer than a cell."""
    if options.use_udp:
        return dark_offset(points.windows, points.cells, options.blur_kernel)
    return quarter_offset(points.windows, points.cells)


def check_image(
    heatmaps: tuple[int, ...], tags: tuple[int, ...], options: DecodingOptions
) -> int:
    """Check the shapes of the maps of an image; see :func:`check_maps`.

    Args:
        heatmaps (tuple[int, ...]): (K, H, W).
        tags (tuple[int, ...]): (L*G, H, W).
        options (DecodingOptions): Options.

    Returns:
        int: G, which is K, or 1 where all keypoints share their tags.

    Raises:
        ValueError: If they do not fit together.
    """
    return check_maps(
        heatmaps, tags, options.num_keypoints, options.tag_per_keypoint
    )


def decode_levels(
    heatmaps: np.ndarray, levels: Sequence[TagLevel], options: DecodingOptions
) -> People:
    """Find the people of one image, enlarging tags only where they are read.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W), finite and contiguous.
        levels (Sequence[TagLevel]): Finite tags as the network gives them.
        options (DecodingOptions): Options.

    Returns:
        People: N people, (x, y) in pixels of the heatmaps.

    Raises:
        ValueError: If the shapes do not fit together.
    """
    _, height, width = heatmaps.shape
    channels = sum(len(level.maps) for level in levels)
    groups = check_image(heatmaps.shape, (channels, height, width), options)
    tags = LevelTags(levels, groups, (height, width))
    return find_people(HostMaps(heatmaps, tags, *options.window), options)


def decode(
    heatmaps: np.ndarray, tags: np.ndarray, options: DecodingOptions
) -> People:
    """Find the people of one image in arrays.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W), contiguous.
        tags (np.ndarray): float32 (L*K, H, W), or (L, H, W) when shared.
        options (DecodingOptions): Options.

    Returns:
        People: N people, (x, y) in pixels of the maps.

    Raises:
        ValueError: If the shapes do not fit together.
    """
    groups = check_image(heatmaps.shape, tags.shape, options)
    heatmaps, tags = without_nonfinite(heatmaps, tags, groups)
    maps = HostMaps(heatmaps, FullTags(tags, groups), *options.window)
    return find_people(maps, options)
