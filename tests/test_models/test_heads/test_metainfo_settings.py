"""Head and decoder take their settings from one metainfo."""

import numpy as np
import pytest
from mmpose.datasets.datasets import CocoDataset
from mmpose.registry import MODELS
from own_data import metainfo

import higherhrnet_plugin  # noqa: F401
from higherhrnet_plugin.structures.metainfo import keypoint_settings


def head(**options):
    return MODELS.build(dict(type='HigherHRNetHead', in_channels=4, **options))


def linked(k, links):
    info = metainfo(k)
    names = [info['keypoint_info'][i]['name'] for i in range(k)]
    info['skeleton_info'] = {
        i: dict(link=(names[a], names[b]), id=i)
        for i, (a, b) in enumerate(links)
    }
    return info


@pytest.mark.parametrize('k', [1, 3, 5, 14, 17, 133])
def test_number_of_keypoints(k):
    built = head(metainfo=metainfo(k))
    assert built.num_keypoints == k
    assert built.final_layers[0].out_channels == 2 * k
    assert built.decoder.num_keypoints == k
    # without a skeleton in their own order, also 17 that are not COCO's
    assert list(built.decoder.options.keypoint_order) == list(range(k))


def test_order_from_the_skeleton():
    info = linked(4, [(0, 3), (1, 3), (2, 3)])
    assert head(metainfo=info).decoder.options.keypoint_order == [3, 0, 1, 2]
    told = dict(keypoint_order=[2, 1, 0, 3])
    built = head(metainfo=info, decoder=told)
    assert built.decoder.options.keypoint_order == [2, 1, 0, 3]


def test_coco_keeps_the_official_order():
    settings = keypoint_settings(None, CocoDataset.METAINFO)
    assert settings['num_keypoints'] == 17
    assert 'keypoint_order' not in settings
    assert keypoint_settings(17, None) == {'num_keypoints': 17}


def test_sigmas_reach_the_suppression():
    built = head(metainfo=metainfo(5), decoder=dict(nms_thr=0.5))
    np.testing.assert_allclose(
        built.decoder.options.selection.sigmas, [0.05] * 5
    )
    with pytest.raises(ValueError, match=r'`nms_thr` needs `sigmas`'):
        head(num_keypoints=5, decoder=dict(nms_thr=0.5))


def test_errors_name_both_numbers_and_the_key():
    with pytest.raises(ValueError, match=r'`num_keypoints`.* 6,.* 5 key'):
        head(num_keypoints=6, metainfo=metainfo(5))
    with pytest.raises(ValueError, match=r'`num_keypoints`.*`metainfo`'):
        head()


def test_estimator_hands_its_metainfo_on():
    model = MODELS.build(
        dict(
            type='MultiScaleBottomupPoseEstimator',
            metainfo=metainfo(5),
            backbone=dict(type='ResNet', depth=18, out_indices=(0,)),
            head=dict(type='HigherHRNetHead', in_channels=64),
        )
    )
    assert model.head.num_keypoints == 5
    assert model.metainfo['num_keypoints'] == 5
    bad = metainfo(5)
    bad['sigmas'] = [0.1]
    with pytest.raises(ValueError, match=r'`sigmas`.* 1 values for 5'):
        MODELS.build(
            dict(
                type='MultiScaleBottomupPoseEstimator',
                metainfo=bad,
                backbone=dict(type='ResNet', depth=18, out_indices=(0,)),
                head=dict(type='HigherHRNetHead', in_channels=64),
            )
        )
