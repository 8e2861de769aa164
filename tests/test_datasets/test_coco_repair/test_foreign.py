"""Files of other tools and kinds are named, not called broken."""

import io
import json
import zipfile

import pytest

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, load_coco

PAGE = b'\n<!DOCTYPE html><html>'
LFS = b'version https://git-lfs.github.com/spec/v1\noid sha256:0\n'
CVAT = b'<?xml version="1.0" encoding="utf-8"?><annotations/>'


def pack():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w') as archive:
        archive.writestr('annotations/person_keypoints.json', '{}')
    return stream.getvalue()


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (pack(), 'a zip archive: unpack it'),
        (LFS, "Git LFS: run 'git lfs pull'"),
        (PAGE, 'a web page in place of a download'),
        (CVAT, 'XML, as of CVAT'),
        (b'\x89HDF\r\n\x1a\n' + bytes(99), 'HDF5, as of SLEAP'),
        (b'scorer,me,me\nbodyparts,nose,nose\n', 'a table of DeepLabCut'),
        (b'{"id": 1}\n{"id": 2}\n', 'line 2 .*a single record, not one a'),
        (b'{"id": 1} {"id": 2}', 'Extra data: line 1 [^;]*$'),
    ],
    ids=['zip', 'lfs', 'page', 'xml', 'hdf5', 'csv', 'lines', 'other'],
)
def test_files_that_are_no_json(tmp_path, data, words):
    file = tmp_path / 'a.json'
    file.write_bytes(data)
    with pytest.raises(ValueError, match=rf'a\.json.*cannot be .*{words}'):
        load_coco(str(file), CocoOptions(5))


LABEL_STUDIO = {
    'id': 1,
    'data': {'image': '/data/upload/1/8f2c-a.jpg'},
    'annotations': [{'result': [{'type': 'keypointlabels', 'value': {}}]}],
}
LABELME = {
    'version': '5.2.1',
    'shapes': [{'label': 'nose', 'points': [[1, 2]], 'shape_type': 'point'}],
    'imagePath': 'a.jpg',
}
VIA = {
    '_via_settings': {},
    '_via_img_metadata': {'a.jpg99': {'filename': 'a.jpg', 'regions': []}},
}
SUPERVISELY = {
    'description': '',
    'tags': [],
    'size': {'height': 9, 'width': 9},
    'objects': [{'geometryType': 'graph', 'nodes': {}}],
}
DARWIN = {
    'version': '2.0',
    'item': {'name': 'a.jpg', 'slots': []},
    'annotations': [{'name': 'mouse', 'skeleton': {'nodes': []}}],
}
OLD_DARWIN = {'dataset': 'mice', 'image': {}, 'annotations': []}
DATUMARO = {'info': {}, 'categories': {'points': {}}, 'items': []}
SLEAP = {'nodes': [], 'skeletons': [], 'videos': [], 'labels': []}
RESULT = {'image_id': 1, 'category_id': 1, 'keypoints': [1], 'score': 0.5}
MMPOSE = {'meta_info': {}, 'instance_info': [{'instances': []}]}


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        ([LABEL_STUDIO], 'of Label Studio: import it'),
        (LABELME, 'of LabelMe: export'),
        (VIA, 'of VIA: export'),
        (SUPERVISELY, 'of Supervisely: export'),
        (DARWIN, 'of V7: export'),
        (OLD_DARWIN, 'of V7: export'),
        (DATUMARO, 'of Datumaro: export'),
        (SLEAP, 'of SLEAP: export'),
        ([RESULT], 'predictions .COCO results., no annotations'),
        (MMPOSE, 'predictions of MMPose, no annotations'),
        ([], 'a record, this one a list$'),
        ([[1]], 'a record, this one a list$'),
        (None, 'a record, this one a NoneType$'),
        ({'message': 'Not Found'}, '`images` lists none$'),
    ],
    ids=lambda value: None if isinstance(value, str) else '',
)
def test_files_of_other_tools(tmp_path, content, words):
    file = tmp_path / 'a.json'
    file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=rf'a\.json.*{words}'):
        load_coco(str(file), CocoOptions(5))


def test_keys_of_other_tools_do_no_harm(tmp_path):
    """Such as those that a converter has left in a COCO file."""
    content = {
        **{key: value for key, value in SLEAP.items() if key != 'labels'},
        'images': [{'id': 1, 'file_name': 'a', 'width': 9, 'height': 9}],
    }
    file = tmp_path / 'a.json'
    file.write_text(json.dumps(content))
    options = CocoOptions(5, missing_images='ignore')
    found, _ = load_coco(str(file), options)
    assert len(found['images']) == 1
