"""Targets equal those of the official generators."""

import re

import numpy as np

from higherhrnet_plugin import MultiResolutionAssociativeEmbedding


def test_targets_equal_official(golden):
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
            compare_joints(
                encoded['keypoint_indices'][:, level],
                data[f'{case}_joints_{size}'],
                size,
            )


def compare_joints(indices, joints, size):
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
