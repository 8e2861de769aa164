"""Files that labels name, on another machine or moved since."""

import pytest

from higherhrnet_plugin.interchange.places import (
    find_files,
    list_files,
    unique_names,
)


@pytest.fixture
def folder(tmp_path):
    for name in ('one/a/img1.png', 'one/b/img1.png', 'one/c d.png'):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path


def test_the_best_end_of_a_path_counts(folder):
    sources = [
        'C:\\data\\a\\img1.png',
        '/home/you/b/img1.png',
        'https://host/x/c%20d.png',
    ]
    assert find_files(sources, [folder]) == dict(
        zip(
            sources,
            (
                folder / 'one/a/img1.png',
                folder / 'one/b/img1.png',
                folder / 'one/c d.png',
            ),
        )
    )


def test_what_is_there_is_taken(folder):
    source = str(folder / 'one/c d.png')
    assert find_files([source], []) == {source: folder / 'one/c d.png'}


def test_linked_folders_are_searched_once(folder):
    place = folder / 'pictures'
    place.mkdir()
    (place / 'a').symlink_to(folder / 'one')
    # a circle, and the same folder again
    (folder / 'one/b/up').symlink_to(place)
    (place / 'again').symlink_to(folder / 'one/b')
    found = [str(path.relative_to(place)) for path in list_files(place)]
    assert sorted(found) == ['a/a/img1.png', 'a/b/img1.png', 'a/c d.png']
    assert find_files(['c d.png'], [place]) == {'c d.png': place / 'a/c d.png'}
    with pytest.raises(ValueError, match='may be any of'):
        find_files(['img1.png'], [place])


def test_folders_that_are_no_links_give_the_names(folder):
    (folder / 'one/B').symlink_to(folder / 'one/c')
    (folder / 'one/0').symlink_to(folder / 'one/b')
    found = find_files(['b/img1.png'], [folder])
    assert found == {'b/img1.png': folder / 'one/b/img1.png'}


def test_prefixes_of_uploads(folder):
    source = 'data/upload/3/0123abcd-c d.png'
    assert find_files([source], [folder])[source].name == 'c d.png'


def test_one_file_for_labels_that_name_one(folder):
    video = folder / 'one/c d.png'
    assert find_files(['video.mp4'], [video]) == {'video.mp4': video}
    with pytest.raises(FileNotFoundError, match=r'2 of 2.*x.mp4'):
        find_files(['video.mp4', 'x.mp4'], [video])


@pytest.mark.parametrize(
    ('sources', 'error', 'message'),
    [
        (['x/img1.png'], ValueError, 'may be any of'),
        (['y.png', 'z.png'], FileNotFoundError, "2 of 2.*'y.png', 'z.png'"),
        (['p/c d.png', 'q/c d.png'], ValueError, 'both lead to'),
    ],
)
def test_doubts_are_errors(folder, sources, error, message):
    with pytest.raises(error, match=message):
        find_files(sources, [folder])


def test_missing_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match='--images: there is no'):
        find_files(['a.png'], [tmp_path / 'gone'])
    with pytest.raises(FileNotFoundError, match='--images FOLDER searches'):
        find_files(['a.png'], [])


@pytest.mark.parametrize(
    ('sources', 'names'),
    [
        (['/x/a/1.png', '/x/b/2.png'], ['1.png', '2.png']),
        (['/x/a/1.png', '/x/b/1.png'], ['a/1.png', 'b/1.png']),
        (['C:\\x\\A.png', 'D:\\y\\a.png'], ['x/A.png', 'y/a.png']),
        (['../1.png', '1.PNG'], ['0/1.png', '1/1.PNG']),
        ([], []),
    ],
)
def test_unique_names(sources, names):
    assert unique_names(sources) == dict(zip(sources, names))
