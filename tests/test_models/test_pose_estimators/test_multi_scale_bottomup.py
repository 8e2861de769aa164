"""Batches of mixed shapes, several scales, flips and memory formats."""

import cv2
import numpy as np
import pytest
import torch
from helpers import blob
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import nn

from higherhrnet_plugin import (
    BottomupAlignedResize,
    HigherHRNetHead,
    MultiScaleBottomupPoseEstimator,
)

# (w, h) of images, whose inputs of scale 1 are 128 x 64, 64 x 128, ...
SIZES = [(120, 60), (60, 120), (64, 64), (119, 60)]


class SeeColors(nn.Module):
    """A backbone that blurs and shrinks the image by 4."""

    def forward(self, images):
        kernel = images.new_ones(3, 1, 5, 5) / 25
        images = nn.functional.conv2d(images, kernel, padding=2, groups=3)
        return (nn.functional.avg_pool2d(images / 255, 4),)


class ReadColors(HigherHRNetHead):
    """A head whose keypoints are blue and green spots.

    The third channel is the tag. The second level is an enlarged copy.
    """

    def forward(self, feats):
        maps = feats[0]
        heatmaps, tags = maps[:, :2], maps[:, 2:].expand(-1, 2, -1, -1) * 10
        finer = nn.functional.interpolate(
            heatmaps, scale_factor=2, mode='bilinear'
        )
        return [(heatmaps, tags), (finer, None)]


@pytest.fixture(scope='module', autouse=True)
def _registered():
    MODELS.register_module('SeeColors', module=SeeColors)
    MODELS.register_module('ReadColors', module=ReadColors)
    yield
    for name in ('SeeColors', 'ReadColors'):
        MODELS.module_dict.pop(name)


def tiny_hrnet():
    def stage(branches, block='BASIC', channels=(4, 8, 12, 16)):
        return dict(
            num_modules=1,
            num_branches=branches,
            block=block,
            num_blocks=(1,) * branches,
            num_channels=channels[:branches],
        )

    return dict(
        type='HRNet',
        extra=dict(
            stage1=stage(1, 'BOTTLENECK'),
            stage2=stage(2),
            stage3=stage(3),
            stage4=stage(4),
        ),
    )


def build(kind='MultiScaleBottomupPoseEstimator', colors=False, **options):
    """Build an estimator that reads colours, or a small real network."""
    torch.manual_seed(0)
    head = dict(
        type='ReadColors' if colors else 'HigherHRNetHead',
        in_channels=4,
        num_keypoints=2,
        num_blocks=1,
    )
    test_cfg = {
        key: options.pop(key)
        for key in (
            *('flip_test', 'output_heatmaps', 'project_to_image'),
            'shift_heatmap',
        )
        if key in options
    }
    config = dict(
        type=kind,
        backbone=dict(type='SeeColors') if colors else tiny_hrnet(),
        head=head,
        data_preprocessor=dict(type='PoseDataPreprocessor'),
        test_cfg=test_cfg,
        **options,
    )
    # as the runner does it; MMEngine itself builds the preprocessor
    with DefaultScope.overwrite_default_scope('mmpose'):
        model = MODELS.build(config)
    return model.eval()


def paint(size, people):
    """Paint people as a blue and a green spot over a red background."""
    w, h = size
    image = np.zeros((h, w, 3), np.uint8)
    for n, person in enumerate(people):
        image[:, int(person[0, 0]) - 12 :, 2] = 200 * n
        for k, (x, y) in enumerate(person):
            spot = blob((h, w), x - 0.5, y - 0.5, 3) * 255
            image[..., k] = np.maximum(image[..., k], spot)
    return image


def two_people(size):
    """Place two people in an image of any of ``SIZES``."""
    w, h = size
    people = [
        [[w * 0.2, h * 0.2], [w * 0.2, h * 0.8]],
        [[w * 0.75, h * 0.3], [w * 0.75, h * 0.7]],
    ]
    # between two pixels there would be two equal peaks
    return np.floor(people) + (0.3, 0.8)


