"""What sleap-io writes of labels comes back as the same labels."""

import json

import numpy as np
import pytest
from labelled_images import KEYPOINTS, LINKS, make_content, people_by_image

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, load_coco
from higherhrnet_plugin.interchange import import_labels

sio = pytest.importorskip(
    'sleap_io', reason='sleap-io is in requirements/extra.lock.txt'
)
foreign = pytest.importorskip('foreign_labels')


def write_slp(content, images, root):
    labels = foreign.to_sleap(content, images, tracks=True)
    sio.save_slp(labels, str(root / 'mice.slp'))
    return root / 'mice.slp'


def write_package(content, images, root):
    labels = foreign.to_sleap(content, images, tracks=True)
    file = root / 'mice.pkg.slp'
    sio.save_slp(labels, str(file), embed='all', verbose=False)
    return file


def write_studio(content, images, root):
    labels = foreign.to_sleap(content, images)
    sio.save_labelstudio(labels, str(root / 'studio.json'))
    return root / 'studio.json'


def write_deeplabcut(content, images, root):
    labels = foreign.to_sleap(content, images, tracks=True)
    return foreign.write_deeplabcut(labels, root / 'dlc')


def write_ultralytics(content, images, root):
    labels = foreign.to_sleap(content, images)
    return foreign.write_ultralytics(labels, root / 'yolo')


def write_coco(content, images, root):
    file = images / 'coco.json'
    sio.save_coco(foreign.to_sleap(content, images), str(file))
    return file


# what writes it, how exact it is in pixels, whether it keeps links, images
# with nobody, and individuals
WRITERS = {
    'sleap': (write_slp, 0, True, True, True),
    'sleap with pixels': (write_package, 0, True, True, True),
    'label studio': (write_studio, 1e-9, False, True, False),
    'deeplabcut': (write_deeplabcut, 0, True, False, True),
    'ultralytics': (write_ultralytics, 1e-4, True, True, False),
    'coco': (write_coco, 1e-9, True, True, False),
}


@pytest.mark.parametrize('name', WRITERS)
def test_labels_come_back(tmp_path, name):
    write, exact, links, nobody, individuals = WRITERS[name]
    images = tmp_path / 'images of mice'
    content = make_content(images)
    labels = write(content, images, tmp_path)
    before = _files(tmp_path)
    lines = import_labels(labels, tmp_path / 'out')
    after = _files(tmp_path)
    assert {f: after[f] for f in before} == before

    (file,) = (tmp_path / 'out').glob('*.json')
    read = json.loads(file.read_text())
    (category,) = read['categories']
    assert category['keypoints'] == KEYPOINTS
    assert category['skeleton'] == (LINKS if links else [])
    wanted = people_by_image(content, images)
    if not nobody:
        wanted = {
            pixels: people for pixels, people in wanted.items() if people
        }
        assert any('left out: 1 images' in line for line in lines)
    found = people_by_image(read, tmp_path / 'out' / 'images')
    assert found.keys() == wanted.keys()
    for pixels, people in wanted.items():
        np.testing.assert_allclose(found[pixels], people, rtol=0, atol=exact)
    has_tracks = [('track_id' in a) for a in read['annotations']]
    assert has_tracks == [individuals] * 5
    # nothing is left to repair for the reader of training
    options = CocoOptions(4, image_dir=str(tmp_path / 'out' / 'images'))
    same, report = load_coco(str(file), options)
    assert report.is_clean
    assert same == read
    assert not [line for line in lines if 'WARNING' in line]


def _files(root):
    """Read all files but those of the result."""
    return {
        path: path.read_bytes()
        for path in root.rglob('*')
        if path.is_file() and root / 'out' not in path.parents
    }
