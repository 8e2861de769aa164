"""Repair of single annotations, against rules written out here."""

import numpy as np
import pycocotools.mask as coco_mask
import pytest

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, repair_coco

W, H = 200, 100
NAN = float('nan')
POINTS = [50, 20, 2, 70, 60, 1, 0, 0, 0]
# 10 % of the longer side, 40 pixels, on every side of the labelled two
BOX = [46, 16, 28, 48]
SQUARE = [10, 10, 60, 10, 60, 40, 10, 40]


def person(**changes):
    record = dict(
        id=5,
        image_id=1,
        category_id=1,
        keypoints=list(POINTS),
        num_keypoints=2,
        iscrowd=0,
        bbox=[40, 10, 50, 60],
        area=900,
        segmentation=[SQUARE],
    )
    record.update(changes)
    return {k: v for k, v in record.items() if v != 'missing'}


def repair(record, k=3, others=0, **options):
    """Repair a file of one person and others; return it and the report."""
    images = [
        dict(id=i, file_name=f'{i}.jpg', width=W, height=H)
        for i in range(1, 2 + others)
    ]
    content = dict(
        images=images,
        annotations=[
            record,
            *(
                person(id=100 + i, image_id=i, area=300)
                for i in range(2, 2 + others)
            ),
        ],
        categories=[dict(id=1, name='person')],
    )
    options = CocoOptions(k, missing_images='ignore', **options)
    content, report = repair_coco(content, options, 'own.json')
    record = next((a for a in content['annotations'] if a['id'] == 5), None)
    return record, report


def kinds(report):
    return list(report.repaired)


def test_a_sound_annotation_is_not_touched():
    record, report = repair(person())
    assert record == person()
    assert report.is_clean
    assert not report.noted
    assert 'nothing to repair' in report.lines()[0]


@pytest.mark.parametrize(
    'box',
    ['missing', None, [], [0, 0, 0, 0], [5, 5, -3, 4], [NAN] * 4, [None] * 4],
    ids=str,
)
def test_boxes_come_from_keypoints(box):
    record, report = repair(person(bbox=box, segmentation=None))
    np.testing.assert_allclose(record['bbox'], BOX)
    (kind,) = kinds(report)
    assert '`bbox`' in kind
    assert 'keypoints' in kind


def test_boxes_stay_inside_the_image():
    points = [0, 1, 2, 200, 100, 2, 0, 0, 0]
    record, _ = repair(person(bbox=None, segmentation=None, keypoints=points))
    assert record['bbox'] == [0, 0, W, H]
    points = [300, 300, 2, 400, 310, 2, 0, 0, 0]
    record, report = repair(
        person(bbox=None, segmentation=None, keypoints=points)
    )
    np.testing.assert_allclose(record['bbox'], [290, 290, 120, 30])
    assert any('outside' in note for note in report.noted)


def test_a_single_point_has_a_box_of_32_pixels():
    points = [50, 40, 2, 0, 0, 0, 0, 0, 0]
    record, _ = repair(
        person(
            bbox=None,
            segmentation=None,
            area=None,
            keypoints=points,
            num_keypoints=1,
        )
    )
    assert record['bbox'] == [34, 24, 32, 32]
    assert record['area'] == pytest.approx(0.53 * 32 * 32)


def test_boxes_and_areas_come_from_segmentations_as_in_coco():
    record, report = repair(person(bbox=None, area=None))
    rle = coco_mask.frPyObjects([SQUARE], H, W)
    assert record['bbox'] == [10, 10, 50, 30]
    assert record['area'] == int(coco_mask.area(rle)[0]) == 1500
    assert all('segmentation' in kind for kind in kinds(report))


@pytest.mark.parametrize('area', ['missing', None, 0, -4, NAN], ids=str)
@pytest.mark.parametrize('segmentation', ['missing', None, [], [[1, 2, 3, 4]]])
def test_areas_are_a_part_of_the_box(area, segmentation):
    record, report = repair(person(area=area, segmentation=segmentation))
    assert record['area'] == pytest.approx(0.53 * 50 * 60)
    (kind,) = kinds(report)
    assert '`area`' in kind


