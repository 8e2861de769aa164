"""COCO files, with what only they hold."""

import gzip
import json
from dataclasses import replace

import pytest
from labelled_images import (
    KEYPOINTS,
    LINKS,
    make_content,
    people_by_image,
    read_result,
)

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, load_coco
from higherhrnet_plugin.interchange import ImportOptions, import_labels


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
    result = read_result(tmp_path / 'out')
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
    assert len(read_result(tmp_path / 'one')['annotations']) == 2
    assert 'left out: 1 people of other skeletons' in lines
    import_labels(file, tmp_path / 'all', ImportOptions(skeleton='all'))
    assert len(read_result(tmp_path / 'all')['annotations']) == 3
    with pytest.raises(ValueError, match="no skeleton 'cat'"):
        import_labels(file, tmp_path / 'no', ImportOptions(skeleton='cat'))


@pytest.mark.parametrize(('track', 'names'), [(None, None), (0, ['0'])])
def test_no_individual_and_the_one_of_number_0(tmp_path, track, names):
    content = make_content(tmp_path, (1, 1))
    for person in content['annotations']:
        person['track_id'] = track
    (tmp_path / 'labels.json').write_text(json.dumps(content))
    import_labels(tmp_path / 'labels.json', tmp_path / 'out')
    result = read_result(tmp_path / 'out')
    found = result.get('tracks')
    assert (found and [t['name'] for t in found]) == names
    number = 1 if names else None
    assert [a.get('track_id') for a in result['annotations']] == [number] * 2


def write_labels(root, change, packed=False):
    """Write a COCO file of two people, after a change of its content."""
    content = make_content(root, (1, 1))
    change(content)
    data = json.dumps(content).encode()
    file = root / ('labels.json.gz' if packed else 'labels.json')
    file.write_bytes(gzip.compress(data) if packed else data)
    return file


def no_categories(content):
    del content['categories']


def id_in_text(content):
    # the number of keypoints is that of the annotations
    content['categories'] = [{'id': '1', 'name': 'mouse'}]


def id_with_a_point(content):
    content['categories'][0]['id'] = 1.0


def id_that_is_the_name_of_another(content):
    content['categories'] += [{'id': 2, 'name': '1'}]


def no_category_id(content):
    del content['categories'][0]['keypoints']
    for person in content['annotations']:
        del person['category_id']


def listed_twice(content):
    content['categories'] *= 2


def nested_without_names(content):
    del content['categories'][0]['keypoints']
    for person in content['annotations']:
        values = person['keypoints']
        person['keypoints'] = [values[i : i + 3] for i in (0, 3, 6, 9)]


def deleted_image(content):
    content['images'].append(
        dict(id=9, file_name='gone.png', width=9, height=9, deleted=True)
    )


def other_spelling(content):
    content['images'][0]['file_name'] = 'CAGE%20001.png'


@pytest.mark.parametrize('skeleton', ['', 'all'])
@pytest.mark.parametrize('packed', [False, True])
@pytest.mark.parametrize(
    'change',
    [
        no_categories,
        id_in_text,
        id_with_a_point,
        id_that_is_the_name_of_another,
        no_category_id,
        listed_twice,
        nested_without_names,
        deleted_image,
        other_spelling,
    ],
)
def test_what_training_reads_is_imported(tmp_path, change, packed, skeleton):
    file = write_labels(tmp_path / 'cage', change, packed)
    options = CocoOptions(4, image_dir=str(file.parent))
    if change is id_that_is_the_name_of_another:
        options = replace(options, category='mouse')
    wanted, _ = load_coco(str(file), options)
    out = tmp_path / 'out'
    import_labels(file, out, ImportOptions(skeleton=skeleton))
    result = read_result(out)
    assert people_by_image(result, out / 'images') == people_by_image(
        wanted, file.parent
    )
    assert len(result['annotations']) == 2


def test_what_is_left_to_the_repair_is_said(tmp_path):
    file = write_labels(tmp_path / 'cage', deleted_image)
    lines = import_labels(file, tmp_path / 'out')
    assert "dropped: 1 images marked by `deleted` ('gone.png')" in lines
    file = write_labels(tmp_path / 'mouse', other_spelling)
    lines = import_labels(file, tmp_path / 'other')
    assert any('file names in other capital' in line for line in lines)


def no_id(content):
    del content['categories'][0]['id']


def number_of_keypoints(content):
    content['categories'][0]['keypoints'] = 4


def names_alone(content):
    content['images'] = ['a.png']


def name_that_is_no_text(content):
    content['images'][1]['file_name'] = 5


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (no_id, r'`categories\[0\]` has the id None'),
        (number_of_keypoints, 'category 1 has the `keypoints` 4'),
        (names_alone, r"`images\[0\]` is 'a.png', not a record"),
        (name_that_is_no_text, 'image 2 has the `file_name` 5'),
    ],
)
def test_what_is_no_coco_is_refused_with_its_name(tmp_path, change, message):
    file = write_labels(tmp_path, change)
    with pytest.raises(ValueError, match=f"labels.json': {message}"):
        import_labels(file, tmp_path / 'out')


@pytest.mark.parametrize(
    ('links', 'wanted', 'shown'),
    [
        ([['nose', 'tail'], [2, 3]], [[1, 4], [2, 3]], ''),
        ([[1, 2], ['nose', 'paw']], [], "['nose', 'paw']"),
        ([[0, 1]], [], '[0, 1]'),
        ([[1, 2, 3]], [], '[1, 2, 3]'),
        (3, [], '3'),
    ],
)
def test_links_of_coco(tmp_path, links, wanted, shown):
    file = write_labels(
        tmp_path, lambda c: c['categories'][0].update(skeleton=links)
    )
    lines = import_labels(file, tmp_path / 'out')
    (category,) = read_result(tmp_path / 'out')['categories']
    assert category['skeleton'] == wanted
    said = [line for line in lines if '`skeleton`' in line]
    assert len(said) == bool(shown)
    assert (
        not shown
        or f"{file}: category 'mouse': `skeleton` has {shown}," in said[0]
    )
