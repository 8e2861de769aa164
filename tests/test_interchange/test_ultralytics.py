"""Data sets of Ultralytics, as its documentation lays them out."""

import json

import numpy as np
import pytest
from labelled_images import make_content, read_result

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, load_coco
from higherhrnet_plugin.interchange import ImportOptions, import_labels
from higherhrnet_plugin.interchange.ultralytics import read_ultralytics


def write_ultralytics(root, layout='{kind}/{split}', **settings):
    """Write a data set as Ultralytics documents it: hidden keypoints too."""
    for split, seed in (('train', 1), ('val', 2)):
        make_content(root / layout.format(kind='images', split=split), (1, 1))
        labels = root / layout.format(kind='labels', split=split)
        labels.mkdir(parents=True, exist_ok=True)
        row = f'0 0.5 0.5 0.25 0.5 0.5 0.25 2 0 0 0 0.75 0.{seed} 1'
        (labels / 'cage 001.txt').write_text(f'{row}\n0 .5 .5 .1 .1\n')
    text = {
        'path': '/gone/data',
        'train': layout.format(kind='images', split='train'),
        'val': layout.format(kind='images', split='val'),
        'kpt_shape': [3, 3],
        'names': {0: 'mouse', 1: 'rat'},
        **settings,
    }
    # JSON is YAML
    (root / 'data.yaml').write_text(json.dumps(text))
    return root


@pytest.mark.parametrize('layout', ['{kind}/{split}', '{split}/{kind}'])
def test_ultralytics(tmp_path, layout):
    folder = write_ultralytics(
        tmp_path / 'yolo', layout, kpt_names={0: ['nose', 'ear', 'tail']}
    )
    lines = import_labels(folder, tmp_path / 'out', ImportOptions(copy=True))
    assert 'masked in training: 2 people without labelled keypoints' in lines
    for split, y in (('train', 0.1), ('val', 0.2)):
        content = read_result(tmp_path / 'out', split)
        person, box = content['annotations']
        np.testing.assert_allclose(
            person['keypoints'],
            [48, 16, 2, 0, 0, 0, 72, y * 64, 1],
        )
        # (x, y, w, h) of the label, not around the keypoints
        np.testing.assert_allclose(person['bbox'], [36, 16, 24, 32])
        assert (box['keypoints'], box['num_keypoints']) == ([0] * 9, 0)
        np.testing.assert_allclose(box['bbox'], [43.2, 28.8, 9.6, 6.4])
        (category,) = content['categories']
        assert category['keypoints'] == ['nose', 'ear', 'tail']
        assert category['name'] == 'mouse'
        # an image without labels shows nobody
        assert len(content['images']) == 2
        files = [i['file_name'] for i in content['images']]
        assert all(split in name for name in files)
        for name in files:
            place = tmp_path / 'out' / 'images' / name
            assert place.is_file()
            assert not place.is_symlink()


def test_who_has_no_keypoints_is_masked(tmp_path):
    folder = write_ultralytics(tmp_path / 'yolo', val=None)
    file = folder / 'labels/train/cage 001.txt'
    zeros = ' 0' * 9
    # a class of boxes alone is no choice; a box without a size is no place
    file.write_text(
        f'{file.read_text()}0 .2 .2 .1 .2{zeros}\n1 .5 .5 1 1\n'
        f'0 .2 .2 0 0{zeros}\n'
    )
    lines = import_labels(folder, tmp_path / 'out')
    assert 'left out: 1 people of other skeletons' in lines
    assert (
        'left out: 1 people without labelled keypoints, and without box'
        in lines
    )
    options = CocoOptions(3, image_dir=str(tmp_path / 'out/images'))
    content, report = load_coco(str(tmp_path / 'out/train.json'), options)
    assert report.is_clean
    assert report.totals['unlabelled people'] == 2
    boxes = [
        a['bbox'] for a in content['annotations'] if not a['num_keypoints']
    ]
    np.testing.assert_allclose(
        boxes, [[43.2, 28.8, 9.6, 6.4], [14.4, 6.4, 9.6, 12.8]]
    )


def test_boxes_alone_are_no_labels(tmp_path):
    folder = write_ultralytics(tmp_path / 'yolo', val=None)
    (folder / 'labels/train/cage 001.txt').write_text('0 .5 .5 .1 .1\n')
    with pytest.raises(ValueError, match=r'(?s)nobody with.*: 1 people wit'):
        import_labels(folder, tmp_path / 'out')