@pytest.mark.parametrize('form', ['list', 'bytes', 'text'])
def test_areas_of_every_run_length_encoding(form):
    mask = np.zeros((H, W), np.uint8, order='F')
    mask[20:40, 30:90] = 1
    rle = coco_mask.encode(mask)
    if form == 'text':
        rle['counts'] = rle['counts'].decode()
    if form == 'list':
        flat = mask.flatten(order='F').astype(int)
        edges = np.flatnonzero(np.diff(flat)) + 1
        rle = dict(
            size=[H, W], counts=np.diff([0, *edges, flat.size]).tolist()
        )
    record, _ = repair(person(bbox=None, area=None, segmentation=rle))
    assert record['bbox'] == [30, 20, 60, 20]
    assert record['area'] == 1200


@pytest.mark.parametrize(
    ('value', 'expected'),
    [('missing', 2), (None, 2), (0, 2), (17, 2), (1, 1), (2, 2), ('x', 2)],
)
def test_num_keypoints_lies_between_the_visible_and_the_labelled(
    value, expected
):
    record, report = repair(person(num_keypoints=value))
    assert record['num_keypoints'] == expected
    assert report.is_clean == (value == expected)


@pytest.mark.parametrize('value', ['missing', None])
def test_iscrowd(value):
    record, report = repair(person(iscrowd=value))
    assert record['iscrowd'] == 0
    assert kinds(report) == ['`iscrowd` set to 0']


@pytest.mark.parametrize('keypoints', ['missing', None, []])
def test_people_without_keypoints_are_unlabelled(keypoints):
    record, report = repair(person(keypoints=keypoints))
    assert record['keypoints'] == [0] * 9
    assert record['num_keypoints'] == 0
    assert report.totals['unlabelled people'] == 1
    record, report = repair(person(keypoints=keypoints, segmentation=None))
    assert any('masked by their box' in note for note in report.noted)


def test_an_annotation_of_nothing_is_dropped():
    record, report = repair(
        person(keypoints=None, segmentation=None, bbox=None)
    )
    assert record is None
    assert list(report.dropped) == [
        'annotations without keypoints, box and segmentation'
    ]


@pytest.mark.parametrize(
    ('given', 'expected', 'words'),
    [
        ([70, 60, -1], [70, 60, 0], 'negative'),
        ([70, 60, 0.4], [70, 60, 2], 'fractions'),
        ([NAN, NAN, 0], [0, 0, 0], 'without a position'),
        ([NAN, 60, 2], [0, 0, 0], 'without a position'),
        ([None, None, 1], [0, 0, 0], 'without a position'),
        ([None, None, None], [0, 0, 0], 'empty'),
        ([float('inf'), 3, 2], [0, 0, 0], 'without a position'),
    ],
    ids=str,
)
def test_single_keypoints(given, expected, words):
    points = [50, 20, 2, *given, 0, 0, 0]
    record, report = repair(person(keypoints=points, num_keypoints='missing'))
    assert record['keypoints'] == [50, 20, 2, *expected, 0, 0, 0]
    assert any(words in kind for kind in kinds(report))


def test_nested_keypoints_are_made_flat():
    nested = np.reshape(POINTS, (-1, 3)).tolist()
    record, report = repair(person(keypoints=nested))
    assert record['keypoints'] == POINTS
    assert kinds(report) == ['nested lists of keypoints']


def test_broken_polygons_are_left_out():
    odd = [1, 2, 3, 4, 5, 6, 7]
    record, report = repair(
        person(segmentation=[odd, SQUARE, [NAN] * 6, ['a'] * 6])
    )
    assert record['segmentation'] == [SQUARE]
    assert 'polygons' in kinds(report)[0]


