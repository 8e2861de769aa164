"""Comparisons of the package with the figures of the official code.

The parity tests call them, and test_sensitivity.py shows that each of them
fails once a step of the package is broken.
"""

import re

import numpy as np
import torch
from helpers import random_scene, reference_decode
from mmpose.datasets.datasets import CocoDataset, CrowdPoseDataset

from higherhrnet_plugin import (
    AggregatingBottomupDecoder,
    MultiResolutionAELoss,
    MultiResolutionAssociativeEmbedding,
    MultiResolutionHeatmapLoss,
)
from higherhrnet_plugin.codecs.decoding.checks import grouping_order
from higherhrnet_plugin.structures import geometry

# by the number of keypoints
FLIP = {
    len(indices): indices
    for indices in (
        data_set._load_metainfo(data_set.METAINFO)['flip_indices']
        for data_set in (CocoDataset, CrowdPoseDataset)
    )
}


def check_targets(golden):
    """Heatmaps and tag positions of all levels."""
    data = golden.arrays('targets')
    sizes = sorted({int(m[1]) for m in map(_heatmap_size, data) if m})
    codec = MultiResolutionAssociativeEmbedding(
        input_size=(4 * sizes[0],) * 2,
        heatmap_sizes=[(s, s) for s in sizes],
        tag_levels=(0, 1),
    )
    cases = sorted({name.split('_')[0] for name in data})
    assert len(cases) >= 4
    for case in cases:
        people = data[f'{case}_keypoints']
        encoded = codec.encode(people[..., :2], people[..., 2])
        for level, size in enumerate(sizes):
            np.testing.assert_array_equal(
                encoded['heatmaps'][level], data[f'{case}_heatmaps_{size}']
            )
            _compare_joints(
                encoded['keypoint_indices'][:, level],
                data[f'{case}_joints_{size}'],
                size,
            )


def _compare_joints(indices, joints, size):
    """Compare ours (row k is keypoint k) with the official packed rows."""
    for person, rows in zip(indices, joints):
        kinds = np.flatnonzero(person[:, 1])
        packed = np.zeros_like(rows)
        packed[: len(kinds), 0] = kinds * size * size + person[kinds, 0]
        packed[: len(kinds), 1] = 1
        np.testing.assert_array_equal(packed, rows)
        assert (person[person[:, 1] == 0] == 0).all()


def _heatmap_size(name):
    return re.fullmatch(r'0_heatmaps_(\d+)', name)


def check_losses(golden):
    """Losses of heatmaps and tags, and their gradients."""
    data = golden.arrays('losses')
    cases = sorted({name.split('_')[0] for name in data})
    assert len(cases) >= 2
    for case in cases:
        outputs = [
            torch.from_numpy(data[f'{case}_output{i}']).requires_grad_()
            for i in range(2)
        ]
        k = outputs[1].shape[1]
        heatmap_losses = MultiResolutionHeatmapLoss()(
            [outputs[0][:, :k], outputs[1]],
            [torch.from_numpy(data[f'{case}_target{i}']) for i in range(2)],
            [torch.from_numpy(data[f'{case}_mask{i}']) for i in range(2)],
        )
        size = outputs[0].shape[-1]
        codec = MultiResolutionAssociativeEmbedding(
            (4 * size, 4 * size), [(size, size)]
        )
        indices = []
        for b in range(len(outputs[0])):
            people = data[f'{case}_keypoints_{b}']
            encoded = codec.encode(people[..., :2], people[..., 2])
            indices.append(torch.from_numpy(encoded['keypoint_indices']))
        pull, push = MultiResolutionAELoss()(outputs[0][:, k:], indices)

        for i, loss in enumerate(heatmap_losses):
            _assert_close(loss, data[f'{case}_heatmap_loss{i}'].mean())
        _assert_close(pull, data[f'{case}_pull'].mean())
        _assert_close(push, data[f'{case}_push'].mean())
        (sum(heatmap_losses) + pull + push).backward()
        for i, output in enumerate(outputs):
            _assert_close(output.grad, data[f'{case}_grad{i}'])


def _assert_close(ours, official):
    """Compare relative to the size of the official array."""
    ours, official = ours.detach().numpy(), np.asarray(official)
    scale = max(np.abs(official).max(), 1e-30)
    assert np.abs(ours - official).max() <= 1e-6 * scale


