"""Loading of small annotation files, good and broken ones."""

import json
from itertools import product

import numpy as np
import pytest
from helpers import write_json
from mmpose.datasets.datasets import CocoDataset, CrowdPoseDataset
from mmpose.registry import DATASETS, TRANSFORMS

from higherhrnet_plugin import (
    BottomupCocoDataset,
    BottomupCrowdPoseDataset,
    BottomupDatasetMixin,
)

POLYGON = [[1, 1, 30, 1, 30, 30]]
# of the box that everybody has, [1, 1, 40, 40]
BOX_POLYGON = [[1, 1, 41, 1, 41, 41, 1, 41]]
CROWD = dict(size=[48, 64], counts=[100, 200, 2772])
# (image id, number of people), not in the order of the ids
IMAGES = [(7, 2), (3, 0), (11, 1), (5, 0), (2, 3)]
KINDS = [
    pytest.param(BottomupCocoDataset, 17, id='coco'),
    pytest.param(BottomupCrowdPoseDataset, 14, id='crowdpose'),
]


def image(number, **more):
    return dict(
        id=number, file_name=f'{number}.jpg', width=64, height=48, **more
    )


def person(number, image_id, k=17, **more):
    keypoints = [[5 + number % 7 + i, 6 + i, 2] for i in range(k)]
    return dict(
        dict(
            id=number,
            image_id=image_id,
            category_id=1,
            keypoints=np.ravel(keypoints).tolist(),
            num_keypoints=k,
            bbox=[1, 1, 40, 40],
            area=900,
            iscrowd=0,
            segmentation=POLYGON,
        ),
        **more,
    )


def without(record, *keys):
    return {name: v for name, v in record.items() if name not in keys}


def coco(images, annotations):
    return dict(
        images=images,
        annotations=annotations,
        categories=[dict(id=1, name='person')],
    )


def usual(k=17, **more):
    """Annotate ``IMAGES``."""
    annotations = [
        person(10 * number + i, number, k)
        for number, count in IMAGES
        for i in range(count)
    ]
    return coco([image(number, **more) for number, _ in IMAGES], annotations)


def load(tmp_path, content, kind=BottomupCocoDataset, **options):
    path = write_json(tmp_path / 'annotations.json', content)
    if issubclass(kind, BottomupDatasetMixin):
        # there are no pictures
        options = dict(dict(missing_images='ignore'), **options)
    return kind(ann_file=path, data_prefix=dict(img='images/'), **options)


def ids(data_set):
    return [data_set.get_data_info(i)['img_id'] for i in range(len(data_set))]


# --- images ----------------------------------------------------------------


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        (dict(), [7, 11, 2]),
        (dict(keep_empty=False), [7, 11, 2]),
        (dict(keep_empty=True), [7, 3, 11, 5, 2]),
        (dict(test_mode=True), [7, 3, 11, 5, 2]),
        (dict(keep_empty=True, serialize_data=False), [7, 3, 11, 5, 2]),
    ],
    ids=str,
)
@pytest.mark.parametrize(('kind', 'k'), KINDS)
def test_images_in_the_order_of_the_file(tmp_path, kind, k, options, expected):
    data_set = load(tmp_path, usual(k), kind, **options)
    assert ids(data_set) == expected


@pytest.mark.parametrize(('kind', 'k'), KINDS)
def test_people_are_gathered(tmp_path, kind, k):
    data_set = load(tmp_path, usual(k), kind)
    counts = dict(IMAGES)
    for i in range(len(data_set)):
        info = data_set.get_data_info(i)
        number = info['img_id']
        n = counts[number]
        assert info['img_path'] == f'images/{number}.jpg'
        assert info['keypoints'].shape == (n, k, 2)
        assert info['keypoints_visible'].shape == (n, k)
        assert info['bbox'].shape == (n, 4)
        assert info['area'].shape == (n,)
        assert info['id'] == [10 * number + j for j in range(n)]
        assert info['invalid_segs'] == []
        assert len(info['flip_indices']) == k
        for j, record in enumerate(info['id']):
            expected = [[5 + record % 7 + c, 6 + c] for c in range(k)]
            np.testing.assert_array_equal(info['keypoints'][j], expected)


@pytest.mark.parametrize(('kind', 'k'), KINDS)
def test_an_image_that_shows_nobody_can_be_trained(tmp_path, kind, k):
    info = load(tmp_path, usual(k), kind, keep_empty=True).get_data_info(1)
    assert info['img_id'] == 3
    assert info['keypoints'].shape == (1, k, 2)
    assert not info['keypoints_visible'].any()
    assert info['invalid_segs'] == []


