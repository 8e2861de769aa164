"""One description of the keypoints for everything that needs it.

Note:
    - K: keypoints
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

import mmpose
import numpy as np
from mmengine.config import Config
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from scipy.sparse.csgraph import shortest_path

_KEYS = (
    'dataset_name',
    'keypoint_info',
    'skeleton_info',
    'joint_weights',
    'sigmas',
)


def parse_metainfo(metainfo: Mapping[str, Any]) -> dict[str, Any]:
    """Check a data set's metainfo and bring it into mmpose's parsed form.

    Args:
        metainfo (Mapping): As mmpose has it: ``dataset_name``,
            ``keypoint_info`` (index -> name, id, color, type, swap),
            ``skeleton_info`` (index -> link, id, color), ``joint_weights``
            (K) and ``sigmas`` (K), or ``from_file``, a path that holds them
            as ``dataset_info``. What is parsed already is returned as it is.

    Returns:
        dict: what ``parse_pose_metainfo`` of mmpose returns, with
        ``num_keypoints``, ``flip_indices``, ``skeleton_links`` and ``sigmas``
        among others.

    Raises:
        ValueError: If a key is missing, keypoints, links, weights and sigmas
            do not fit together, a link joins other than two keypoints, or a
            weight or sigma is not finite and above 0.

    Examples:
        >>> from higherhrnet_plugin.structures.metainfo import parse_metainfo
        >>> coco = dict(from_file='configs/_base_/datasets/coco.py')
        >>> parse_metainfo(coco)['num_keypoints']
        17
    """
    if 'keypoint_id2name' in metainfo:
        return dict(metainfo)
    metainfo = find_host_file(metainfo)
    if 'from_file' not in metainfo:
        metainfo = _with_numbers(metainfo)
        _check(metainfo)
    elif Path(metainfo['from_file']).is_file():
        info = Config.fromfile(metainfo['from_file']).dataset_info
        info = _with_numbers(info)
        if info.get('sigmas') == []:
            # mmpose has some without, for metrics other than OKS
            info['sigmas'] = info.get('joint_weights')
        _check(info)
    parsed = dict(parse_pose_metainfo(metainfo))
    for key, values in (
        ('joint_weights', parsed['dataset_keypoint_weights']),
        ('sigmas', parsed['sigmas']),
    ):
        _check_positive(key, values, parsed['keypoint_id2name'])
    return parsed


def find_host_file(metainfo: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name a description of mmpose by where it is installed.

    mmpose's data sets name it from the root of its source tree, and warn
    where that is not the current folder.

    Args:
        metainfo (Mapping): As for :func:`parse_metainfo`.

    Returns:
        Mapping: the same, with an existing file where mmpose has one of the
        name.
    """
    if 'from_file' not in metainfo or Path(metainfo['from_file']).is_file():
        return metainfo
    folder = Path(mmpose.__file__).parent / '.mim/configs/_base_/datasets'
    file = folder / Path(metainfo['from_file']).name
    return {'from_file': str(file)} if file.is_file() else metainfo


def ordered_names(metainfo: Mapping[str, Any]) -> tuple[str, ...]:
    """List the names of the keypoints.

    Args:
        metainfo (Mapping): As parsed by mmpose.

    Returns:
        tuple[str, ...]: K names, from keypoint 0 on; none if there are none.

    Examples:
        >>> from higherhrnet_plugin.structures.metainfo import ordered_names
        >>> ordered_names(dict(keypoint_id2name={1: 'elbow', 0: 'hand'}))
        ('hand', 'elbow')
    """
    names = metainfo.get('keypoint_id2name', {})
    return tuple(str(names[i]) for i in range(len(names)))


def keypoint_settings(
    num_keypoints: Optional[int], metainfo: Optional[Mapping[str, Any]]
) -> dict[str, Any]:
    """Find what head and decoder need to know of the keypoints.

    Args:
        num_keypoints (int, optional): K, if it is told.
        metainfo (Mapping, optional): As in :func:`parse_metainfo`.

    Returns:
        dict: ``num_keypoints`` (K) and, with a metainfo, ``sigmas`` (K) and
        ``keypoint_order``, the order of grouping; it is left to the decoder
        for COCO, whose order is the official one.

    Raises:
        ValueError: If neither tells K, or both and not the same.

    Examples:
        >>> from higherhrnet_plugin.structures import metainfo
        >>> metainfo.keypoint_settings(5, None)
        {'num_keypoints': 5}
    """
    if metainfo is None:
        if num_keypoints is None:
            raise ValueError(
                'set `num_keypoints` of the head, or `metainfo` of the model'
            )
        return {'num_keypoints': num_keypoints}
    info = parse_metainfo(metainfo)
    k = info['num_keypoints']
    if num_keypoints not in (None, k):
        raise ValueError(
            f'`num_keypoints` of the head is {num_keypoints}, but `metainfo` '
            f'of the model describes {k} keypoints'
        )
    settings = {'num_keypoints': k, 'sigmas': info['sigmas'].tolist()}
    if info['dataset_name'] != 'coco':
        order = torso_outwards(info['skeleton_links'], k)
        settings['keypoint_order'] = order
    return settings


