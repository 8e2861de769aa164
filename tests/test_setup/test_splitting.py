"""Which images are held out."""

import random

import pytest

from higherhrnet_plugin.setup.splitting import group_key, split_images


@pytest.mark.parametrize(
    ('name', 'key'),
    [
        ('0001.jpg', './'),
        ('a/0001.jpg', 'a/'),
        ('a/b/img12.png', 'a/b/img'),
        ('a\\b\\img12.png', 'a/b/img'),
        ('cam1_0003.png', './cam1'),
        ('cam1_0003 (2).png', './cam1_0003'),
        ('mouse.png', './mouse'),
        # a copy that Roboflow has augmented
        ('cam1_0003_png.rf.1a2b3c.jpg', './cam1_0003_png'),
        ('run 2-frame-000200.png', './run 2-frame'),
    ],
)
def test_group_keys(name, key):
    assert group_key(name) == key


def sequences(*lengths):
    return [
        f'seq{i}_{j:03d}.png'
        for i, length in enumerate(lengths)
        for j in range(length)
    ]


EVERYTHING = {
    'one image': (['a.png'], [True]),
    'nobody': (['a.png', 'b.png', 'c.png'], [False] * 3),
    'one image with people': (['a.png', 'b.png'], [True, False]),
}


@pytest.mark.parametrize('case', EVERYTHING)
def test_nothing_can_be_held_out(case):
    names, labelled = EVERYTHING[case]
    split = split_images(names, labelled)
    assert split.train == split.val == list(range(len(names)))
    assert 'again' in split.reason


CASES = {
    'two images': (['a.png', 'b.png'], None),
    'two of one sequence': (['1.png', '2.png'], None),
    'one sequence': (sequences(40), None),
    'many sequences': (sequences(*[5] * 30), None),
    'two sequences': (sequences(10, 10), None),
    'one long, two short': (sequences(100, 8, 9), None),
    'names without numbers': ([f'{c}{c}.png' for c in 'abcdefghij'], None),
    'folders': ([f'v{i}/{j}.png' for i in range(9) for j in range(4)], None),
    'people at the end': (sequences(20), [False] * 18 + [True] * 2),
    'people at the start': (sequences(20), [True] * 2 + [False] * 18),
    'few with people': (sequences(*[4] * 10), [i % 7 == 0 for i in range(40)]),
}


@pytest.mark.parametrize('case', CASES)
def test_both_sides_have_people_and_every_image_is_on_one(case):
    names, labelled = CASES[case]
    labelled = labelled or [True] * len(names)
    split = split_images(names, labelled)
    assert sorted(split.train + split.val) == list(range(len(names)))
    for side in (split.train, split.val):
        assert any(labelled[i] for i in side)
        assert side == sorted(side)
    assert f'{len(split.val)} of {len(names)} images' in split.reason


@pytest.mark.parametrize('case', ['many sequences', 'folders'])
def test_sequences_stay_together(case):
    names, _ = CASES[case]
    split = split_images(names, [True] * len(names))
    keys = [
        {group_key(names[i]) for i in side}
        for side in (split.train, split.val)
    ]
    assert not keys[0] & keys[1]
    share = len(split.val) / len(names)
    assert 0.1 <= share <= 0.3


def test_a_single_sequence_is_cut_once():
    names = [f'{i}.png' for i in range(40)]  # 9 comes before 10
    split = split_images(names, [True] * 40)
    assert split.val == list(range(34, 40))


def test_the_order_of_the_file_does_not_matter():
    names = sequences(*[5] * 30)
    held = {names[i] for i in split_images(names, [True] * 150).val}
    random.Random(0).shuffle(names)
    again = {names[i] for i in split_images(names, [True] * 150).val}
    assert held == again


@pytest.mark.parametrize('word', ['val', 'Valid', 'test'])
def test_folders_that_say_so(word):
    names = ['train/1.png', f'x/{word}/2.png', 'train/3.png']
    split = split_images(names, [True] * 3)
    assert split.val == [1]
    assert 'folders named' in split.reason


def test_folders_that_say_so_for_some_images_alone():
    names = ['train/a1.png', 'val/a2.png', *sequences(*[2] * 10)]
    assert 'folders named' not in split_images(names, [True] * 22).reason