def test_an_image_that_shows_nobody_goes_through_the_pipeline(tmp_path):
    pipeline = [
        lambda r: dict(r, img=np.full((48, 64, 3), 9, np.uint8)),
        lambda r: dict(r, img_shape=(48, 64), ori_shape=(48, 64)),
        dict(type='BottomupRandomAffine', input_size=(64, 32)),
        dict(type='BottomupRandomFlip', prob=1.0),
        dict(
            type='GenerateTarget',
            encoder=dict(
                type='MultiResolutionAssociativeEmbedding',
                input_size=(64, 32),
                heatmap_sizes=[(16, 8), (32, 16)],
            ),
        ),
        dict(type='MultiResolutionHeatmapMask'),
        dict(type='PackPoseInputs'),
    ]
    path = write_json(tmp_path / 'annotations.json', usual())
    data_set = DATASETS.build(
        dict(
            type='BottomupCocoDataset',
            ann_file=path,
            missing_images='ignore',
            keep_empty=True,
            pipeline=[
                t if callable(t) else TRANSFORMS.build(t) for t in pipeline
            ],
        )
    )
    for i, (_, count) in enumerate(IMAGES):
        sample = data_set[i]['data_samples']
        fields = sample.gt_fields
        assert [tuple(h.shape) for h in fields.heatmaps] == [
            (17, 8, 16),
            (17, 16, 32),
        ]
        assert fields.heatmap_mask[1].shape == (1, 16, 32)
        labels = sample.gt_instance_labels.keypoint_indices
        if count:
            assert len(labels) == count
        else:
            assert not labels.any()
            assert not fields.heatmaps[0].any()


def test_crowd_index_is_kept(tmp_path):
    content = usual(14, crowdIndex=0.25)
    data_set = load(
        tmp_path, content, BottomupCrowdPoseDataset, test_mode=True
    )
    values = [
        data_set.get_data_info(i)['crowd_index'] for i in range(len(data_set))
    ]
    assert np.ravel(values[1]).tolist() == [0.25]
    assert all(np.unique(v).tolist() == [0.25] for v in values)


def test_people_of_an_image_need_not_stand_together(tmp_path):
    content = usual()
    content['annotations'].sort(key=lambda a: a['id'] % 10)
    data_set = load(tmp_path, content)
    assert ids(data_set) == [7, 11, 2]
    assert [len(data_set.get_data_info(i)['id']) for i in range(3)] == [
        2,
        1,
        3,
    ]


@pytest.mark.parametrize(('kind', 'k'), KINDS)
def test_top_down_mode_is_as_in_mmpose(tmp_path, kind, k):
    options = dict(data_mode='topdown')
    ours = load(tmp_path, usual(k), kind, **options)
    stock = CocoDataset if k == 17 else CrowdPoseDataset
    theirs = load(tmp_path, usual(k), stock, **options)
    assert ids(ours) == ids(theirs)
    assert len(ours) == 6


def test_the_mixin_goes_in_front_of_other_classes():
    for kind, host in (
        (BottomupCocoDataset, CocoDataset),
        (BottomupCrowdPoseDataset, CrowdPoseDataset),
    ):
        assert issubclass(kind, BottomupDatasetMixin)
        assert issubclass(kind, host)
        # the same description, by where it is installed
        ours, theirs = (k.METAINFO['from_file'] for k in (kind, host))
        assert ours.endswith(theirs)


# --- segmentations ---------------------------------------------------------

FORMS = [POLYGON, CROWD, [], [[]], None, 'missing']


def segmented(record, form):
    if form == 'missing':
        return without(record, 'segmentation')
    return dict(record, segmentation=form)


def test_segmentations_of_mixed_forms(tmp_path):
    pairs = list(product(FORMS, repeat=2))
    annotations = [
        segmented(person(2 * number + i, number), form)
        for number, pair in enumerate(pairs)
        for i, form in enumerate(pair)
    ]
    images = [image(number) for number in range(len(pairs))]
    data_set = load(tmp_path, coco(images, annotations))
    assert len(data_set) == 36
    for i in range(len(data_set)):
        info = data_set.get_data_info(i)
        assert info['keypoints'].shape == (2, 17, 2)
        assert info['invalid_segs'] == []


