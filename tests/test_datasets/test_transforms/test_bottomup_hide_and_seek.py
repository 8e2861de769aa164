"""Cells of a grid turn black, and nothing else changes."""

import numpy as np
import pytest
from data_sets import write_data_set
from helpers import codec_config
from mmpose.registry import DATASETS, TRANSFORMS

from higherhrnet_plugin import BottomupHideAndSeek
from higherhrnet_plugin.datasets.sample_randomness import SeededIndex

MOVING = [
    dict(type='LoadBottomupImage'),
    dict(type='BottomupAlignedAffine'),
    dict(type='BottomupRandomFlip'),
]


def hide(shape=(70, 90), seed=0, **options):
    """Hide parts of a white image, which stays as it is."""
    image = np.full((*shape, 3), 255, np.uint8)
    np.random.seed(seed)
    results = BottomupHideAndSeek(**options).transform(dict(img=image, more=1))
    assert (image == 255).all()
    assert results['more'] == 1
    assert results['img'].dtype == np.uint8
    return results['img']


@pytest.mark.parametrize('size', [1, 16, 32, 1000])
def test_whole_cells_are_black_or_untouched(size):
    image = hide(cell_sizes=(size,))
    hidden = 0
    corners = [(y, x) for y in range(0, 70, size) for x in range(0, 90, size)]
    for y, x in corners:
        cell = image[y : y + size, x : x + size]
        assert (cell == cell[0, 0]).all()
        assert cell[0, 0].tolist() in ([0, 0, 0], [255, 255, 255])
        hidden += cell[0, 0, 0] == 0
    if len(corners) > 10:
        assert 0.3 < hidden / len(corners) < 0.8


def test_sizes_and_images_are_drawn_as_often_as_told():
    kinds = [hide(seed=seed, cell_sizes=(0, 70)) for seed in range(200)]
    untouched = np.mean([image.all() for image in kinds])
    # size 0 in half of the images; of the others two cells, a quarter white
    assert 0.5 < untouched < 0.75
    some = [hide(seed=seed, prob=0.25, cell_sizes=(8,)) for seed in range(200)]
    assert 0.15 < np.mean([not image.all() for image in some]) < 0.35
    assert hide(cell_prob=0).all()
    assert not hide(cell_sizes=(16,), cell_prob=1).any()


def test_probability_0_draws_nothing():
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    hide_nothing = BottomupHideAndSeek(prob=0)
    image = np.ones((8, 8, 3), np.uint8)
    assert hide_nothing.transform(dict(img=image))['img'] is image
    assert np.random.rand() == expected


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(prob=1.5), '`prob`'),
        (dict(cell_prob=-0.1), '`cell_prob`'),
        (dict(cell_sizes=()), '`cell_sizes`'),
        (dict(cell_sizes=(-1,)), '`cell_sizes`'),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        BottomupHideAndSeek(**options)


def build(tmp_path, **augmentation):
    """Build a data set whose pipeline only moves the image."""
    file = write_data_set(tmp_path)
    return DATASETS.build(
        dict(
            type='BottomupCocoDataset',
            data_root=str(tmp_path),
            ann_file=file.name,
            data_prefix=dict(img='images/'),
            codec=codec_config((64, 64)),
            augmentation=augmentation or None,
            pipeline=MOVING,
        )
    )


def test_a_sample_depends_on_epoch_and_index_alone(tmp_path):
    data = build(tmp_path, hide_prob=1, hide_sizes=(8,))
    keys = [(0, 0, 1), (0, 1, 1), (0, 0, 1)]
    first, other, again = (data[SeededIndex(0, key)]['img'] for key in keys)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_it_comes_last_and_off_is_as_before(tmp_path):
    plain = build(tmp_path)
    index = SeededIndex(1, (7, 0, 1))
    expected = plain[index]
    off = build(tmp_path, hide_prob=0)
    assert len(off.pipeline.transforms) == len(MOVING)
    np.testing.assert_array_equal(off[index]['img'], expected['img'])
    hidden = build(tmp_path, hide_prob=1, hide_sizes=(8,))
    found = hidden[index]
    last = hidden.pipeline.transforms[-1]
    assert isinstance(last, BottomupHideAndSeek)
    assert last.cell_sizes == (8,)
    # what moves has drawn the same numbers, and keypoints stay
    np.testing.assert_array_equal(found['keypoints'], expected['keypoints'])
    shown = found['img'].any(axis=-1)
    np.testing.assert_array_equal(found['img'][shown], expected['img'][shown])
    assert shown.mean() < (expected['img'].any(axis=-1)).mean()
    assert TRANSFORMS.get('BottomupHideAndSeek') is BottomupHideAndSeek
