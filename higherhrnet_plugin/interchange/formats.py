"""What labels are, by their names and first bytes.

Nothing here takes long to import, as the arguments of the tool need it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

from .settings import read_settings

FORMATS = {
    'sleap': 'SLEAP: .slp, .pkg.slp',
    'deeplabcut': 'DeepLabCut: config.yaml, its folder, or a table .csv',
    'label-studio': 'Label Studio: JSON',
    'ultralytics': 'Ultralytics pose: data.yaml or its folder',
    'jabs': 'JABS: *_pose_est_v?.h5',
    'alphatracker': 'AlphaTracker: JSON',
    'csv': 'tables of SLEAP and sleap-io: .csv',
    'cvat': 'CVAT for images 1.1: .xml',
    'coco': 'COCO keypoints: .json, .json.gz',
}
_GZIP = b'\x1f\x8b'
_PICKLED = (
    'may run code when it is read, and is never loaded: export the labels '
    'in another format'
)
# by suffix: why it is not read
_REFUSED = {
    **dict.fromkeys(('.pickle', '.pkl', '.pt', '.pth', '.joblib'), _PICKLED),
    **dict.fromkeys(('.npy', '.npz'), _PICKLED),
    '.mat': 'is a file of MATLAB: export the labels in another format',
    '.zip': 'is an archive: unpack it and give what is inside',
    '.nwb': 'is NWB, which is written and not read: import what it was made '
    'from',
}


def find_format(path: Path) -> str:
    """Find out what kind of labels a file or folder holds.

    Args:
        path (Path): File or folder.

    Returns:
        str: one of ``FORMATS``.

    Raises:
        OSError: If it is not there or cannot be read.
        ValueError: If it is of no such kind, or one that is never loaded.
    """
    if path.is_dir():
        return _kind_of_folder(path)
    refuse_code(path)
    suffix = path.suffix.lower()
    if suffix in ('.yaml', '.yml'):
        return _kind_of_yaml(path)
    if suffix == '.json' or path.name.lower().endswith('.json.gz'):
        return _kind_of_json(path)
    if suffix == '.csv':
        with path.open(encoding='utf-8-sig', errors='replace') as file:
            return 'deeplabcut' if file.read(6) == 'scorer' else 'csv'
    if suffix in ('.h5', '.hdf5'):
        return _kind_of_hdf5(path)
    kind = {'.slp': 'sleap', '.xml': 'cvat'}.get(suffix)
    if kind is None:
        raise ValueError(f'{path}: {_unknown()}')
    return kind


def refuse_code(path: Path) -> None:
    """Refuse files that could run code, and others that are never read.

    Args:
        path (Path): The file.

    Raises:
        OSError: If it is not there.
        ValueError: If it is one of them; nothing of it was loaded.
    """
    with path.open('rb') as file:
        start = file.read(8)
    why = _REFUSED.get(path.suffix.lower())
    if start.startswith(b'\x93NUMPY') or (
        # a pickle since protocol 2
        start[:1] == b'\x80' and start[1:2] in b'\2\3\4\5'
    ):
        why = _PICKLED
    elif start.startswith(b'PK\3\4'):
        why = why or _REFUSED['.zip']
    if why:
        raise ValueError(f'{path} {why}')


def _kind_of_folder(path: Path) -> str:
    """Tell the folders of two tools apart."""
    if (path / 'labeled-data').is_dir():
        return 'deeplabcut'
    if (path / 'data.yaml').is_file():
        return 'ultralytics'
    raise ValueError(
        f'{path} is a folder without labeled-data (DeepLabCut) and without '
        'data.yaml (Ultralytics): name the file of labels'
    )


def _kind_of_yaml(path: Path) -> str:
    """Tell the settings of two tools apart."""
    # DeepLabCut has this name alone, and Ultralytics takes any
    if path.name == 'config.yaml' and 'kpt_shape' not in read_settings(path):
        return 'deeplabcut'
    return 'ultralytics'


def _kind_of_json(path: Path) -> str:
    """Tell the JSON files of three tools apart."""
    data = path.read_bytes()
    is_packed = data.startswith(_GZIP)
    try:
        content: Any = json.loads(gzip.decompress(data) if is_packed else data)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f'{path}: no JSON: {error}') from error
    if isinstance(content, list) and is_packed:
        raise ValueError(f'{path} is packed, as only COCO may be: unpack it')
    first = content[0] if isinstance(content, list) and content else None
    if isinstance(first, dict):
        if 'filename' in first and 'annotations' in first:
            return 'alphatracker'
        if 'data' in first or first.keys() & {'annotations', 'completions'}:
            return 'label-studio'
    if isinstance(content, dict) and 'images' in content:
        return 'coco'
    raise ValueError(f'{path}: {_unknown()}')


def _kind_of_hdf5(path: Path) -> str:
    """Take pose files of JABS, and say what to do about others."""
    if '_pose_est_v' in path.name:
        return 'jabs'
    tables = sorted(path.parent.glob(f'{path.stem}.csv'))
    if tables:
        raise ValueError(
            f'{path} is HDF5, of DeepLabCut if it lies beside '
            f'{tables[0].name}: give that table'
        )
    raise ValueError(
        f'{path} is HDF5, and no *_pose_est_v?.h5 of JABS; of DeepLabCut give '
        'the table CollectedData_*.csv, of SLEAP the .slp'
    )


def _unknown() -> str:
    """List what is read."""
    kinds = '; '.join(FORMATS.values())
    return f'labels of no kind that is read ({kinds}); --format chooses one'
