"""Options of a data set reach the transforms that have them."""

import numpy as np
import pytest

from higherhrnet_plugin.datasets.pipeline_options import with_options

PIPELINE = [
    dict(type='LoadBottomupImage'),
    dict(type='BottomupAlignedAffine', rotate_factor=7),
    dict(type='BottomupRandomFlip'),
    dict(type='BottomupAlignedResize'),
    np.asarray,
]


def test_without_options_nothing_changes():
    assert with_options(PIPELINE) == PIPELINE


def test_every_option_reaches_its_transform():
    load, affine, flip, resize, last = with_options(
        PIPELINE,
        augmentation=dict(shift_factor=0.1, rotate_factor=30, flip_prob=0.25),
        scales=[2, 1],
        resize=dict(size_factor=32, resize_mode='fit'),
    )
    assert load == PIPELINE[0]
    # what a transform is told stays
    assert affine == dict(PIPELINE[1], shift_factor=0.1)
    assert flip == dict(PIPELINE[2], prob=0.25)
    assert resize == dict(
        type='BottomupAlignedResize',
        scales=[2, 1],
        size_factor=32,
        resize_mode='fit',
    )
    assert last is np.asarray


def test_arguments_are_not_changed():
    augmentation = dict(flip_prob=0.25)
    with_options(PIPELINE, augmentation)
    assert augmentation == dict(flip_prob=0.25)
    assert PIPELINE[2] == dict(type='BottomupRandomFlip')


@pytest.mark.parametrize('name', ['augmentation', 'resize'])
def test_other_keys_are_named(name):
    with pytest.raises(ValueError, match=f"`{name}`.*'turn'.*may have"):
        with_options(PIPELINE, **{name: dict(turn=3)})


def test_hiding_goes_behind_what_moves():
    steps = with_options(
        PIPELINE, dict(hide_prob=1, hide_sizes=(4,), flip_prob=0.25)
    )
    hiding = dict(type='BottomupHideAndSeek', prob=1, cell_sizes=(4,))
    flip = dict(PIPELINE[2], prob=0.25)
    assert steps == [*PIPELINE[:2], flip, hiding, *PIPELINE[3:]]
    # where there is one, it stays in its place
    own = [dict(type='BottomupHideAndSeek', cell_sizes=(9,)), *PIPELINE]
    first, *rest = with_options(own, dict(hide_prob=0.5, hide_sizes=(4,)))
    assert first == dict(own[0], prob=0.5)
    assert rest == PIPELINE
    assert with_options(PIPELINE, dict(hide_prob=0)) == PIPELINE


def test_tiles_need_what_makes_and_what_packs_them():
    steps = [*PIPELINE, dict(type='PackBottomupInputs')]
    found = with_options(steps, scales=[1, 2], tiles=dict(pixels=2))
    assert found[3] == dict(PIPELINE[3], scales=[1, 2], tiles=dict(pixels=2))
    with pytest.raises(ValueError, match=r'`tiles` needs PackBottomupInputs'):
        with_options(PIPELINE, tiles=1)
    with pytest.raises(ValueError, match=r'`tiles` needs BottomupAlignedRes'):
        with_options(steps[:3], tiles=1)


def test_hiding_needs_a_place():
    with pytest.raises(ValueError, match=r'`hide_prob`.*BottomupAlign'):
        with_options(PIPELINE[:1], dict(hide_prob=1))