def torso_outwards(
    links: Sequence[Sequence[int]], num_keypoints: int
) -> list[int]:
    """Order keypoints from the middle of a skeleton to its ends.

    Keypoints near the middle are seen most often and tell people apart best,
    so people are begun with them. The middle is the keypoint with the
    shortest ways to all others of its part of the skeleton; parts follow one
    another by size, and what has no link comes last.

    Args:
        links (Sequence[Sequence[int]]): Pairs of keypoint indices.
        num_keypoints (int): K.

    Returns:
        list[int]: each of 0 to K - 1 once; 0, 1, 2, ... without links.

    Examples:
        >>> from higherhrnet_plugin.structures.metainfo import torso_outwards
        >>> torso_outwards([(0, 1), (1, 2), (2, 3), (3, 4)], 5)
        [2, 1, 3, 0, 4]
    """
    graph = np.zeros((num_keypoints, num_keypoints))
    for start, end in links:
        graph[start, end] = graph[end, start] = 1
    ways = shortest_path(graph, directed=False, unweighted=True)
    connected = np.isfinite(ways)
    sizes = connected.sum(axis=1)
    totals = np.where(connected, ways, 0).sum(axis=1)
    order: list[int] = []
    rest = sorted(
        range(num_keypoints), key=lambda i: (-sizes[i], totals[i], i)
    )
    for middle in rest:
        if middle not in order:
            part = np.flatnonzero(connected[middle]).tolist()
            order += sorted(part, key=lambda i: (ways[middle, i], i))
    return order


def _with_numbers(metainfo: Mapping[str, Any]) -> dict[str, Any]:
    """Make the keys of keypoints and links numbers again, and order them.

    In a config that MMEngine has written to a file they are text, in the
    order of text: 0, 1, 10, 2, ...
    """
    found = dict(metainfo)
    for key in ('keypoint_info', 'skeleton_info'):
        if key in found:
            entries = {
                int(k) if isinstance(k, str) and k.isdecimal() else k: value
                for k, value in dict(found[key]).items()
            }
            found[key] = dict(sorted(entries.items(), key=_number_first))
    return found


def _number_first(entry: tuple[Any, Any]) -> tuple[bool, Any]:
    """Order keys by number, and what is none behind them."""
    key = entry[0]
    return (False, key) if isinstance(key, int) else (True, str(key))


def _check(metainfo: Mapping[str, Any]) -> None:
    """Raise ValueError where the parts of a metainfo do not fit."""
    missing = [key for key in _KEYS if key not in metainfo]
    if missing:
        raise ValueError(
            f'`metainfo` lacks {missing}; it needs {list(_KEYS)}, or '
            '`from_file`'
        )
    keypoints = metainfo['keypoint_info']
    k = len(keypoints)
    if list(keypoints) != list(range(k)):
        raise ValueError(
            f'`keypoint_info` of `metainfo` must have the keys 0 to {k - 1}, '
            f'got {list(keypoints)}'
        )
    for key in ('joint_weights', 'sigmas'):
        if len(metainfo[key]) != k:
            raise ValueError(
                f'`{key}` of `metainfo` has {len(metainfo[key])} values for '
                f'{k} keypoints in `keypoint_info`'
            )
    names = [keypoint['name'] for keypoint in keypoints.values()]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(
            f'`keypoint_info` of `metainfo` names {twice} twice among {names}'
        )
    swaps = {
        keypoint['name']: keypoint.get('swap') or keypoint['name']
        for keypoint in keypoints.values()
    }
    for name, other in swaps.items():
        if swaps.get(other) != name:
            raise ValueError(
                f'`swap` of keypoint {name!r} is {other!r}, whose own `swap` '
                f'is {swaps.get(other)!r}; both must name each other'
            )
    for key, link in metainfo['skeleton_info'].items():
        _check_link(key, link['link'], names)


def _check_link(key: Any, link: Any, names: Sequence[str]) -> None:
    """Raise ValueError unless a link joins two keypoints."""
    pair = [link] if isinstance(link, str) else list(link)
    unknown = [name for name in pair if name not in names]
    if unknown:
        raise ValueError(
            f'`skeleton_info` of `metainfo` links {unknown}, which '
            '`keypoint_info` does not have'
        )
    if len(pair) != 2 or pair[0] == pair[1]:
        raise ValueError(
            f'link {key} in `skeleton_info` of `metainfo` is {link!r}; a link '
            'names two different keypoints'
        )


def _check_positive(
    key: str, values: np.ndarray, names: Mapping[int, str]
) -> None:
    """Raise ValueError where a number of a keypoint cannot be used."""
    for i, value in enumerate(values.tolist()):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(
                f'`{key}` of `metainfo` is {value} for keypoint {i} '
                f'({names[i]!r}); it must be finite and above 0'
            )
