"""Masks of crowds at every level, against the official order of steps."""

import cv2
import numpy as np
import pycocotools.mask as coco_mask
import pycocotools.mask as official_mask
import pytest
import torch
from helpers import write_json
from mmpose.registry import TRANSFORMS

from higherhrnet_plugin import (
    BottomupCocoDataset,
    MultiResolutionHeatmapLoss,
    MultiResolutionHeatmapMask,
)
from higherhrnet_plugin.datasets.transforms.segmentation import union_mask

H, W = 48, 80
INPUT = 64, 32
LEVELS = [(16, 8), (32, 16)]
BOX = 20, 8, 60, 30
IDENTITY = np.array([[0.8, 0, 0], [0, 0.8, -2]])
ROTATED = np.array([[0.7, -0.3, 12], [0.3, 0.7, -10]])


def region(x0, y0, x1, y1):
    """Mark a rectangle of the image."""
    mask = np.zeros((H, W), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def counts(mask):
    """Encode run lengths down the columns, starting with a run of zeros."""
    flat = mask.flatten(order='F').astype(int)
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *edges, flat.size]).tolist()
    return runs if flat[0] == 0 else [0, *runs]


def as_polygon(x0, y0, x1, y1):
    return [x0, y0, x1, y0, x1, y1, x0, y1]


def as_list(*box):
    return dict(size=[H, W], counts=counts(region(*box)))


def as_bytes(*box):
    return coco_mask.encode(np.asfortranarray(region(*box), np.uint8))


def as_text(*box):
    rle = as_bytes(*box)
    return dict(rle, counts=rle['counts'].decode())


FORMS = [
    pytest.param(lambda *b: [as_polygon(*b)], id='polygon'),
    pytest.param(as_polygon, id='flat polygon'),
    pytest.param(as_list, id='uncompressed'),
    pytest.param(as_bytes, id='compressed'),
    pytest.param(as_text, id='compressed text'),
]
NOTHING = [
    pytest.param(None, id='None'),
    pytest.param([], id='empty'),
    pytest.param([[]], id='list of empty'),
    pytest.param({}, id='empty dict'),
    pytest.param([[1, 1, 20, 20]], id='two points'),
    pytest.param([[], [1, 1, 20, 20]], id='several'),
    pytest.param(dict(size=[H, W], counts=[H * W]), id='zeros'),
]


def results(segmentations, warp=IDENTITY, flip=None):
    return dict(
        img_shape=(H, W, 3),
        input_size=INPUT,
        warp_mat=warp,
        heatmaps=[np.zeros((3, h, w), np.float32) for w, h in LEVELS],
        invalid_segs=segmentations,
        flip=flip is not None,
        flip_direction=flip,
    )


def masks(*args):
    transform = TRANSFORMS.build(dict(type='MultiResolutionHeatmapMask'))
    return transform.transform(results(*args))['heatmap_mask']


def reference(invalid, warp, flip):
    """Warp the mask of the image to each level, then flip it."""
    levels = []
    for w, h in LEVELS:
        mat = np.array([[w / INPUT[0]], [h / INPUT[1]]]) * warp
        mask = cv2.warpAffine((~invalid * 255).astype(np.uint8), mat, (w, h))
        mask = mask / 255 > 0.5
        if flip in ('horizontal', 'diagonal'):
            mask = mask[:, ::-1]
        if flip in ('vertical', 'diagonal'):
            mask = mask[::-1]
        levels.append(mask)
    return levels


@pytest.mark.parametrize('form', FORMS)
def test_every_form_gives_the_region(form):
    found = union_mask([form(*BOX)], (H, W))
    assert found.dtype == np.uint8
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, region(*BOX))


@pytest.mark.parametrize('segmentation', NOTHING)
def test_nothing_is_masked_without_a_region(segmentation):
    assert not union_mask([segmentation], (H, W)).any()
    plain, found = masks([]), masks([segmentation])
    for a, b in zip(plain, found):
        np.testing.assert_array_equal(a, b)


def test_polygons_are_joined():
    other = 2, 2, 10, 40
    polygons = [as_polygon(*BOX), [], as_polygon(*other)]
    found = union_mask([polygons], (H, W))
    np.testing.assert_array_equal(found, region(*BOX) | region(*other))


