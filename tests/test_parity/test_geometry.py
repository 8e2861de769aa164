"""Sizes and placement equal the official resize of every scale."""

import numpy as np
import pytest
from test_parity.checks import check_placement, check_way_back

from higherhrnet_plugin import BottomupAlignedResize, datasets
from higherhrnet_plugin.structures.geometry import (
    place_image,
)


def test_placement_equals_official(golden):
    check_placement(golden)


def test_points_go_back_as_officially(golden):
    check_way_back(golden)


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
