"""Formats that are read without sleap-io: CVAT, Ultralytics, COCO."""

import json

import numpy as np
import pytest
from labelled_images import KEYPOINTS, LINKS, make_content, people_by_image

from higherhrnet_plugin.interchange import ImportOptions, import_labels
from higherhrnet_plugin.interchange.cvat import parse_xml, read_cvat
from higherhrnet_plugin.interchange.ultralytics import read_ultralytics

# as CVAT 2 exports a task of skeletons, with an edge and a corner case each
CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><labels>
    <label><name>mouse</name><color>#fa3253</color><type>skeleton</type>
      <attributes></attributes>
      <svg>&lt;line x1="1" y1="2" data-type="edge" data-node-from="1"
        data-node-to="2"&gt;&lt;/line&gt;
        &lt;circle r="1" data-type="element node" data-element-id="1"
        data-node-id="1" data-label-name="nose"&gt;&lt;/circle&gt;
        &lt;circle r="1" data-type="element node" data-element-id="2"
        data-node-id="2" data-label-name="tail"&gt;&lt;/circle&gt;</svg>
    </label>
    <label><name>nose</name><type>points</type><parent>mouse</parent></label>
    <label><name>tail</name><type>points</type><parent>mouse</parent></label>
  </labels></task></meta>
  <image id="0" name="a/cage 001.png" width="96" height="64">
    <skeleton label="mouse" source="manual" z_order="0">
      <points label="tail" source="manual" outside="0" occluded="1"
        points="30.50,40.25"></points>
      <points label="nose" source="manual" outside="0" occluded="0"
        points="10.00,20.00"></points>
    </skeleton>
    <skeleton label="mouse" source="manual" z_order="1">
      <points label="nose" outside="1" occluded="0" points="1,1"></points>
      <points label="tail" outside="0" occluded="0" points="7,8"></points>
    </skeleton>
    <box label="cage" xtl="0" ytl="0" xbr="9" ybr="9" occluded="0"></box>
    <tag label="good" source="manual"></tag>
  </image>
  <image id="1" name="a/cage 002.png" width="96" height="64"></image>
