"""The description of the keypoints: checks, and the order of grouping."""

from copy import deepcopy

import numpy as np
import pytest
from mmengine.config import Config
from mmpose.datasets.datasets import CocoDataset
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from higherhrnet_plugin import BottomupCocoDataset
from higherhrnet_plugin.structures.metainfo import (
    parse_metainfo,
    torso_outwards,
)

NAMES = ['nose', 'left_ear', 'right_ear', 'body', 'tail']


def mouse():
    return dict(
        dataset_name='mouse',
        keypoint_info={
            i: dict(name=name, id=i, color=[0, 0, 255], type='', swap='')
            for i, name in enumerate(NAMES)
        },
        skeleton_info={
            0: dict(link=('nose', 'body'), id=0, color=[0, 255, 0]),
            1: dict(link=('body', 'tail'), id=1, color=[0, 255, 0]),
        },
        joint_weights=[1.0] * 5,
        sigmas=[0.05] * 5,
    )


def test_good_metainfo_is_parsed_as_mmpose_does():
    info = mouse()
    info['keypoint_info'][1]['swap'] = 'right_ear'
    info['keypoint_info'][2]['swap'] = 'left_ear'
    kept = deepcopy(info)
    parsed = parse_metainfo(info)
    assert info == kept
    assert parsed['num_keypoints'] == 5
    assert parsed['flip_indices'] == [0, 2, 1, 3, 4]
    assert parsed['skeleton_links'] == [(0, 3), (3, 4)]
    expected = parse_pose_metainfo(info)
    assert {k: str(v) for k, v in parsed.items()} == {
        k: str(v) for k, v in expected.items()
    }
    assert parse_metainfo(parsed) == parsed


@pytest.mark.filterwarnings('error')
def test_from_file(tmp_path, monkeypatch):
    parsed = parse_metainfo(CocoDataset.METAINFO)
    assert parsed['num_keypoints'] == 17
    # mmpose's own functions find it as well, and have nothing to say
    theirs = parse_pose_metainfo(BottomupCocoDataset.METAINFO)
    assert theirs['keypoint_id2name'] == parsed['keypoint_id2name']
    # a file of that name at that place goes before mmpose's
    place = tmp_path / CocoDataset.METAINFO['from_file']
    place.parent.mkdir(parents=True)
    place.write_text(f'dataset_info = {mouse()}')
    monkeypatch.chdir(tmp_path)
    own = parse_metainfo(CocoDataset.METAINFO)
    assert own['num_keypoints'] == len(mouse()['keypoint_info'])


def broken(key, change):
    info = mouse()
    if change is None:
        info.pop(key)
    elif isinstance(change, dict):
        for name, value in change.items():
            info[key][name] = {**info[key].get(name, {}), **value}
    else:
        info[key] = change
    return info


@pytest.mark.parametrize(
    ('key', 'change', 'words'),
    [
        ('sigmas', None, r"lacks \['sigmas'\]"),
        ('sigmas', [0.1] * 4, r'`sigmas`.* 4 values for 5 keypoints'),
        ('joint_weights', [1], r'`joint_weights`.* 1 values for 5'),
        ('keypoint_info', {7: dict(name='x')}, r'keys 0 to 5, got.*7'),
        ('keypoint_info', {1: dict(name='nose')}, r"names \['nose'\] twice"),
        (
            'keypoint_info',
            {1: dict(swap='right_ear')},
            r"'left_ear' is 'right_ear', whose own `swap` is 'right_ear'",
        ),
        ('keypoint_info', {1: dict(swap='x')}, r"'left_ear' is 'x'.*None"),
        ('skeleton_info', {0: dict(link=('nose', 'leg'))}, r"\['leg'\]"),
        ('skeleton_info', {1: dict(link=['nose'])}, r"link 1 .*\['nose'\]"),
        ('skeleton_info', {1: dict(link='nose')}, r"link 1 .* 'nose'; .*two"),
        ('skeleton_info', {1: dict(link=())}, r'link 1 .* \(\)'),
        ('skeleton_info', {1: dict(link=NAMES[:3])}, r"link 1 .*'nose'.*two"),
        ('skeleton_info', {1: dict(link=['tail'] * 2)}, r'two different'),
    ],
)
def test_bad_metainfo_is_named(key, change, words, tmp_path):
    info = broken(key, change)
    with pytest.raises(ValueError, match=words):
        parse_metainfo(info)
    file = tmp_path / 'own.py'
    file.write_text(f'dataset_info = {info!r}')
    with pytest.raises(ValueError, match=words):
        parse_metainfo(dict(from_file=str(file)))


@pytest.mark.parametrize('key', ['sigmas', 'joint_weights'])
@pytest.mark.parametrize(
    ('value', 'shown'),
    [(0, '0.0'), (-0.5, '-0.5'), (float('nan'), 'nan'), (float('inf'), 'inf')],
)
def test_weights_and_sigmas_are_positive_and_finite(key, value, shown):
    info = mouse()
    info[key][3] = value
    with pytest.raises(
        ValueError, match=rf"`{key}`.* is {shown} for keypoint 3 \('body'\)"
    ):
        parse_metainfo(info)


def plain_distances(links, k, start):
    ways, front = {start: 0}, [start]
    for here in front:
        for pair in links:
            for there in pair:
                if here in pair and there not in ways:
                    ways[there] = ways[here] + 1
                    front.append(there)
    return ways


@pytest.mark.parametrize(
    ('links', 'k', 'order'),
    [
        ([], 4, [0, 1, 2, 3]),
        ([], 1, [0]),
        # a chain begins in the middle
        ([(0, 1), (1, 2), (2, 3), (3, 4)], 5, [2, 1, 3, 0, 4]),
        # a star, whose middle has the last index
        ([(0, 3), (1, 3), (2, 3)], 4, [3, 0, 1, 2]),
        # the larger part first, single points last
        ([(1, 2), (3, 4), (4, 5)], 7, [4, 3, 5, 1, 2, 0, 6]),
        # a ring
        ([(0, 1), (1, 2), (2, 0)], 3, [0, 1, 2]),
    ],
)
def test_order_of_small_skeletons(links, k, order):
    assert torso_outwards(links, k) == order


def test_order_of_coco_goes_outwards():
    links = parse_metainfo(CocoDataset.METAINFO)['skeleton_links']
    order = torso_outwards(links, 17)
    assert sorted(order) == list(range(17))
    ways = plain_distances(links, 17, order[0])
    reach = [ways[k] for k in order]
    assert reach == sorted(reach)
    total = {k: sum(plain_distances(links, 17, k).values()) for k in range(17)}
    assert total[order[0]] == min(total.values())
    # a shoulder or hip first, ankles late
    assert order[0] in {5, 6, 11, 12}
    assert {15, 16}.isdisjoint(order[:12])


def test_a_config_that_was_written_to_a_file(tmp_path):
    Config(dict(metainfo=mouse())).dump(tmp_path / 'config.json')
    read = Config.fromfile(tmp_path / 'config.json').metainfo
    assert list(read.keypoint_info) == ['0', '1', '2', '3', '4']
    parsed, expected = parse_metainfo(read), parse_metainfo(mouse())
    assert parsed['keypoint_id2name'] == expected['keypoint_id2name']
    assert (
        parsed['flip_indices'] == expected['flip_indices'] == [0, 1, 2, 3, 4]
    )
    assert np.array_equal(parsed['skeleton_links'], expected['skeleton_links'])
