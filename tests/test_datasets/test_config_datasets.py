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