def noise(size, seed=0):
    """Draw a smooth picture."""
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 255, (size[1], size[0], 3), np.uint8)
    return cv2.GaussianBlur(image, (0, 0), 3)


def prepare(image, scales=(1,), flip_indices=(0, 1)):
    """Run the test pipeline of one image."""
    results = BottomupAlignedResize(64, scales).transform({'img': image})
    inputs = torch.from_numpy(results.pop('img')).permute(2, 0, 1)
    results.pop('warp_mat')
    sample = PoseDataSample(
        metainfo=dict(results, flip_indices=list(flip_indices))
    )
    return inputs.contiguous(), sample


@torch.no_grad()
def run(model, images, scales=(1,), flip_indices=(0, 1)):
    inputs, samples = zip(*(prepare(i, scales, flip_indices) for i in images))
    data = dict(inputs=list(inputs), data_samples=list(samples))
    return model.test_step(data)


@pytest.mark.parametrize('scales', [(1,), (1, 2), (0.5, 1, 2)], ids=str)
@pytest.mark.parametrize('flip', [False, True])
def test_people_are_found_where_they_are(flip, scales):
    model = build(colors=True, flip_test=flip)
    for size in SIZES:
        expected = two_people(size)
        (result,) = run(model, [paint(size, expected)], scales)
        found = result.pred_instances.keypoints
        assert found.shape == (2, 2, 2)
        order = found[:, 0, 0].argsort()
        # a cell of the finer level is 2 px of an image of about this size
        assert np.abs(found[order] - expected).max() <= 2


@pytest.mark.parametrize('scales', [(1,), (0.5, 1, 2)], ids=str)
@pytest.mark.parametrize('flip', [False, True])
def test_a_batch_of_mixed_shapes_equals_single_images(flip, scales):
    model = build(colors=True, flip_test=flip)
    images = [paint(size, two_people(size)) for size in SIZES]
    images.insert(1, np.zeros((60, 120, 3), np.uint8))
    together = run(model, images, scales)
    assert len({s.img_shape for s in together}) > 1
    assert len(together) == len(images)
    for i, image in enumerate(images):
        (alone,) = run(model, [image], scales)
        ours, expected = (s.pred_instances for s in (together[i], alone))
        assert len(expected.keypoints) == (0 if i == 1 else 2)
        np.testing.assert_allclose(
            ours.keypoints, expected.keypoints, rtol=0, atol=1e-3
        )
        np.testing.assert_allclose(
            ours.keypoint_scores, expected.keypoint_scores, rtol=0, atol=1e-4
        )


@pytest.mark.parametrize('scales', [(1,), (1, 2)], ids=str)
def test_maps_of_a_batch_equal_those_of_single_images(scales):
    model = build(flip_test=True, output_heatmaps=True)
    images = [noise(size, i) for i, size in enumerate(SIZES)]
    together = run(model, images, scales)
    for ours, image in zip(together, images):
        (alone,) = run(model, [image], scales)
        assert alone.pred_fields.heatmaps.std() > 1e-2
        for name in ('heatmaps', 'tags'):
            torch.testing.assert_close(
                ours.pred_fields.get(name),
                alone.pred_fields.get(name),
                rtol=1e-4,
                atol=1e-5,
            )