</annotations>
"""


def write_cvat(root, text=CVAT):
    make_content(root / 'images' / 'a', (1, 1))
    (root / 'annotations.xml').write_text(text)
    return root / 'annotations.xml'


def read(out, name='annotations'):
    return json.loads((out / f'{name}.json').read_text())


def test_skeletons_of_cvat(tmp_path):
    lines = import_labels(write_cvat(tmp_path), tmp_path / 'out')
    content = read(tmp_path / 'out')
    assert [a['keypoints'] for a in content['annotations']] == [
        [10, 20, 2, 30.5, 40.25, 1],
        [0, 0, 0, 7, 8, 2],
    ]
    (category,) = content['categories']
    assert category['keypoints'] == ['nose', 'tail']
    assert category['skeleton'] == [[1, 2]]
    assert [i['file_name'] for i in content['images']] == ['cage 001.png']
    assert lines[0] == (
        'cvat: 0 videos, 1 images, 2 people, 3 keypoints labelled, 1 of them '
        'hidden, 0 individuals'
    )
    assert 'left out: 1 shapes of the kind box' in lines
    assert any(
        line.startswith('left out: 1 images on which nobody') for line in lines
    )


def test_empty_images_of_cvat_are_kept_if_asked(tmp_path):
    options = ImportOptions(keep_empty=True)
    import_labels(write_cvat(tmp_path), tmp_path / 'out', options)
    assert len(read(tmp_path / 'out')['images']) == 2


def test_points_of_cvat(tmp_path):
    shape = '<points label="rat" points="1.5,2;3,4" occluded="{}"></points>'
    text = CVAT.replace('<tag label="good" source="manual"></tag>', shape)
    file = write_cvat(tmp_path, text.format(1))
    with pytest.raises(ValueError, match=r"\['mouse', 'rat'\]; choose one"):
        import_labels(file, tmp_path / 'out')
    import_labels(file, tmp_path / 'out', ImportOptions(skeleton='rat'))
    (person,) = read(tmp_path / 'out')['annotations']
    assert person['keypoints'] == [1.5, 2, 1, 3, 4, 1]
    more = text.format(0).replace(
        '<image id="1"',
        '<image id="2" name="x" width="1" height="1">'
        '<points label="rat" points="1,1;2,2;3,3"></points></image>'
        '<image id="1"',
    )
    with pytest.raises(ValueError, match="image 'x': a shape 'rat' has 3"):
        read_cvat(write_cvat(tmp_path, more))


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (('<version>', '<track id="0"></track><version>'), 'for video'),
        (('</meta>', ''), 'is broken'),
        (('points="7,8"', 'points="7"'), "image 'a/cage 001.png'"),
        (('label="tail" outside="0"', 'label="ear"'), "no keypoint 'ear'"),
    ],
)
def test_what_cvat_does_not_write_is_refused(tmp_path, change, message):
    text = CVAT.replace(*change)
    assert text != CVAT
    with pytest.raises(ValueError, match=message):
        read_cvat(write_cvat(tmp_path, text))


@pytest.mark.parametrize(
    'kind',
    [
        '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a SYSTEM "http://localhost/a.dtd">',
    ],
)
def test_entities_are_refused(tmp_path, kind):
    file = tmp_path / 'a.xml'
    file.write_text(f'<?xml version="1.0"?>{kind}<a>&b;</a>')
    with pytest.raises(ValueError, match='document type'):
        parse_xml(file)


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
    assert 'left out: 2 boxes without keypoints' in lines
    for split, y in (('train', 0.1), ('val', 0.2)):
        content = read(tmp_path / 'out', split)
        (person,) = content['annotations']
        np.testing.assert_allclose(
            person['keypoints'],
            [48, 16, 2, 0, 0, 0, 72, y * 64, 1],
        )
        # (x, y, w, h) of the label, not around the keypoints
        np.testing.assert_allclose(person['bbox'], [36, 16, 24, 32])
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


def test_missing_folders_of_ultralytics(tmp_path):
    folder = write_ultralytics(tmp_path, val='images/gone')
    with pytest.raises(FileNotFoundError, match="no 'images/gone' of 'val'"):
        read_ultralytics(folder)


def test_yaml_runs_nothing(tmp_path):
    folder = write_ultralytics(tmp_path)
    marker = tmp_path / 'ran'
    (folder / 'data.yaml').write_text(
        f'a: !!python/object/apply:os.mkdir ["{marker}"]\n'
    )
    with pytest.raises(ValueError, match='cannot be read'):
        read_ultralytics(folder)
    assert not marker.exists()


def test_coco_keeps_crowds_regions_and_individuals(tmp_path):
    images = tmp_path / 'images'
    content = make_content(images)
    region = [[1.0, 1.0, 30.0, 1.0, 30.0, 20.0]]
    content['annotations'][0].update(
        segmentation=region, area=100.0, bbox=[1.0, 1.0, 90.0, 60.0]
    )
    content['annotations'][1]['track_id'] = 7
    content['annotations'].append(
        dict(
            id=99,
            image_id=2,
            category_id=1,
            iscrowd=1,
            segmentation=region,
            bbox=[1.0, 1.0, 29.0, 19.0],
            area=200.0,
            keypoints=[0] * 12,
        )
    )
    file = tmp_path / 'labels.json'
    file.write_text(json.dumps(content))
    with pytest.raises(FileNotFoundError, match=r"4 of 4.*'.*cage 001.png'"):
        import_labels(file, tmp_path / 'out')
    options = ImportOptions(places=(images,))
    lines = import_labels(file, tmp_path / 'out', options)
    result = read(tmp_path / 'out')
    wanted = people_by_image(content, images)
    assert people_by_image(result, tmp_path / 'out' / 'images') == wanted
    people = {a['image_id']: a for a in result['annotations']}
    assert people[2]['iscrowd'] == 1
    assert people[2]['segmentation'] == region
    first = result['annotations'][0]
    assert (first['area'], first['bbox']) == (100.0, [1.0, 1.0, 90.0, 60.0])
    assert [a.get('track_id') for a in result['annotations'][:3]] == [
        *(None, 1, None),
    ]
    assert result['tracks'] == [{'id': 1, 'name': '7'}]
    assert result['categories'][0]['keypoints'] == KEYPOINTS
    assert result['categories'][0]['skeleton'] == LINKS
    # what the reader derives is said once
    assert any(line.startswith('repaired: ') for line in lines)


def test_categories_of_coco(tmp_path):
    content = make_content(tmp_path, (2, 1))
    content['categories'].append(
        {**content['categories'][0], 'id': 2, 'name': 'rat'}
    )
    content['categories'].append({'id': 3, 'name': 'cage'})
    content['annotations'][2]['category_id'] = 2
    file = tmp_path / 'labels.json'
    file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"\['mouse', 'rat'\]"):
        import_labels(file, tmp_path / 'out')
    lines = import_labels(
        file, tmp_path / 'one', ImportOptions(skeleton='mouse')
    )
    assert len(read(tmp_path / 'one')['annotations']) == 2
    assert 'left out: 1 people of other skeletons' in lines
    import_labels(file, tmp_path / 'all', ImportOptions(skeleton='all'))
    assert len(read(tmp_path / 'all')['annotations']) == 3
    with pytest.raises(ValueError, match="no skeleton 'cat'"):
        import_labels(file, tmp_path / 'no', ImportOptions(skeleton='cat'))
