"""What labels are, and what is never loaded."""

import gzip
import json
import pickle

import numpy as np
import pytest
from processes import run_python

from higherhrnet_plugin.interchange import ImportOptions, import_labels
from higherhrnet_plugin.interchange.formats import FORMATS, find_format


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return open, (self.marker, 'w')


@pytest.mark.parametrize(
    'name', ['a.pkl', 'a.pickle', 'a.pt', 'a.slp', 'a.json', 'a.csv', 'a.h5']
)
@pytest.mark.parametrize('protocol', [2, 5])
@pytest.mark.parametrize('kind', ['', *FORMATS])
def test_pickles_are_refused_under_any_name(tmp_path, name, protocol, kind):
    marker = tmp_path / 'ran'
    file = tmp_path / name
    file.write_bytes(pickle.dumps(Trap(marker), protocol))
    with pytest.raises(ValueError, match='may run code'):
        import_labels(file, tmp_path / 'out', ImportOptions(kind=kind))
    assert not marker.exists()
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('name', ['a.npz', 'a.npy', 'a.csv'])
def test_arrays_are_refused(tmp_path, name):
    file = tmp_path / name
    with file.open('wb') as target:
        if name == 'a.npz':
            np.savez(target, x=np.array([{}], dtype=object))
        else:
            np.save(target, np.array([{}], dtype=object))
    with pytest.raises(ValueError, match='may run code'):
        find_format(file)


@pytest.mark.parametrize(
    ('name', 'content', 'message'),
    [
        ('a.zip', 'PK\3\4', 'unpack it'),
        ('a.json', '{}', 'of no kind that is read'),
        ('a.json', '{', 'no JSON'),
        ('a.txt', 'x', 'of no kind that is read'),
        ('a.mat', 'x', 'MATLAB'),
        ('config.yaml', '- x', 'config.yaml holds no settings'),
        ('a.nwb', 'x', 'is NWB'),
        ('a.h5', 'x', 'CollectedData'),
        ('CollectedData_me.h5', 'x', 'give that table'),
    ],
)
def test_others_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    (tmp_path / 'CollectedData_me.csv').write_text('scorer,me')
    with pytest.raises(ValueError, match=message):
        find_format(tmp_path / name)


@pytest.mark.parametrize(
    ('name', 'content', 'kind'),
    [
        (
            'a.json',
            [{'data': {'image': 'x'}, 'annotations': []}],
            'label-studio',
        ),
        ('a.json', [{'filename': 'x', 'annotations': []}], 'alphatracker'),
        ('a.json', {'images': []}, 'coco'),
        ('a.JSON.gz', {'images': []}, 'coco'),
        ('a_pose_est_v5.h5', 0, 'jabs'),
        ('config.yaml', {'bodyparts': ['nose']}, 'deeplabcut'),
        ('config.yaml', {'kpt_shape': [17, 3]}, 'ultralytics'),
        ('mice.yaml', 0, 'ultralytics'),
        ('a.slp', 0, 'sleap'),
        ('a.xml', 0, 'cvat'),
        ('a.csv', 0, 'csv'),
    ],
)
def test_kinds(tmp_path, name, content, kind):
    file = tmp_path / name
    file.write_text(json.dumps(content))
    assert find_format(file) == kind
    with pytest.raises(ValueError, match='is a folder without'):
        find_format(tmp_path)


@pytest.mark.parametrize('name', ['a.json', 'a.json.gz'])
def test_packed_files(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(gzip.compress(b'{"images": []}'))
    assert find_format(file) == 'coco'
    file.write_bytes(gzip.compress(b'[{"data": {}}]'))
    with pytest.raises(ValueError, match='is packed, as only COCO'):
        find_format(file)
    file.write_bytes(gzip.compress(b'{"images": []}')[:-9])
    with pytest.raises(ValueError, match='no JSON'):
        find_format(file)


def test_the_folder_of_the_result_must_be_empty(tmp_path):
    (tmp_path / 'photo.png').touch()
    with pytest.raises(ValueError, match='choose another --out'):
        import_labels(tmp_path / 'a.slp', tmp_path)


def test_sleap_io_is_asked_for_where_it_is_needed(tmp_path):
    (tmp_path / 'a.slp').write_text('x')
    code = (
        "import sys; sys.modules['sleap_io'] = None; "
        'from pathlib import Path; '
        'from higherhrnet_plugin.interchange import import_labels; '
        "import_labels(Path('a.slp'), Path('out'))"
    )
    done = run_python('-c', code, cwd=tmp_path)
    assert done.returncode == 1
    assert "pip install 'sleap-io>=0.9.5,<0.10'" in done.stderr
