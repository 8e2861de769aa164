"""Aggregated maps equal those of the official code."""

import numpy as np
import torch
from mmpose.datasets.datasets import CocoDataset, CrowdPoseDataset

from higherhrnet_plugin import AggregatingBottomupDecoder

# by the number of keypoints
FLIP = {
    len(indices): indices
    for indices in (
        data_set._load_metainfo(data_set.METAINFO)['flip_indices']
        for data_set in (CocoDataset, CrowdPoseDataset)
    )
}


def test_aggregated_maps_equal_official(golden):
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