@pytest.mark.parametrize(
    ('flips', 'names', 'note'),
    [
        ([1, 0, 2], None, 'needs --flip-pairs 0,1'),
        ([1, 0, 2], ['left ear', 'tail', 'right ear'], '--flip-pairs 0,1'),
        ([0, 1, 2], ['left ear', 'right ear', 'tail'], '--flip-pairs'),
        ([1, 0], None, r'[1, 0] does not pair 3 keypoints'),
        ([1, 2, 0], None, r'[1, 2, 0] does not pair'),
        ([1, 0, 3], None, r'[1, 0, 3] does not pair'),
        ('x', None, "'x' does not pair"),
        ([1, 0, 2], ['left ear', 'right ear', 'tail'], ''),
        ([0, 1, 2], None, ''),
        (None, None, ''),
    ],
)
def test_mirrored_keypoints_are_told(tmp_path, flips, names, note):
    folder = write_ultralytics(
        tmp_path,
        kpt_names={0: names},
        **({'flip_idx': flips} if flips else {}),
    )
    notes = read_ultralytics(folder).notes
    assert len(notes) == bool(note)
    assert not note or (note in notes[0] and 'data.yaml: ' in notes[0])


def test_lists_of_images_and_two_numbers_a_keypoint(tmp_path):
    folder = write_ultralytics(
        tmp_path, train='train.txt', val=None, kpt_shape=[2, 2]
    )
    (folder / 'train.txt').write_text('./images/train/cage 001.png\n\n')
    (folder / 'labels/train/cage 001.txt').write_text(
        '1 0.5 0.5 0.5 0.5 0.5 0.25 0 0\n'
    )
    labels = read_ultralytics(folder)
    (image,) = labels.images
    (person,) = image.people
    np.testing.assert_array_equal(person.keypoints, [[48, 16, 2], [0, 0, 0]])
    assert person.skeleton == 'rat'
    assert labels.skeletons[0].keypoints == ('point_0', 'point_1')


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        ({'kpt_shape': None}, '`kpt_shape` of pose data'),
        ({'kpt_shape': [3, 4]}, '`kpt_shape` of pose data'),
        ({'kpt_shape': [17, 3]}, r'line 1: 14 numbers, 56 are expected'),
        ({'names': ['x'], 'kpt_shape': [3, 3]}, ''),
        ({'names': {7: 'x'}}, 'line 1: class 0 has no name'),
    ],
)
def test_wrong_data_sets_of_ultralytics(tmp_path, settings, message):
    folder = write_ultralytics(tmp_path, **settings)
    if not message:
        assert len(read_ultralytics(folder).images) == 4
        return
    with pytest.raises(ValueError, match=message):
        read_ultralytics(folder)


@pytest.mark.parametrize(
    ('word', 'message'),
    [('nan', 'line 1: not all'), ('x', 'line 1: could not'), ('', '13 num')],
)
def test_wrong_lines_of_ultralytics(tmp_path, word, message):
    folder = write_ultralytics(tmp_path)
    file = folder / 'labels/train/cage 001.txt'
    file.write_text(file.read_text().replace('0.75', word))
    with pytest.raises(ValueError, match=message):
        read_ultralytics(folder)


def test_images_that_are_none_are_named(tmp_path):
    folder = write_ultralytics(tmp_path)
    (folder / 'images/train/cage 001.png').write_text('x')
    with pytest.raises(ValueError, match=r'train/cage 001\.png cannot be re'):
        read_ultralytics(folder)


@pytest.mark.parametrize('path', [None, '.', '/gone', '../somewhere'])
def test_folders_that_lie_beside_as_roboflow_writes_them(tmp_path, path):
    folder = write_ultralytics(
        tmp_path / 'set',
        '{split}/{kind}',
        train='../train/images',
        val='../val/images',
        path=path,
    )
    assert len(read_ultralytics(folder).images) == 4
    # what is where it says is taken first
    make_content(tmp_path / 'train' / 'images', (1, 1, 1))
    assert len(read_ultralytics(folder).images) == 5


@pytest.mark.parametrize(
    ('path', 'count'), [(None, 1), ('.', 1), ('elsewhere', 2)]
)
def test_missing_folders_of_ultralytics(tmp_path, path, count):
    folder = write_ultralytics(tmp_path, val='images/gone', path=path)
    with pytest.raises(
        FileNotFoundError, match="no 'images/gone' of 'val'"
    ) as error:
        read_ultralytics(folder)
    # each place is named once
    assert str(error.value).count(f'{tmp_path}') == 1 + count


def test_linked_folders_of_ultralytics(tmp_path):
    folder = write_ultralytics(tmp_path / 'yolo', val=None)
    make_content(tmp_path / 'more', (1,))
    (tmp_path / 'yolo/images/train/more').symlink_to(tmp_path / 'more')
    names = [image.source for image in read_ultralytics(folder).images]
    assert [name for name in names if 'more' in name] == [
        str(folder / 'images/train/more/cage 001.png')
    ]
    assert len(names) == 3


def test_yaml_runs_nothing(tmp_path):
    folder = write_ultralytics(tmp_path)
    marker = tmp_path / 'ran'
    (folder / 'data.yaml').write_text(
        f'a: !!python/object/apply:os.mkdir ["{marker}"]\n'
    )
    with pytest.raises(ValueError, match='cannot be read'):
        read_ultralytics(folder)
    assert not marker.exists()
