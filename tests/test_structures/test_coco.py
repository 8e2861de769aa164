"""The constants against the tools that have fixed them."""

import pytest
from mmpose.datasets.datasets import CocoWholeBodyDataset
from pycocotools.cocoeval import Params

from higherhrnet_plugin.structures import coco
from higherhrnet_plugin.structures.annotated_people import annotated_people


def test_sizes_and_number_are_those_of_the_tool():
    params = Params('keypoints')
    (_, medium, large) = params.areaRng
    assert medium == [coco.MEDIUM_AREA, coco.LARGE_AREA]
    assert large[0] == coco.LARGE_AREA
    assert params.maxDets == [coco.MAX_PEOPLE]


def test_parts_of_the_whole_body_are_those_of_mmpose():
    names = CocoWholeBodyDataset._load_metainfo()['keypoint_id2name']
    assert sum(coco.WHOLE_BODY.values()) == len(names)
    starts = {'foot': 'big_toe', 'face': 'face-0', 'hand': 'hand_root'}
    place = 0
    for part, number in coco.WHOLE_BODY.items():
        for word, start in starts.items():
            if word in part:
                assert start in names[place]
        place += number


def test_parts_of_a_person_are_joined():
    person = dict(id=1, bbox=[0, 0, 10, 20], iscrowd=0)
    for i, (part, number) in enumerate(coco.WHOLE_BODY.items()):
        person[part] = [i, 2 * i, 1] * number
    people = annotated_people([person], 133, use_area=False)
    assert people.keypoints[0, 16].tolist() == [0, 0]
    assert people.keypoints[0, 17].tolist() == [1, 2]
    assert people.keypoints[0, 132].tolist() == [4, 8]
    assert people.areas.tolist() == pytest.approx([0.53 * 200])
    with pytest.raises(ValueError, match=r'133 keypoints.*has 14'):
        annotated_people([person], 14, use_area=False)