@pytest.mark.parametrize(
    'change',
    [
        pytest.param(dict(iscrowd=1), id='crowd'),
        pytest.param(
            dict(num_keypoints=0, keypoints=[0] * 51), id='nothing labelled'
        ),
    ],
)
@pytest.mark.parametrize('place', [0, 1])
def test_regions_to_mask_are_listed(tmp_path, change, place):
    annotations = []
    for number, form in enumerate(FORMS):
        people = [person(3 * number + i, number) for i in range(2)]
        record = person(3 * number + 2, number, **change)
        people.insert(place, segmented(record, form))
        annotations += people
    images = [image(number) for number in range(len(FORMS))]
    data_set = load(tmp_path, coco(images, annotations))
    for i, form in enumerate(FORMS):
        info = data_set.get_data_info(i)
        masked = form if form in (POLYGON, CROWD) else BOX_POLYGON
        assert info['invalid_segs'] == [masked]
        assert len(info['keypoints']) == 3
        visible = info['keypoints_visible'].any(axis=1).tolist()
        assert visible == [i != place for i in range(3)]


# --- broken files ----------------------------------------------------------


@pytest.mark.parametrize(('kind', 'k'), KINDS)
def test_a_missing_file_is_named(tmp_path, kind, k):
    path = str(tmp_path / 'nowhere.json')
    with pytest.raises(FileNotFoundError, match=r'nowhere\.json.*`data_root`'):
        kind(ann_file=path)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        pytest.param('{"images": [', 'cannot be read', id='cut off'),
        pytest.param('', 'cannot be read', id='nothing'),
        pytest.param('\x00\x01', 'cannot be read', id='binary'),
        pytest.param('[1, 2]', 'cannot be read.*list', id='list'),
        pytest.param('{}', '`images`', id='no images'),
        pytest.param('{"a": 1}', '`images`', id='another format'),
        pytest.param(
            json.dumps(coco([], [])), '`images`', id='images are empty'
        ),
        pytest.param(
            json.dumps(coco([without(image(1), 'id')], [])),
            "not in COCO format: 'id'",
            id='image without id',
        ),
        pytest.param(
            json.dumps(coco([without(image(1), 'file_name')], [])),
            "'file_name' is missing",
            id='image without name',
        ),
        pytest.param(
            json.dumps(coco([image(1)], [without(person(1, 1), 'image_id')])),
            "'image_id' is missing",
            id='person without image',
        ),
        pytest.param(
            json.dumps(coco([without(image(1), 'width')], [person(1, 1)])),
            "'width' is missing",
            id='image without width',
        ),
        pytest.param(
            json.dumps(coco([image(1)], [])), '`allow_nobody', id='nobody'
        ),
    ],
)
def test_errors_name_the_file(tmp_path, text, words):
    path = tmp_path / 'broken.json'
    path.write_text(text)
    with pytest.raises(ValueError, match=rf'broken\.json.*{words}'):
        BottomupCocoDataset(ann_file=str(path), missing_images='ignore')


def test_a_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / 'broken.json'
    path.write_bytes(b'\xff\xfe\xfa\x00')
    with pytest.raises(ValueError, match=r'broken\.json.*cannot be read'):
        BottomupCocoDataset(ann_file=str(path))


@pytest.mark.parametrize(('kind', 'k'), KINDS)
@pytest.mark.parametrize('found', [1, 5, 133])
def test_a_wrong_number_of_keypoints_is_told(tmp_path, kind, k, found):
    content = coco([image(7)], [person(41, 7, k), person(42, 7, found)])
    words = rf'annotations\.json.*annotation 42 has {found} .*{k}'
    with pytest.raises(ValueError, match=words):
        load(tmp_path, content, kind)


def test_a_keypoint_list_that_is_cut_off(tmp_path):
    record = person(42, 7)
    record['keypoints'] = record['keypoints'][:-1]
    with pytest.raises(ValueError, match='annotation 42 has 50 numbers'):
        load(tmp_path, coco([image(7)], [record]))


@pytest.mark.parametrize('k', [1, 5, 133])
def test_other_keypoints_by_metainfo(tmp_path, k):
    info = {
        i: dict(name=f'point {i}', id=i, color=[0, 0, 0], type='', swap='')
        for i in range(k)
    }
    metainfo = dict(
        dataset_name='other',
        paper_info={},
        keypoint_info=info,
        skeleton_info={},
        joint_weights=[1.0] * k,
        sigmas=[0.05] * k,
    )
    data_set = load(tmp_path, usual(k), metainfo=metainfo)
    assert data_set.get_data_info(0)['keypoints'].shape == (2, k, 2)
    with pytest.raises(ValueError, match=f'17 keypoints.*{k}'):
        load(tmp_path, usual(17), metainfo=metainfo)


def test_people_without_keypoints_are_masked(tmp_path):
    # boxes without keypoints, as in the detection files
    content = coco([image(7)], [without(person(1, 7), 'keypoints')])
    content['annotations'].append(person(2, 7))
    info = load(tmp_path, content).get_data_info(0)
    assert info['id'] == [1, 2]
    assert not info['keypoints_visible'][0].any()
    assert info['invalid_segs'] == [POLYGON]
