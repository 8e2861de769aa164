"""COCO files, with what only they hold."""

import json

import pytest
from labelled_images import (
    KEYPOINTS,
    LINKS,
    make_content,
    people_by_image,
    read_result,
)

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
