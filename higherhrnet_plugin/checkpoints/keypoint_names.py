"""Names of keypoints, by data set."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Union

from ..structures.metainfo import parse_metainfo

KeypointNames = Union[str, Sequence[str], Mapping[str, Any]]


def find_keypoint_names(source: KeypointNames) -> list[str]:
    """Find the names of the keypoints of a data set, in order.

    Args:
        source (str | Sequence[str] | Mapping): Name of a data set that
            mmpose knows (``'coco'``), path of a metainfo file (``.py``),
            metainfo as a data set's ``metainfo`` has it, or the names.

    Returns:
        list[str]: K different names.

    Raises:
        ValueError: If there is no such data set, the metainfo is incomplete,
            or a name occurs twice.
    """
    if isinstance(source, str):
        file = source
        if not source.endswith('.py'):
            file = f'configs/_base_/datasets/{source}.py'
        names = _parse({'from_file': file}, source)
    elif isinstance(source, Mapping):
        names = _parse(dict(source), source)
    else:
        names = list(source)
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f'keypoint names must be text, got {names!r}')
    if len(set(names)) < len(names):
        raise ValueError(f'a keypoint name occurs twice in {names}')
    return names


def _parse(metainfo: dict[str, Any], source: Any) -> list[str]:
    """Return the names in a metainfo that mmpose can read."""
    try:
        with warnings.catch_warnings():
            # it tells that the file comes with mmpose, as intended
            warnings.filterwarnings('ignore', message='The metainfo config')
            parsed = parse_metainfo(metainfo)
        by_id = parsed['keypoint_id2name']
        return [by_id[i] for i in range(len(by_id))]
    except FileNotFoundError as error:
        raise ValueError(
            f'no metainfo of the data set {source!r}: give a name that '
            "mmpose knows, as 'coco' or 'crowdpose', the path of a metainfo "
            'file, or a list of keypoint names'
        ) from error
    except (
        AssertionError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise ValueError(
            f'the metainfo {source!r} is incomplete '
            f'({type(error).__name__}: {error}); a list of keypoint names '
            'will do'
        ) from error