@pytest.mark.parametrize('scales', [(1,), (1, 2), (2, 0.5, 1)], ids=str)
@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('project', [True, False])
def test_prediction_equals_a_computation_by_hand(project, flip, scales):
    model = build(
        flip_test=flip, output_heatmaps=True, project_to_image=project
    )
    image = noise((120, 60))
    (result,) = run(model, [image], scales, (1, 0))

    inputs, sample = prepare(image, scales)
    pyramid = [inputs[None].float()] + [
        torch.from_numpy(i).permute(2, 0, 1)[None].float()
        for i in sample.metainfo.get('aug_imgs', ())
    ]
    ordered = [1, *sample.metainfo.get('aug_scales', ())]
    assert sorted(ordered) == sorted(scales)
    with torch.no_grad():
        outputs = [
            [
                model.head(model.backbone(i))
                for i in (x, x.flip(-1))[: 1 + flip]
            ]
            for x in pyramid
        ]
    w, h = sample.input_size
    heatmaps, tags = model.head.decoder.aggregate(
        outputs, ordered, (w, h), [1, 0], project
    )
    torch.testing.assert_close(result.pred_fields.heatmaps, heatmaps[0])
    torch.testing.assert_close(result.pred_fields.tags, tags[0])
    (keypoints,), (scores,), _ = model.head.decoder.batch_decode(
        result.pred_fields.heatmaps[None], result.pred_fields.tags[None]
    )
    assert len(keypoints) > 1
    keypoints = keypoints * (w / heatmaps.shape[-1])
    expected = (
        keypoints / sample.input_size * sample.input_scale
        + sample.input_center
        - 0.5 * sample.input_scale
    )
    instances = result.pred_instances
    np.testing.assert_allclose(instances.keypoints, expected, atol=1e-3)
    np.testing.assert_array_equal(instances.keypoint_scores, scores)


@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('size', SIZES, ids=str)
def test_mmpose_estimator_works_with_our_head(size, flip):
    expected = two_people(size)
    image = paint(size, expected)
    options = dict(colors=True, flip_test=flip, output_heatmaps=True)
    (stock,) = run(build('BottomupPoseEstimator', **options), [image])
    (ours,) = run(build(**options), [image])
    assert len(ours.pred_instances.keypoints) == 2
    np.testing.assert_allclose(
        stock.pred_instances.keypoints, ours.pred_instances.keypoints
    )
    torch.testing.assert_close(
        stock.pred_fields.heatmaps, ours.pred_fields.heatmaps
    )


def test_mmpose_estimator_with_a_padded_batch():
    # padding is right and below, so that people stay where they are
    images = [paint(size, two_people(size)) for size in SIZES[:3]]
    model = build('BottomupPoseEstimator', colors=True)
    for size, result in zip(SIZES, run(model, images)):
        found = result.pred_instances.keypoints
        assert len(found) == 2
        order = found[:, 0, 0].argsort()
        assert np.abs(found[order] - two_people(size)).max() <= 2


def test_channels_last_gives_the_same():
    options = dict(flip_test=True, output_heatmaps=True)
    plain = build(**options)
    model = build(channels_last=True, **options)
    model.load_state_dict(plain.state_dict())
    assert isinstance(model, MultiScaleBottomupPoseEstimator)
    weight = model.backbone.conv2.weight
    assert weight.is_contiguous(memory_format=torch.channels_last)
    images = [noise(size, i) for i, size in enumerate(SIZES[:2])]
    for ours, expected in zip(
        run(model, images, (1, 2)), run(plain, images, (1, 2))
    ):
        for name in ('heatmaps', 'tags'):
            torch.testing.assert_close(
                ours.pred_fields.get(name),
                expected.pred_fields.get(name),
                rtol=1e-4,
                atol=1e-4,
            )


@pytest.mark.parametrize('outputs', [False, True])
def test_fields_only_where_asked_for(outputs):
    model = build(colors=True, output_heatmaps=outputs)
    images = [noise(size, i) for i, size in enumerate(SIZES[:2])]
    for result in run(model, images):
        assert ('pred_fields' in result) is outputs


def test_images_of_further_scales_are_taken_out_of_the_samples():
    (result,) = run(build(colors=True), [noise(SIZES[0])], (1, 2))
    assert 'aug_imgs' not in result.metainfo


def test_settings_that_nothing_reads_are_refused_at_the_start():
    with pytest.raises(ValueError, match=r'`model.test_cfg.shift_heatmap`'):
        build(shift_heatmap=True)
    assert not build(shift_heatmap=False).test_cfg['shift_heatmap']
