"""AI Challenger, COCO-WholeBody and AP-10K, small and real files."""

import os
from pathlib import Path

import numpy as np
import pytest
from helpers import write_json
from mmpose.datasets.datasets import AicDataset, CocoWholeBodyDataset
from own_data import evaluate_truth

from higherhrnet_plugin import (
    BottomupAicDataset,
    BottomupAP10KDataset,
    BottomupCocoWholeBodyDataset,
    BottomupDatasetMixin,
)

# as the annotation files of COCO-WholeBody name them, in the order of 0..132
PARTS = [
    ('keypoints', 17),
    ('foot_kpts', 6),
    ('face_kpts', 68),
    ('lefthand_kpts', 21),
    ('righthand_kpts', 21),
]
SAMPLES = Path(os.environ.get('HIGHERHRNET_TEST_DATA', 'no data')) / 'samples'
REAL = [
    pytest.param(
        BottomupAicDataset,
        AicDataset,
        'aic/test_aic.json',
        dict(type='CocoMetric', use_area=False),
        'coco/AP',
        id='aic',
    ),
    pytest.param(
        BottomupCocoWholeBodyDataset,
        CocoWholeBodyDataset,
        'coco/test_coco_wholebody.json',
        dict(type='CocoWholeBodyMetric'),
        'coco-wholebody/AP',
        id='wholebody',
    ),
]


def image(number):
    return dict(id=number, file_name=f'{number}.jpg', width=400, height=300)


def whole_body(number, image_id, **more):
    """Annotate a person whose point i is at (10 + i, 20 + i)."""
    points = [[10 + i, 20 + i, 1 + i % 2] for i in range(133)]
    ends = np.cumsum([0] + [length for _, length in PARTS])
    parts = {
        name: np.ravel(points[start:end]).tolist()
        for (name, _), start, end in zip(PARTS, ends, ends[1:])
    }
    return dict(
        dict(
            **parts,
            id=number,
            image_id=image_id,
            category_id=1,
            num_keypoints=17,
            bbox=[10, 20, 140, 140],
            area=9000,
            iscrowd=0,
            segmentation=[[10, 20, 150, 20, 150, 160]],
        ),
        **more,
    )


def aic(number, image_id):
    """Annotate a person as AIC's files do: no area, crowd or segmentation."""
    points = [[10 + number + i, 20 + 2 * i, 2] for i in range(14)]
    return dict(
        id=number,
        image_id=image_id,
        category_id=1,
        keypoints=np.ravel(points).tolist(),
        num_keypoints=14,
        bbox=[10, 20, 40, 100],
    )


def load(
    kind, folder, annotations, images=(1,), categories=('person',), **options
):
    content = dict(
        images=[image(number) for number in images],
        annotations=annotations,
        categories=[dict(id=i + 1, name=n) for i, n in enumerate(categories)],
    )
    path = write_json(folder / 'annotations.json', content)
    return kind(
        ann_file=path,
        data_prefix=dict(img=f'{folder}/'),
        missing_images='ignore',
        **options,
    )


@pytest.mark.parametrize(
    ('kind', 'host', 'k'),
    [
        (BottomupAicDataset, AicDataset, 14),
        (BottomupCocoWholeBodyDataset, CocoWholeBodyDataset, 133),
    ],
)
def test_they_are_mmposes_with_the_mixin(kind, host, k):
    assert issubclass(kind, BottomupDatasetMixin)
    assert issubclass(kind, host)
    assert kind.METAINFO['from_file'].endswith(host.METAINFO['from_file'])
    assert kind(lazy_init=True).metainfo['num_keypoints'] == k


def test_aic_without_areas(tmp_path):
    people = [aic(1, 1), aic(2, 1)]
    data_set = load(BottomupAicDataset, tmp_path, people, test_mode=True)
    info = data_set.get_data_info(0)
    assert info['keypoints'].shape == (2, 14, 2)
    assert info['keypoints'][1, 3].tolist() == [15, 26]
    assert info['iscrowd'] == [0, 0]
    np.testing.assert_allclose(info['area'], 0.53 * 40 * 100)


def animal(number, species):
    """Annotate an animal of AP-10K on image 1."""
    points = [[10 + number + i, 20 + i, 2] for i in range(17)]
    return dict(
        id=number,
        image_id=1,
        category_id=species,
        keypoints=np.ravel(points).tolist(),
        bbox=[10, 20, 17, 17],
        area=289,
        iscrowd=0,
        num_keypoints=17,
    )


@pytest.mark.parametrize('data_mode', ['bottomup', 'topdown'])
@pytest.mark.parametrize('test_mode', [False, True])
def test_all_species_are_one_category(tmp_path, data_mode, test_mode):
    animals = [animal(1, 1), animal(2, 3)]
    options = dict(
        categories=['antelope', 'bear', 'cat'],
        data_mode=data_mode,
        test_mode=test_mode,
    )
    data_set = load(BottomupAP10KDataset, tmp_path, animals, **options)
    found = [data_set.get_data_info(i)['id'] for i in range(len(data_set))]
    assert found == ([[1, 2]] if data_mode == 'bottomup' else [1, 2])
    one = load(
        BottomupAP10KDataset, tmp_path, animals, category='cat', **options
    )
    assert one.get_data_info(0)['id'] in (2, [2])


