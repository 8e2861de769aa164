"""What a file is that was given as annotations and is not COCO's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_UNPACK = 'unpack it and give the file inside'
_AGAIN = 'download it again'
_EXPORT = 'export COCO keypoints from there, or convert it'
_IMPORT = 'import it: higherhrnet import LABELS --out DIR'
# By the first bytes: what it is, and what to do.
_STARTS = (
    (b'PK\x03\x04', f'a zip archive: {_UNPACK}'),
    (b'version https://git-lfs', "a pointer of Git LFS: run 'git lfs pull'"),
    (b'\x89HDF\r\n', f'HDF5, as of SLEAP or DeepLabCut: {_IMPORT}'),
    (b'scorer,', f'a table of DeepLabCut: {_IMPORT}'),
    (b'<?xml', f'XML, as of CVAT: {_IMPORT}'),
    (b'<', f'perhaps a web page in place of a download: {_AGAIN}'),
)
# Keys that all are there.
_RECORDS = (
    ({'shapes', 'imagePath'}, 'LabelMe'),
    ({'_via_img_metadata'}, 'VIA'),
    ({'_via_settings'}, 'VIA'),
    ({'project', 'file', 'metadata', 'view'}, 'VIA'),
    ({'objects', 'size'}, 'Supervisely'),
    ({'item', 'annotations'}, 'V7'),
    ({'image', 'annotations', 'dataset'}, 'V7'),
    ({'items', 'categories'}, 'Datumaro'),
    ({'skeletons', 'videos'}, 'SLEAP'),
)


def describe_bytes(data: bytes) -> str:
    """Say what a file is that holds no JSON.

    Args:
        data (bytes): Its content.

    Returns:
        str: such as 'a zip archive: unpack it ...', empty if it is not known.
    """
    start = data[:64].lstrip()
    return next((what for s, what in _STARTS if start.startswith(s)), '')


def describe_content(content: Any) -> str:
    """Say what a JSON file is that does not hold COCO's lists.

    Args:
        content (Any): What the file holds.

    Returns:
        str: such as 'a file of LabelMe: ...', empty if it is not known.
    """
    if isinstance(content, list):
        return _describe_list(content)
    if not isinstance(content, Mapping):
        return ''
    if {'meta_info', 'instance_info'} <= content.keys():
        return 'predictions of MMPose, no annotations'
    tool = next((t for keys, t in _RECORDS if keys <= content.keys()), None)
    return f'a file of {tool}: {_EXPORT}' if tool else ''


def _describe_list(content: list[Any]) -> str:
    """Say what a list is, by its first record."""
    first = content[0] if content else None
    if not isinstance(first, Mapping):
        return ''
    if {'image_id', 'score'} <= first.keys():
        return 'predictions (COCO results), no annotations'
    if 'filename' in first and 'annotations' in first:
        return f'a file of AlphaTracker: {_IMPORT}'
    if 'data' in first and first.keys() & {'annotations', 'completions'}:
        return f'a file of Label Studio: {_IMPORT}'
    return ''
