"""Tables and projects of DeepLabCut, as it writes them."""

from pathlib import Path

import numpy as np
import pytest
from labelled_images import make_content, read_result

from higherhrnet_plugin.interchange import import_labels
from higherhrnet_plugin.interchange.deeplabcut import read_deeplabcut

pytest.importorskip(
    'sleap_io', reason='sleap-io is in requirements/extra.lock.txt'
)


# as DeepLabCut 2.3 and 3 write them: paths in three columns, unique parts
TABLE = """scorer,,,me,me,me,me,me,me
individuals,,,m1,m1,m1,m1,single,single
bodyparts,,,tail,tail,nose,nose,corner,corner
coords,,,x,y,x,y,x,y
labeled-data,day,img07.png,1.5,2,3,4,5,6
labeled-data,day,img3.png,,,7,8,,
labeled-data,day,img11.png,9,10,11,12,,
"""


def write_table(root, text=TABLE, names=('img07', 'img3', 'img11')):
    folder = root / 'labeled-data' / 'day'
    make_content(folder, (1, 1, 1))
    for number, name in enumerate(names, 1):
        (folder / f'cage 00{number}.png').rename(folder / f'{name}.png')
    file = folder / 'CollectedData_me.csv'
    file.write_text(text)
    return file


@pytest.mark.parametrize('width', [3, 1])
@pytest.mark.parametrize('config', [False, True])
def test_tables_of_deeplabcut(tmp_path, width, config):
    text = TABLE
    if width == 1:
        # versions before 2.2, on Windows
        for word in ('scorer', 'individuals', 'bodyparts', 'coords'):
            text = text.replace(f'{word},,,', f'{word},')
        text = text.replace('labeled-data,day,', 'labeled-data\\day\\')
    file = write_table(tmp_path, text)
    if config:
        (tmp_path / 'config.yaml').write_text(
            'Task: mice\nscorer: me\nmultianimalproject: true\n'
            'multianimalbodyparts: [nose, tail]\nskeleton: [[nose, tail],'
            ' [nose, corner]]\n'
        )
        file = tmp_path
    lines = import_labels(file, tmp_path / 'out')
    content = read_result(tmp_path / 'out')
    (category,) = content['categories']
    order = ['nose', 'tail'] if config else ['tail', 'nose']
    assert category['keypoints'] == order
    assert category['skeleton'] == ([[1, 2]] if config else [])
    assert category['name'] == ('mice' if config else 'animal')
    rows = {
        image['file_name']: np.reshape(
            [
                a['keypoints']
                for a in content['annotations']
                if a['image_id'] == image['id']
            ],
            (2, 3),
        )[[order.index('nose'), order.index('tail')]].tolist()
        for image in content['images']
    }
    assert rows == {
        'img07.png': [[3, 4, 2], [1.5, 2, 2]],
        'img3.png': [[7, 8, 2], [0, 0, 0]],
        'img11.png': [[11, 12, 2], [9, 10, 2]],
    }
    assert content['tracks'] == [{'id': 1, 'name': 'm1'}]
    assert 'left out: 1 unique body parts, which belong to nobody' in lines


def test_images_of_deeplabcut_that_are_missing_shift_nothing(tmp_path):
    file = write_table(tmp_path)
    (file.parent / 'img07.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'1 of 3 .*img07.png'):
        import_labels(file, tmp_path / 'out')
    found = {
        Path(image.source).name: image.people[0].keypoints[1, 0]
        for image in read_deeplabcut(file).images
    }
    assert found == {'img07.png': 3, 'img3.png': 7, 'img11.png': 11}


def test_single_animals_of_deeplabcut(tmp_path):
    text = (
        'scorer,me,me,me,me\nbodyparts,a,a,b,b\ncoords,x,y,x,y\n'
        'labeled-data/day/img3.png,1,2,,\n'
    )
    (image,) = read_deeplabcut(write_table(tmp_path, text)).images
    np.testing.assert_array_equal(
        image.people[0].keypoints, [[1, 2, 2], [0, 0, 0]]
    )
    assert image.people[0].track == ''


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (('labeled-data,day,img07.png', '0,0,0'), 'is no image; predictions'),
        (('bodyparts', 'parts'), 'is no table of DeepLabCut'),
        (('1.5', 'here'), 'cannot be read'),
    ],
)
def test_other_tables_are_refused(tmp_path, change, message):
    file = write_table(tmp_path, TABLE.replace(*change))
    with pytest.raises(ValueError, match=message):
        read_deeplabcut(file)


def test_a_project_without_tables(tmp_path):
    (tmp_path / 'labeled-data').mkdir()
    (tmp_path / 'config.yaml').write_text('scorer: me\nbodyparts: [a]\n')
    with pytest.raises(FileNotFoundError, match=r'CollectedData_me.csv'):
        read_deeplabcut(tmp_path)
    write_table(tmp_path)
    with pytest.raises(ValueError, match=r"\['tail', 'nose'\] are labelled"):
        read_deeplabcut(tmp_path)


def write_project(root, names, text='scorer: me\n'):
    """Write a project of a table, and what else lies in its folders."""
    write_table(root)
    for name in names:
        file = root / 'labeled-data' / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(TABLE)
    (root / 'config.yaml').write_text(text)
    return root


@pytest.mark.parametrize(
    ('name', 'shown'),
    [
        ('night/CollectedData_me.h5', 'without .csv: {} (save the labels'),
        ('night/CollectedData_Bob.csv', "another scorer than 'me' of the"),
        ('day/CollectedData_Bob.csv', ': {} (give it by itself)'),
        ('day/CollectedData_Bob.h5', 'without .csv: {}'),
        ('day/CollectedData_me.h5', ''),
        ('night/img1.png', ''),
    ],
)
def test_tables_that_are_not_read_are_named(tmp_path, name, shown):
    lines = import_labels(write_project(tmp_path, [name]), tmp_path / 'out')
    said = [line for line in lines if 'left out: 1 tables' in line]
    assert len(said) == bool(shown)
    assert not shown or shown.format(name) in said[0]
    assert not shown or name in said[0]
    assert len(read_result(tmp_path / 'out')['images']) == 3


def test_a_project_of_tables_that_are_not_read(tmp_path):
    project = write_project(
        tmp_path, ['night/CollectedData_you.h5'], 'scorer: you\n'
    )
    with pytest.raises(FileNotFoundError) as error:
        read_deeplabcut(project)
    for name in ('night/CollectedData_you.h5', 'day/CollectedData_me.csv'):
        assert f'{name} (' in str(error.value)


@pytest.mark.parametrize(
    ('links', 'shown'),
    [('[[nose, tail], [nose]]', "['nose']"), ('nose', "'nose'")],
)
def test_links_that_are_none_name_the_config(tmp_path, links, shown):
    project = write_project(tmp_path, [], f'scorer: me\nskeleton: {links}\n')
    with pytest.raises(ValueError, match=r'config.yaml: `skeleton`') as error:
        read_deeplabcut(project)
    assert f'has {shown}; a link is' in str(error.value)