def test_whole_body_lists_are_joined_in_order(tmp_path):
    people = [whole_body(1, 1), whole_body(2, 1)]
    people[1]['keypoints'][0] = 12
    data_set = load(BottomupCocoWholeBodyDataset, tmp_path, people)
    info = data_set.get_data_info(0)
    expected = [[10 + i, 20 + i] for i in range(133)]
    for n in range(2):
        assert info['keypoints'][n].tolist() == expected
        expected[0][0] = 12
    assert info['keypoints_visible'].tolist() == [[1] * 133] * 2
    assert info['keypoints'].dtype == np.float32
    assert info['keypoints_visible'].dtype == np.float32
    assert len(info['flip_indices']) == 133
    assert info['invalid_segs'] == []


@pytest.mark.parametrize('name', [name for name, _ in PARTS[1:]])
@pytest.mark.parametrize('how', ['zero', 'missing'])
def test_a_part_that_is_not_labelled(tmp_path, name, how):
    person = whole_body(1, 1)
    if how == 'zero':
        person[name] = [0] * len(person[name])
    else:
        del person[name]
    info = load(
        BottomupCocoWholeBodyDataset, tmp_path, [person]
    ).get_data_info(0)
    hidden = np.concatenate(
        [np.full(length, part == name) for part, length in PARTS]
    )
    np.testing.assert_array_equal(info['keypoints_visible'][0] == 0, hidden)


@pytest.mark.parametrize('name', [name for name, _ in PARTS])
def test_a_part_with_a_wrong_length_is_named(tmp_path, name):
    person = whole_body(41, 1)
    person[name] = person[name][:-3]
    with pytest.raises(ValueError, match='annotation 41 has ') as error:
        load(BottomupCocoWholeBodyDataset, tmp_path, [person])
    # `keypoints` is the usual list, which needs no name
    assert name == 'keypoints' or name in str(error.value)


def test_a_segmentation_is_not_needed(tmp_path):
    person = whole_body(1, 1)
    del person['segmentation']
    data_set = load(BottomupCocoWholeBodyDataset, tmp_path, [person])
    assert len(data_set.get_data_info(0)['keypoints']) == 1


def test_who_has_no_labelled_body_is_masked(tmp_path):
    hidden = whole_body(2, 1, keypoints=[0] * 51, num_keypoints=0)
    crowd = whole_body(3, 1, iscrowd=1)
    data_set = load(
        BottomupCocoWholeBodyDataset,
        tmp_path,
        [whole_body(1, 1), hidden, crowd],
    )
    regions = data_set.get_data_info(0)['invalid_segs']
    assert regions == [hidden['segmentation'], crowd['segmentation']]


@pytest.mark.parametrize(
    ('kind', 'person', 'k'),
    [
        (BottomupAicDataset, aic(1, 1), 14),
        (BottomupCocoWholeBodyDataset, whole_body(1, 1), 133),
    ],
)
def test_images_without_people(tmp_path, kind, person, k):
    data_set = load(kind, tmp_path, [person], images=(1, 2), keep_empty=True)
    info = data_set.get_data_info(1)
    assert info['keypoints'].shape == (1, k, 2)
    assert not info['keypoints_visible'].any()


@pytest.mark.parametrize(
    ('kind', 'person', 'metric', 'name'),
    [
        (
            BottomupAicDataset,
            aic(1, 1),
            dict(type='CocoMetric', use_area=False),
            'coco/AP',
        ),
        (
            BottomupCocoWholeBodyDataset,
            whole_body(1, 1),
            dict(type='CocoWholeBodyMetric'),
            'coco-wholebody/AP',
        ),
        (
            BottomupCocoWholeBodyDataset,
            whole_body(1, 1),
            dict(type='BottomupCocoWholeBodyMetric'),
            'coco-wholebody/AP',
        ),
    ],
)
def test_the_truth_has_an_ap_of_one(tmp_path, kind, person, metric, name):
    # mmpose's metrics read the file by themselves
    person = dict(person, iscrowd=0)
    data_set = load(kind, tmp_path, [person], test_mode=True)
    assert evaluate_truth(data_set, metric)[name] == pytest.approx(1)


@pytest.mark.skipif(
    not SAMPLES.is_dir(), reason='HIGHERHRNET_TEST_DATA is not set'
)
@pytest.mark.parametrize(('kind', 'host', 'file', 'metric', 'name'), REAL)
def test_real_files(kind, host, file, metric, name):
    options = dict(
        ann_file=str(SAMPLES / file),
        data_prefix=dict(img=str((SAMPLES / file).parent)),
        data_mode='bottomup',
        test_mode=True,
    )
    ours, theirs = kind(**options), host(**options)
    assert len(ours) == len(theirs) > 0
    found = {theirs.get_data_info(i)['img_id']: i for i in range(len(theirs))}
    for i in range(len(ours)):
        info = ours.get_data_info(i)
        expected = theirs.get_data_info(found[info['img_id']])
        for key in ('keypoints', 'keypoints_visible', 'bbox', 'area'):
            np.testing.assert_allclose(info[key], expected[key], rtol=1e-6)
    assert evaluate_truth(ours, metric)[name] == pytest.approx(1)
