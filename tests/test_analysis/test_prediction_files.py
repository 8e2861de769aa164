"""Predictions meet their images, whatever ids the files have."""

import pytest
from own_data import clean_file, metainfo, people_of, read
from report_data import predictions_of

from higherhrnet_plugin.analysis import analyse
from higherhrnet_plugin.analysis.prediction_files import match_images

# of the file: text that is a number, and text that is none
RENUMBERED = {'3': 1, 'x': 2, '7': 3}


@pytest.mark.parametrize(
    ('image_ids', 'given', 'found'),
    [
        pytest.param({'3': 3, '7': 7}, 7, 7, id='the same'),
        pytest.param({'3': 3, '7': 7}, '7', 7, id='text'),
        pytest.param({'3': 3, '7': 7}, '007', 7, id='zeros in front'),
        pytest.param({'007': 7, '3': 3}, '7', 7, id='zeros in the file'),
        pytest.param({'3': 3, '7': 7}, 7.0, 7, id='a float'),
        pytest.param({'3': 3, '7': 7}, 8, 8, id='unknown'),
        pytest.param({'3': 3, '7': 7}, 'y', 'y', id='unknown text'),
        pytest.param(RENUMBERED, '3', 1, id='text of a file that is'),
        pytest.param(RENUMBERED, 'x', 2, id='text without a number'),
        pytest.param(RENUMBERED, '003', 1, id='both'),
        pytest.param(RENUMBERED, 3, 3, id='as a test writes it'),
        pytest.param(RENUMBERED, 7, 3, id='a number of the file'),
        # two ids of one picture
        pytest.param({'3': 3, '7': 3}, 7, 3, id='made one image'),
        pytest.param({}, 1, 1, id='no images'),
    ],
)
def test_images_are_found_by_the_ids_of_the_file(image_ids, given, found):
    (record,), lines = match_images([dict(image_id=given)], image_ids)
    assert record['image_id'] == found
    assert type(record['image_id']) is type(found)
    assert len(lines) == (found in image_ids.values() and found is not given)


@pytest.mark.parametrize('value', [True, 1.5, None, []])
def test_what_is_no_id_is_refused(value):
    with pytest.raises(ValueError, match=r'prediction 0 has the id'):
        match_images([dict(image_id=value)], {'1': 1})


@pytest.mark.parametrize('names', [('3', 'x', '7'), ('img1', 'img2', '1')])
def test_text_ids_give_the_ap_of_numbers(tmp_path, names):
    content = read(clean_file(tmp_path, k=5, people=(1, 3, 2)))
    records = predictions_of(content, drop=0.3)
    expected = analyse(content, records, metainfo(5)).scores
    numbers = {image['id']: n for image, n in zip(content['images'], names)}
    for image in content['images']:
        image['id'] = numbers[image['id']]
    for record in [*people_of(content), *records]:
        record['image_id'] = numbers[record['image_id']]
    assert analyse(content, records, metainfo(5)).scores == expected


@pytest.mark.parametrize(
    'change',
    [dict(score='0.9'), dict(score=None), dict(keypoints=3)],
    ids=str,
)
def test_the_record_is_named(tmp_path, change):
    content = read(clean_file(tmp_path, k=5, people=(2,)))
    records = predictions_of(content)
    records[1].update(change)
    with pytest.raises(ValueError, match='record 1 is not a COCO result'):
        analyse(content, records, metainfo(5))
    del records[1]['keypoints']
    with pytest.raises(ValueError, match=r"record 1 .*KeyError\('keypoints'"):
        analyse(content, records, metainfo(5))
