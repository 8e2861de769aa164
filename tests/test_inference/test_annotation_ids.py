"""Inputs are found in annotation files as the data sets read them."""

import json

import pytest
from inference_data import THREE_META, random_people
from mmengine.config import Config
from own_data import metainfo

from higherhrnet_plugin import BottomupCocoWholeBodyDataset
from higherhrnet_plugin.datasets.coco_repair import CocoOptions
from higherhrnet_plugin.inference.annotation_ids import (
    annotation_options,
    read_annotation_ids,
)
from higherhrnet_plugin.inference.coco_results import (
    describe_category,
    write_results,
)
from higherhrnet_plugin.inference.inputs import Source
from higherhrnet_plugin.structures.metainfo import parse_metainfo

OPTIONS = CocoOptions(3, missing_images='ignore', allow_unsized=True)


@pytest.fixture
def ann_file(tmp_path):
    """Write an annotation file with images in folders."""
    path = tmp_path / 'a.json'
    names = {7: 'val/1.jpg', 9: '1.jpg', 12: 'train/2.jpg'}
    path.write_text(
        json.dumps(
            dict(
                images=[dict(id=i, file_name=n) for i, n in names.items()],
                categories=[dict(id=3, name='animal')],
            )
        )
    )
    return path


def sources(*names):
    return [
        Source(f'/data/{name}', name.rpartition('/')[2], 'image')
        for name in names
    ]


def test_ids_of_an_annotation_file(ann_file, tmp_path):
    found, category, _ = read_annotation_ids(
        str(ann_file), sources('val/1.jpg', 'train/2.jpg'), OPTIONS
    )
    assert {name: image['id'] for name, image in found.items()} == {
        '1.jpg': 7,
        '2.jpg': 12,
    }
    assert category == 3
    other, *_ = read_annotation_ids(
        str(ann_file), sources('new/1.jpg'), OPTIONS
    )
    assert other['1.jpg']['id'] == 9
    (source, _) = sources('train/2.jpg', 'val/1.jpg')
    record = dict(width=5, height=4, people=random_people(1, 3).to_records())
    write_results(
        tmp_path,
        [(source, record)],
        describe_category(THREE_META, category),
        found,
    )
    (row,) = json.loads((tmp_path / 'predictions.json').read_text())
    assert (row['image_id'], row['category_id']) == (12, 3)
    (image,) = json.loads((tmp_path / 'images.json').read_text())['images']
    assert image == dict(id=12, file_name='train/2.jpg', width=5, height=4)


@pytest.mark.parametrize(
    ('content', 'names', 'words'),
    [
        (None, ['3.jpg'], 'does not list the input 3.jpg'),
        (None, ['new/1.jpg', 'old/x1.jpg'], 'does not list the input x1.jpg'),
        ('{"images": [{"id": 1}]}', ['1.jpg'], "'file_name' is missing"),
        ('[1]', ['1.jpg'], 'COCO files hold a record, this one a list'),
        ('{', ['1.jpg'], 'cannot be read'),
        (
            '{"images": [{"id": 1, "file_name": "1.jpg"}], "categories": '
            '[{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]}',
            ['1.jpg'],
            'not clear which category',
        ),
    ],
)
def test_annotation_files_that_do_not_fit(ann_file, content, names, words):
    if content is not None:
        ann_file.write_text(content)
    with pytest.raises(ValueError, match=words) as raised:
        read_annotation_ids(str(ann_file), sources(*names), OPTIONS)
    assert str(ann_file) in str(raised.value)


@pytest.mark.parametrize(
    ('written', 'path'),
    [
        ('train2017/0.png', 'images/0.png'),
        ('b\\0.png', 'b/0.png'),
        ('my%20a.png', 'my a.png'),
        ('0.PNG', '0.png'),
        ('/far/away/0.png', 'images/0.png'),
    ],
)
def test_spellings_that_data_sets_read(tmp_path, written, path):
    file = tmp_path / 'a.json'
    content = dict(
        images=[dict(id='x9', file_name=written)],
        categories=[
            dict(id=0, name='mice'),
            dict(id=4, name='mouse', keypoints=['a', 'b', 'c']),
        ],
    )
    file.write_text(json.dumps(content), encoding='utf-16')
    found, category, _ = read_annotation_ids(str(file), sources(path), OPTIONS)
    (image,) = found.values()
    # text as id is numbered by every reader
    assert image == dict(id=1, file_name=written)
    assert category == 4


