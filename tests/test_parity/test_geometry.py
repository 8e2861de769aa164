"""Sizes and placement equal the official resize of every scale."""

import numpy as np
import pytest

from higherhrnet_plugin import BottomupAlignedResize, datasets
from higherhrnet_plugin.datasets.transforms.aligned_geometry import (
    place_image,
)


def test_placement_equals_official(golden):
    cases = golden.options('geometry')
    assert len(cases) >= 50
    for case in cases:
        image_size = case['width'], case['height']
        smallest = min(case['scale_factor'])
        for scale in case['scales']:
            placement = place_image(
                image_size,
                (case['input_size'],) * 2,
                scale['scale'],
                smallest,
            )
            assert list(placement.size) == scale['size_wh']
            np.testing.assert_allclose(
                placement.warp_mat, scale['image_to_input'], atol=1e-4
            )


def test_points_go_back_as_officially(golden):
    for case in golden.options('geometry'):
        placement = place_image(
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


@pytest.mark.parametrize('scales', [(1,), (1, 0.5), (2, 1, 0.5)])
def test_transform_uses_the_placement(golden, scales):
    assert datasets.BottomupAlignedResize is BottomupAlignedResize
    image = np.zeros((48, 64, 3), dtype=np.uint8)
    results = BottomupAlignedResize(128, scales, size_factor=64).transform(
        {'img': image}
    )
    expected = place_image((64, 48), (128, 128), 1, min(scales))
    assert results['input_size'] == expected.size
    assert results['img'].shape[:2] == expected.size[::-1]
    assert len(results.get('aug_imgs', ())) == len(scales) - 1
