"""mmpose's drawing of keypoints beside any numpy."""

import numpy as np
import pytest
from mmpose.visualization.opencv_backend_visualizer import (
    OpencvBackendVisualizer,
)

from higherhrnet_plugin.compat import accept_radius_in_array


@pytest.mark.parametrize(
    'radius',
    [
        pytest.param(np.array([3]), id='as mmpose does'),
        pytest.param(np.array(3), id='an array without axes'),
        pytest.param(3, id='a number'),
    ],
)
def test_circles_of_any_radius(radius):
    image = np.zeros((20, 30, 3), np.uint8)
    visualizer = OpencvBackendVisualizer(backend='opencv')
    visualizer.set_image(image)
    visualizer.draw_circles(
        np.array([12, 9]), radius, face_colors=(0, 255, 0), alpha=1.0
    )
    drawn = visualizer.get_image()[..., 1] > 0
    rows, columns = np.nonzero(drawn)
    assert (rows.min(), rows.max()) == (6, 12)
    assert (columns.min(), columns.max()) == (9, 15)


@pytest.mark.parametrize(
    ('backend', 'radius', 'expected'),
    [
        pytest.param('opencv', np.array([3]), 3, id='one'),
        pytest.param('opencv', np.array([3, 4]), [3, 4], id='several'),
        pytest.param('matplotlib', np.array([3]), [3], id='matplotlib'),
    ],
)
def test_only_single_radii_become_numbers(
    monkeypatch, backend, radius, expected
):
    handed_on = []
    monkeypatch.setattr(
        OpencvBackendVisualizer,
        'draw_circles',
        lambda self, center, radius: handed_on.append(radius),
    )
    accept_radius_in_array()
    visualizer = OpencvBackendVisualizer(backend=backend)
    visualizer.draw_circles(np.zeros(2), radius)
    assert np.ndim(handed_on[0]) == np.ndim(expected)
    np.testing.assert_array_equal(handed_on[0], expected)


def test_it_is_done_once():
    draw = OpencvBackendVisualizer.draw_circles
    accept_radius_in_array()
    assert OpencvBackendVisualizer.draw_circles is draw