def test_two_inputs_for_one_image(ann_file):
    two = [
        Source('/x/1.jpg', 'x/1.jpg', 'image'),
        Source('/y/1.jpg', 'y/1.jpg', 'image'),
    ]
    with pytest.raises(ValueError, match='are both image 9'):
        read_annotation_ids(str(ann_file), two, OPTIONS)


def test_the_person_among_several_categories(ann_file):
    content = json.loads(ann_file.read_text())
    content['categories'] += [dict(id=5, name='person')]
    ann_file.write_text(json.dumps(content))
    _, category, _ = read_annotation_ids(
        str(ann_file), sources('1.jpg'), OPTIONS
    )
    assert category == 5


def test_the_file_is_read_as_by_the_test_of_the_config(tmp_path):
    """Its category, its lists of keypoints and its other names."""
    renaming = {f'p{i}': f'point {i}' for i in range(3)}
    data_set = dict(
        type='BottomupCocoDataset',
        metainfo=metainfo(3),
        category='mouse',
        rename_keypoints=renaming,
    )
    cfg = Config(dict(test_dataloader=dict(dataset=data_set)))
    meta = parse_metainfo(metainfo(3))
    options = annotation_options(cfg, meta)
    assert options.category == 'mouse'
    assert options.names == ('point 0', 'point 1', 'point 2')
    joined = dict(dataset=dict(type='CombinedDataset', datasets=[data_set]))
    for other in (Config({}), Config(dict(test_dataloader=joined))):
        assert annotation_options(other, meta) == CocoOptions(
            3,
            None,
            None,
            'ignore',
            names=options.names,
            allow_unsized=True,
        )
    whole = dict(dataset=dict(type='BottomupCocoWholeBodyDataset'))
    found = annotation_options(
        Config(dict(test_dataloader=whole)),
        BottomupCocoWholeBodyDataset._load_metainfo(),
    )
    assert found.num_keypoints == sum(found.keypoint_fields.values()) == 133

    mouse = dict(id='m', name='mouse', keypoints=['p2', 'p1', 'p0'])
    person = dict(id=1, image_id=1, category_id='m', keypoints=['9', 9, 2] * 3)
    content = dict(
        images=[dict(id=1, file_name='1.jpg')],
        categories=[dict(id='r', name='rat', keypoints=['p0'] * 3), mouse],
        annotations=[person],
    )
    file = tmp_path / 'a.json'
    file.write_text(json.dumps(content))
    _, category, report = read_annotation_ids(
        str(file), sources('1.jpg'), options
    )
    # neither id is a number
    assert category == 2
    assert list(report.repaired) == [
        'categories whose keypoints have another order than the metainfo; '
        'all keypoints are brought into that of the metainfo',
        '`keypoints` in text, read as numbers',
    ]
    assert list(report.dropped) == [
        'annotations of images without a size, not looked at'
    ]
    mouse['keypoints'] = ['nose', 'eye', 'ear']
    file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r'--ann-file: .*a\.json.*has \['):
        read_annotation_ids(str(file), sources('1.jpg'), options)


def test_an_input_that_is_not_annotated(tmp_path):
    """The evaluation does not know such an image either."""
    file = tmp_path / 'a.json'
    images = [
        dict(id=1, file_name='1.jpg', annotated=False),
        dict(id=2, file_name='2.jpg'),
    ]
    person = dict(id=1, image_id=2, category_id=1)
    file.write_text(json.dumps(dict(images=images, annotations=[person])))
    with pytest.raises(
        ValueError, match=r'list the input 1\.jpg, or it is among the images'
    ):
        read_annotation_ids(str(file), sources('1.jpg'), OPTIONS)
