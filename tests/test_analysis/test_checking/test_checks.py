"""check_dataset as a function; its tool is tested by itself."""

import json

import pytest
from own_data import clean_file, people_of, read

from higherhrnet_plugin.analysis.checking import check_dataset, make_sheet


@pytest.fixture
def file(tmp_path):
    return clean_file(tmp_path, k=5, people=(1, 2))


def test_a_sound_data_set_passes(file):
    found = check_dataset(
        file, file.parent / 'images', num_keypoints=5, flip_pairs=[(1, 2)]
    )
    assert found.passed, found.failures
    assert found.details['people_per_image'] == {1: 1, 2: 1}
    assert found.to_dict()['pictures']['opened'] == 2
    assert found.text()[-1] == 'passed'
    assert len(people_of(found.content)) == 3
    sheet = make_sheet(found, 2)
    # two images in a row of four cells
    assert sheet.shape[1] == 4 * 404
    assert sheet.std() > 10
    assert make_sheet(found, 0) is None


def test_what_cannot_be_read_fails(file):
    file.write_text('{')
    found = check_dataset(file, file.parent / 'images')
    assert not found.passed
    assert found.content is None
    assert make_sheet(found) is None
    assert json.loads(json.dumps(found.to_dict()))['passed'] is False


def test_missing_images_fail_and_the_rest_is_checked(file):
    (file.parent / 'images' / '1.png').unlink()
    found = check_dataset(file, file.parent / 'images', num_keypoints=5)
    (failure,) = found.failures
    assert '1 of 2 images' in failure
    assert found.details['people_per_image'] == {1: 1}


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(num_keypoints=0), '--num-keypoints is 0'),
        (dict(num_keypoints=5, input_size=0), '--input-size is 0'),
        (dict(num_keypoints=5, flip_pairs=[(1, 5)]), 'no keypoint 5'),
        (dict(num_keypoints=5, flip_pairs=[(1, 2), (2, 3)]), 'in two pairs'),
    ],
)
def test_bad_settings_are_refused(file, options, words):
    with pytest.raises(ValueError, match=words):
        check_dataset(file, file.parent / 'images', **options)


def test_the_file_is_not_changed(file):
    before = read(file)
    check_dataset(file, file.parent / 'images', num_keypoints=5)
    assert read(file) == before
