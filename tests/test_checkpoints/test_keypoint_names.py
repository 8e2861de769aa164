"""Names of keypoints come from mmpose, files, dicts and lists."""

import warnings

import pytest
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from higherhrnet_plugin.checkpoints import find_keypoint_names


def metainfo(*names):
    return dict(
        dataset_name='mine',
        keypoint_info={
            i: dict(name=name, id=i, color=[0, 0, 0], type='', swap='')
            for i, name in enumerate(names)
        },
        skeleton_info={},
        joint_weights=[1.0] * len(names),
        sigmas=[0.1] * len(names),
    )


@pytest.mark.parametrize(
    ('name', 'k', 'first', 'last'),
    [
        ('coco', 17, 'nose', 'right_ankle'),
        ('crowdpose', 14, 'left_shoulder', 'neck'),
        ('aic', 14, 'right_shoulder', 'neck'),
        ('coco_wholebody', 133, 'nose', 'right_pinky_finger4'),
    ],
)
def test_data_sets_of_mmpose(name, k, first, last):
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        names = find_keypoint_names(name)
    assert (len(names), names[0]) == (k, first)
    # the last of WholeBody is written differently by versions of mmpose
    assert names[-1] == last or name == 'coco_wholebody'


def test_file_dict_and_list(tmp_path):
    file = tmp_path / 'mine.py'
    file.write_text(f'dataset_info = {metainfo("b", "a")!r}')
    assert find_keypoint_names(str(file)) == ['b', 'a']
    assert find_keypoint_names(dict(from_file=str(file))) == ['b', 'a']
    assert find_keypoint_names(metainfo('x', 'y', 'z')) == ['x', 'y', 'z']
    assert find_keypoint_names(('x', 'y')) == ['x', 'y']
    parsed = parse_pose_metainfo(metainfo('x', 'y'))
    assert find_keypoint_names(parsed['keypoint_name2id'].keys()) == ['x', 'y']


@pytest.mark.parametrize(
    ('source', 'words'),
    [
        ('cocos', "data set 'cocos'"),
        ('none.py', "data set 'none.py'"),
        ({'keypoint_info': {}}, 'is incomplete'),
        (['a', 'b', 'a'], 'occurs twice'),
        ([], 'must be text'),
        ([1, 2], 'must be text'),
    ],
)
def test_refused(source, words):
    with pytest.raises(ValueError, match=words):
        find_keypoint_names(source)
