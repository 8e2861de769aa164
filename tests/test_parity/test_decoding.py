"""Decoded people equal those of the official parser."""

import numpy as np
import torch

from higherhrnet_plugin import AggregatingBottomupDecoder


def test_people_equal_official(golden):
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


def test_default_order_for_coco_is_official(golden):
    cases = [c for c in golden.options('decode') if c['num_keypoints'] == 17]
    assert cases
    for options in cases:
        decoder = AggregatingBottomupDecoder(num_keypoints=17)
        assert list(decoder.coco_order) == options['keypoint_order']