def check_aggregation(golden):
    """Maps merged over levels, flips and scales."""
    data = golden.arrays('aggregate')
    cases = golden.options('aggregate')
    assert len(cases) >= 3
    for case, options in enumerate(cases):
        k = options['num_keypoints']
        scales = options['scale_factor']
        flips = ['orig', 'flip'] if options['flip_test'] else ['orig']
        outputs = []
        for scale in scales:
            per_flip = []
            for flip in flips:
                raw = [
                    torch.from_numpy(
                        data[f'{case}_scale{scale}_{flip}_level{i}']
                    )
                    for i in range(2)
                ]
                per_flip.append(
                    [(raw[0][:, :k], raw[0][:, k:]), (raw[1], None)]
                )
            outputs.append(per_flip)
        heatmaps, tags = AggregatingBottomupDecoder().aggregate(
            outputs,
            scales,
            tuple(options['base_size_wh']),
            FLIP[k],
            options['project2image'],
        )
        official = data[f'{case}_heatmaps']
        np.testing.assert_allclose(heatmaps, official, rtol=0, atol=1e-5)
        # (B, L*K, H, W), L outer, against (B, K, H, W, L)
        official = data[f'{case}_tags'].transpose(0, 4, 1, 2, 3)
        official = official.reshape(1, -1, *official.shape[-2:])
        np.testing.assert_allclose(tags, official, rtol=0, atol=1e-5)


def check_decoding(golden):
    """People of given maps."""
    data = golden.arrays('decode')
    cases = golden.options('decode')
    assert len(cases) >= 3
    for case, options in enumerate(cases):
        decoder = AggregatingBottomupDecoder(
            num_keypoints=options['num_keypoints'],
            keypoint_order=options['keypoint_order'],
            nms_kernel=options['nms_kernel'],
            max_candidates=options['max_num_people'],
            score_thr=options['detection_threshold'],
            tag_thr=options['tag_threshold'],
        )
        heatmaps = torch.from_numpy(data[f'{case}_heatmaps'])[None]
        tags = torch.from_numpy(data[f'{case}_tags']).permute(3, 0, 1, 2)
        (keypoints,), (scores,), (instance_scores,) = decoder.batch_decode(
            heatmaps, tags.flatten(0, 1)[None]
        )
        assert len(keypoints) == options['num_found']
        official = data[f'{case}_poses']
        if not len(official):
            assert keypoints.shape == (0, options['num_keypoints'], 2)
            continue
        np.testing.assert_allclose(
            keypoints, official[..., :2], rtol=0, atol=1e-3
        )
        np.testing.assert_allclose(scores, official[..., 2], rtol=0, atol=1e-5)
        np.testing.assert_allclose(
            instance_scores, data[f'{case}_scores'], rtol=0, atol=1e-5
        )


def check_close_people(golden):
    """People whose tags lie close together, against plain loops.

    The tags of the official figures in the tree are far apart, so that the
    order of keypoints and the cost of a match are not seen in them.
    """
    (order, *_) = (
        options['keypoint_order']
        for options in golden.options('decode')
        if options['num_keypoints'] == 17
    )
    for seed in range(3):
        rng = np.random.default_rng(seed)
        heatmaps, tags = random_scene(rng, 10, 17, 1)
        # who lacks the first keypoint competes for those that have it
        heatmaps[0, :, :22] = 0
        expected = reference_decode(heatmaps, tags, order)
        found = AggregatingBottomupDecoder().decode(
            heatmaps, tags.reshape(-1, *tags.shape[2:])
        )
        assert len(expected[0]) > 3
        for ours, theirs in zip(found, expected):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def check_coco_order(golden):
    """Order in which 17 keypoints are grouped, when none is given."""
    cases = [c for c in golden.options('decode') if c['num_keypoints'] == 17]
    assert cases
    for options in cases:
        order = grouping_order(None, num_keypoints=17)
        assert list(order) == options['keypoint_order']


def check_placement(golden):
    """Input size and affine matrix of every image, scale and size."""
    cases = golden.options('geometry')
    assert len(cases) >= 50
    for case in cases:
        image_size = case['width'], case['height']
        smallest = min(case['scale_factor'])
        for scale in case['scales']:
            placement = geometry.place_image(
                image_size,
                (case['input_size'],) * 2,
                scale['scale'],
                smallest,
            )
            assert list(placement.size) == scale['size_wh']
            np.testing.assert_allclose(
                placement.warp_mat, scale['image_to_input'], atol=1e-4
            )


def check_way_back(golden):
    """Points of the maps in image pixels."""
    for case in golden.options('geometry'):
        placement = geometry.place_image(
            (case['width'], case['height']),
            (case['input_size'],) * 2,
            1,
            min(case['scale_factor']),
        )
        assert list(placement.size) == case['base_size_wh']
        points = np.array(case['heatmap_points'])
        # as BottomupPoseEstimator.add_pred_to_datasample does it
        image = points / placement.size * placement.scale
        image += placement.center - 0.5 * placement.scale
        np.testing.assert_allclose(image, case['image_points'], atol=1e-3)
