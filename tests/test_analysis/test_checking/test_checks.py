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


NAMES = ['nose', 'left_ear', 'right_ear', 'left_hip', 'right_hip']


def rewrite(file, edit):
    content = read(file)
    edit(content)
    file.write_text(json.dumps(content))


@pytest.mark.parametrize(
    'category', [None, 'all', 1, '1', 'mouse', ['mouse'], [1]], ids=str
)
def test_names_are_those_of_the_category_that_is_learned(file, category):
    """Also where another one comes first, which nobody is annotated with."""

    def edit(content):
        mouse = dict(id=1, name='mouse', keypoints=NAMES)
        other = dict(id=7, name='cage', keypoints=['left_top', 'right_top'])
        content['categories'] = (
            [mouse] if category == 'all' else [other, mouse]
        )

    rewrite(file, edit)
    found = check_dataset(file, file.parent / 'images', category=category)
    assert found.passed, found.failures
    assert found.settings.names == NAMES
    assert found.settings.flip_pairs == [(1, 2), (3, 4)]


def test_nested_keypoints_are_counted(file):
    def edit(content):
        del content['categories'][0]['keypoints']
        for person in people_of(content):
            flat = person['keypoints']
            rows = [flat[i : i + 3] for i in range(0, len(flat), 3)]
            person['keypoints'] = rows

    rewrite(file, edit)
    found = check_dataset(file, file.parent / 'images')
    assert found.passed, found.failures
    assert found.settings.num_keypoints == 5


@pytest.mark.parametrize(
    ('skeleton', 'links', 'said'),
    [
        ([[1, 2], [2, 5]], [(0, 1), (1, 4)], None),
        (None, [], None),
        ([], [], None),
        ([[0, 1], [0, 2]], [], r'[0, 1]'),
        ([[1, 6]], [], r'[1, 6]'),
        ([1, 2, 2, 3], [], '1, which is no pair'),
        ([['nose', 'left_ear']], [], "['nose', 'left_ear']"),
        ([[1, 2, 3]], [], '[1, 2, 3]'),
        (3, [], '3, which is no pair'),
    ],
    ids=str,
)
def test_links_that_mean_nothing_are_named(file, skeleton, links, said):
    def edit(content):
        category = dict(id=1, name='x', keypoints=NAMES, skeleton=skeleton)
        content['categories'] = [category]

    rewrite(file, edit)
    found = check_dataset(file, file.parent / 'images')
    assert found.passed, found.failures
    assert found.settings.links == links
    told = [text for text in found.warnings if '`skeleton`' in text]
    assert len(told) == (said is not None)
    assert said is None or said in told[0]


def test_keypoints_that_are_no_names_fail_with_the_category(file):
    rewrite(file, lambda c: c['categories'][0].update(keypoints=3))
    found = check_dataset(file, file.parent / 'images')
    (failure,) = found.failures
    assert 'category 1 has the `keypoints` 3' in failure