@pytest.mark.parametrize(
    ('polygon', 'words'),
    [
        ([1, 2, 3, 4, 5, 6, 7], r'odd length.*\[1, 2, 3, 4, 5, 6, \.\.\.\]'),
        ([NAN] * 6, r'without numbers.*\[nan, '),
        (['a'] * 6, r"without numbers.*\['a', "),
        ([0, 0, 9999, 0, 9, 9], r'far outside.*\[0, 0, 9999, '),
        (None, r'without numbers.* None;'),
    ],
    ids=str,
)
def test_no_part_of_a_region_that_is_masked_is_left_out(polygon, words):
    """It would be background, and whoever is there a mistake."""
    words = rf'annotation 5 has .*{words}.* cannot be masked'
    for changes in (dict(iscrowd=1), dict(keypoints=None)):
        with pytest.raises(ValueError, match=words):
            repair(person(segmentation=[SQUARE, polygon], **changes))
        # those without any area are no part of it
        regions = [SQUARE, [], [1, 2, 3]]
        record, _ = repair(person(segmentation=regions, **changes))
        assert record['segmentation'] == regions


def test_an_encoding_of_another_size_matters_for_crowds_only():
    rle = dict(size=[W, H], counts=[W * H])
    record, report = repair(person(segmentation=rle))
    assert record['segmentation'] == []
    assert 'do not fit' in kinds(report)[0]
    with pytest.raises(ValueError, match=r'annotation 5.*\[200, 100\]'):
        repair(person(segmentation=rle, iscrowd=1))
    with pytest.raises(ValueError, match='cannot be masked'):
        repair(
            person(segmentation=dict(size=[H, W], counts=[7]), keypoints=None)
        )


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        (
            dict(keypoints=POINTS[:6]),
            'annotation 5 has 2 keypoints.* 3 .*num_keypoints',
        ),
        (
            dict(keypoints=POINTS[:-1]),
            'has 8 numbers in `keypoints`; COCO files have x',
        ),
        (dict(keypoints=['a', 2, 3] * 3), r"no numbers: \['a'"),
        (dict(keypoints=7), 'keypoints'),
        (dict(keypoints=[1, 2, 3] * 3), 'annotation 5 .*visibility 3'),
        (dict(keypoints=[1, 2, None] * 3), 'visibility missing'),
        (dict(keypoints=[1, 2, 99] + [NAN] * 6), 'visibility 99'),
        (dict(bbox=[1, 2, 3]), r'`bbox` of 3 numbers: \[1, 2, 3\]'),
        (dict(bbox='large'), "`bbox` 'large'"),
        (dict(bbox=[1, 2, 'a', 4]), "`bbox` of annotation 5.*'a'"),
        (dict(area='large'), "`area` of annotation 5.*'large'"),
        (dict(iscrowd=7), 'annotation 5 .*`iscrowd` 7'),
        (dict(segmentation='abc'), "`segmentation` 'abc'"),
    ],
    ids=str,
)
def test_what_cannot_be_repaired_is_named(changes, words):
    with pytest.raises(ValueError, match=rf'own\.json.*{words}'):
        repair(person(**changes))


def test_odd_values_are_noted():
    record, report = repair(person(area=1, segmentation=None), others=1)
    assert any('1 %' in note for note in report.noted)
    assert record['area'] == 1
    assert report.is_clean
    # one of three people
    odd = [0.2, 0.5, 2, 0.1, 1, 2, 0, 0, 0]
    record, report = repair(
        person(keypoints=odd, bbox=[0, 0, 50, 50]), others=2
    )
    assert any('[0, 1]' in note for note in report.noted)
    assert record['keypoints'] == odd
    assert report.is_clean


def test_lists_of_keypoints_in_parts():
    fields = dict(keypoints=3, foot_kpts=2)
    foot = [1, 2, 1, 3, 4, 0.5]
    record, report = repair(
        person(foot_kpts=foot), k=5, keypoint_fields=fields
    )
    assert record['foot_kpts'] == [1, 2, 1, 3, 4, 2]
    assert record['num_keypoints'] == 2
    record, report = repair(person(), k=5, keypoint_fields=fields)
    assert record['foot_kpts'] == [0] * 6
    assert kinds(report) == [
        'annotations without `foot_kpts`, taken as not labelled'
    ]
    with pytest.raises(ValueError, match=r'1 keypoints in `foot_kpts`.* 2 '):
        repair(person(foot_kpts=[1, 2, 1]), k=5, keypoint_fields=fields)
