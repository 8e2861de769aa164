"""The data set of a config, found through its wrappers."""

import pytest
from mmengine.config import Config
from own_data import metainfo

import higherhrnet_plugin  # noqa: F401
from higherhrnet_plugin.datasets.config_datasets import read_config_dataset

OWN = dict(type='BottomupCocoDataset', metainfo=metainfo(5), category='mouse')


def test_it_is_found_in_wrappers():
    wrapped = dict(dataset=dict(type='RepeatDataset', times=2, dataset=OWN))
    found = read_config_dataset(
        Config(dict(train_dataloader=wrapped)), 'train_dataloader'
    )
    options = found.options('images', 'drop')
    assert options.num_keypoints == 5
    assert options.category == 'mouse'
    assert options.names[:2] == ('point 0', 'point 1')
    assert options.annotated_on == 'image'
    assert (options.image_dir, options.missing_images) == ('images', 'drop')


@pytest.mark.parametrize(
    'options',
    [
        pytest.param(
            dict(
                codec=dict(
                    type='MultiResolutionAssociativeEmbedding',
                    input_size=(128, 128),
                ),
                resize=dict(resize_mode='fit'),
            ),
            id='codec',
        ),
        pytest.param(
            dict(
                pipeline=[
                    dict(
                        type='BottomupAlignedResize',
                        input_size=128,
                        resize_mode='fit',
                    )
                ]
            ),
            id='transform',
        ),
        pytest.param(dict(), id='nothing tells the size'),
        pytest.param(dict(pipeline=[]), id='no resize'),
    ],
)
def test_pixels_of_the_input(options):
    dataset = {
        **OWN,
        'pipeline': [dict(type='BottomupAlignedResize')],
        **options,
    }
    found = read_config_dataset(
        Config(dict(test_dataloader=dict(dataset=dataset))), 'test_dataloader'
    )
    images = [
        dict(id=4, width=256, height=64),
        dict(id='b', width=64, height=32),
        dict(id=6),
    ]
    known = 'codec' in options or options.get('pipeline')
    expected = {4: (2.0, 2.0), 'b': (0.5, 0.5)} if known else {}
    assert found.input_pixels(images) == expected


@pytest.mark.parametrize(
    ('dataset', 'words'),
    [
        (None, 'no `test_dataloader`'),
        (dict(type='CombinedDataset', datasets=[OWN, OWN]), 'joins several'),
        (dict(type='NoSuchDataset'), 'unknown data set NoSuchDataset'),
    ],
)
def test_others_are_refused(dataset, words):
    cfg = Config(
        {} if dataset is None else dict(test_dataloader=dict(dataset=dataset))
    )
    with pytest.raises(ValueError, match=words):
        read_config_dataset(cfg, 'test_dataloader')