@pytest.mark.parametrize('flip', [None, 'horizontal', 'vertical', 'diagonal'])
@pytest.mark.parametrize('warp', [IDENTITY, ROTATED], ids=['scale', 'turn'])
@pytest.mark.parametrize('form', FORMS)
def test_levels_equal_the_official_steps(form, warp, flip):
    other = 60, 2, 78, 46
    found = masks([form(*BOX), None, [as_polygon(*other)]], warp, flip)
    expected = reference(region(*BOX) | region(*other), warp, flip)
    assert len(found) == len(LEVELS)
    for ours, mask, (w, h) in zip(found, expected, LEVELS):
        assert ours.shape == (1, h, w)
        assert ours.dtype == bool
        assert ours.flags.c_contiguous
        assert mask.any()
        assert not mask.all()
        np.testing.assert_array_equal(ours[0], mask)


def test_a_matrix_of_three_rows():
    square = np.vstack((ROTATED, [0, 0, 1]))
    for a, b in zip(masks([], square), masks([], ROTATED)):
        np.testing.assert_array_equal(a, b)


def test_outside_of_the_image_nothing_counts():
    # the image fills the left half of the input
    half = np.array([[0.4, 0, 0], [0, 2 / 3, 0]])
    for mask, (w, h) in zip(masks([], half), LEVELS):
        assert mask[0, : h - 1, : w // 2 - 1].all()
        assert not mask[0, :, w // 2 + 1 :].any()


@pytest.mark.parametrize('missing', ['invalid_segs', 'flip'])
def test_optional_keys(missing):
    data = results([])
    data.pop(missing)
    found = MultiResolutionHeatmapMask().transform(data)['heatmap_mask']
    for a, b in zip(found, masks([])):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize('form', FORMS)
def test_no_gradient_from_a_crowd(form):
    found = [torch.from_numpy(m) for m in masks([form(*BOX)])]
    preds = [torch.rand(1, 3, *m.shape[1:], requires_grad=True) for m in found]
    targets = [torch.full_like(p, 2.0).detach() for p in preds]
    sum(MultiResolutionHeatmapLoss()(preds, targets, found)).backward()
    plain = masks([])
    for pred, mask, free in zip(preds, found, plain):
        crowd = torch.from_numpy(free[0]) & ~mask[0]
        assert crowd.any()
        assert (pred.grad[0][:, crowd] == 0).all()
        assert (pred.grad[0][:, mask[0]] != 0).all()


def official_region(annotations):
    """Mark what the official code masks: crowds and unlabelled people."""
    covered = np.zeros((H, W))
    for annotation in annotations:
        segmentation = annotation['segmentation']
        if annotation['iscrowd']:
            if isinstance(segmentation['counts'], list):
                segmentation = official_mask.frPyObjects(segmentation, H, W)
            covered += official_mask.decode(segmentation)
        elif annotation['num_keypoints'] == 0:
            # the official code masks nobody by the box
            x, y, w, h = annotation['bbox']
            for polygon in segmentation or [as_polygon(x, y, x + w, y + h)]:
                for rle in official_mask.frPyObjects([polygon], H, W):
                    covered += official_mask.decode(rle)
    return covered >= 0.5


def annotate(number, segmentation, labelled=0, crowd=0):
    """Annotate one person or crowd."""
    points = np.zeros((17, 3))
    points[:labelled] = 30, 20, 2
    return dict(
        id=number,
        image_id=1,
        category_id=1,
        iscrowd=crowd,
        bbox=[1, 1, 20, 20],
        area=200,
        num_keypoints=labelled,
        keypoints=points.reshape(-1).tolist(),
        segmentation=segmentation,
    )


SCENES = {
    'crowd': [annotate(1, as_list(50, 20, 76, 44), crowd=1)],
    'compressed crowd': [annotate(1, as_text(50, 20, 76, 44), crowd=1)],
    'unlabelled': [
        annotate(1, [[5, 5, 40, 9, 22, 40], as_polygon(60, 30, 75, 46)])
    ],
    'labelled': [annotate(1, [as_polygon(*BOX)], labelled=9)],
    'all': [
        annotate(1, [as_polygon(*BOX)], labelled=9),
        annotate(2, as_list(50, 20, 76, 44), crowd=1),
        annotate(3, [[5, 5, 40, 9, 22, 40]]),
        annotate(4, []),
        annotate(5, as_text(0, 40, 30, 48), crowd=1),
    ],
}


@pytest.mark.parametrize('scene', SCENES)
@pytest.mark.parametrize('seed', range(4))
def test_annotation_files_are_masked_as_by_the_official_code(
    scene, seed, tmp_path
):
    cv2.imwrite(str(tmp_path / 'a.png'), np.full((H, W, 3), 90, np.uint8))
    content = dict(
        images=[dict(id=1, file_name='a.png', width=W, height=H)],
        annotations=SCENES[scene],
        categories=[dict(id=1, name='person')],
    )
    encoder = dict(
        type='MultiResolutionAssociativeEmbedding',
        input_size=INPUT,
        heatmap_sizes=LEVELS,
    )
    data_set = BottomupCocoDataset(
        ann_file=write_json(tmp_path / 'a.json', content),
        data_prefix=dict(img=str(tmp_path)),
        keep_empty=True,
        allow_nobody=True,
        pipeline=[
            TRANSFORMS.build(transform)
            for transform in (
                dict(type='LoadImage'),
                dict(type='BottomupRandomAffine', input_size=INPUT),
                dict(type='BottomupRandomFlip', prob=float(seed % 2)),
                dict(type='GenerateTarget', encoder=encoder),
                dict(type='MultiResolutionHeatmapMask'),
            )
        ],
    )
    np.random.seed(seed)
    data = data_set[0]
    flip = 'horizontal' if seed % 2 else None
    assert data['flip'] is bool(flip)
    region = official_region(SCENES[scene])
    assert region.any() == (scene != 'labelled')
    expected = reference(region, data['warp_mat'][:2], flip)
    for mask, wanted in zip(data['heatmap_mask'], expected):
        np.testing.assert_array_equal(mask[0], wanted)

    # the loss is blind there, and nowhere else
    found = [torch.from_numpy(m) for m in data['heatmap_mask']]
    targets = [torch.from_numpy(h)[None] for h in data['heatmaps']]
    preds = [(t + 1).requires_grad_() for t in targets]
    sum(MultiResolutionHeatmapLoss()(preds, targets, found)).backward()
    for pred, wanted in zip(preds, expected):
        seen = torch.from_numpy(wanted.copy())
        assert (pred.grad[0][:, ~seen] == 0).all()
        assert (pred.grad[0][:, seen] != 0).all()


@pytest.mark.parametrize(
    ('segmentation', 'words'),
    [
        pytest.param(
            dict(size=[W, H], counts=[W * H]),
            r'\[80, 48\].*\[48, 80\]',
            id='swapped size',
        ),
        pytest.param(
            dict(as_text(*BOX), size=[10, 10]), r'\[10, 10\]', id='other size'
        ),
        pytest.param(dict(size=[H, W]), '`counts`', id='no counts'),
        pytest.param(dict(counts=[1]), '`size`.*None', id='no size'),
        pytest.param('polygon', '`segmentation`.*str', id='text'),
        pytest.param(3, '`segmentation`.*int', id='number'),
    ],
)
def test_errors(segmentation, words):
    with pytest.raises(ValueError, match=words):
        masks([segmentation])


@pytest.mark.parametrize('heatmaps', [None, np.zeros((3, 8, 8))])
def test_targets_come_first(heatmaps):
    data = dict(results([]), heatmaps=heatmaps)
    with pytest.raises(ValueError, match='GenerateBottomupTarget'):
        MultiResolutionHeatmapMask().transform(data)


@pytest.mark.parametrize('flip', [None, 'horizontal'])
@pytest.mark.parametrize('segmentations', [[], [[as_polygon(*BOX)]]])
def test_sizes_in_place_of_heatmaps(segmentations, flip):
    data = results(segmentations, ROTATED, flip)
    data.pop('heatmaps')
    data['heatmap_sizes'] = LEVELS
    found = MultiResolutionHeatmapMask().transform(data)['heatmap_mask']
    for a, b in zip(found, masks(segmentations, ROTATED, flip)):
        assert not a.all()
        np.testing.assert_array_equal(a, b)


def test_a_whole_mask_does_not_travel():
    # the input lies inside of the image
    inside = np.array([[1.6, 0, -20], [0, 1.6, -20]])
    data = results([], inside)
    data.pop('heatmaps')
    data['heatmap_sizes'] = LEVELS
    assert 'heatmap_mask' not in MultiResolutionHeatmapMask().transform(data)
    assert all(m.all() for m in masks([], inside))
