"""The flip test finds keypoints where they are in a picture.

The network is a linear function of the picture: it puts a Gaussian around
every lit spot of a channel, with no cells in between. So all errors but those
of the decoder are those of mirroring.
"""

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import nn

from higherhrnet_plugin import HigherHRNetHead

SIDE = 64
STRIDES = (4, 2)
# where the centre of pixel i is, and so where training mirrors keypoints:
# to W - 1 - x, as BottomupRandomFlip does, or to W - x
CENTRES = [pytest.param(0.0, id='at i'), pytest.param(0.5, id='at i + 0.5')]


class PassPictures(nn.Module):
    """A backbone whose features are the images."""

    def forward(self, images):
        return (images,)


class SpotHead(HigherHRNetHead):
    """A head that sees spots; ``centre`` is where those of pixels are."""

    centre = 0.0

    def forward(self, feats):
        (images,) = feats
        levels = []
        for stride in STRIDES:
            y, x = (self.weights(n, stride) for n in images.shape[2:])
            levels.append((y @ images @ x.T, None))
        heatmaps, _ = levels[0]
        return [(heatmaps, torch.zeros_like(heatmaps)), *levels[1:]]

    def weights(self, pixels, stride):
        """Draw a Gaussian of two cells around every pixel, by its place."""
        places = torch.arange(pixels) + self.centre
        cells = (torch.arange(pixels // stride) + 0.5) * stride
        return torch.exp(-(((cells[:, None] - places) / stride) ** 2) / 8)


@pytest.fixture(scope='module', autouse=True)
def _registered():
    for module in (PassPictures, SpotHead):
        MODELS.register_module(module.__name__, module=module)
    yield
    for module in (PassPictures, SpotHead):
        MODELS.module_dict.pop(module.__name__)


def draw(spots):
    """Light spots (3, 2) of a picture, one in each channel.

    A spot between pixels is shared by them, so its centre is right.
    """
    picture = torch.zeros(3, SIDE, SIDE)
    for channel, (x, y) in enumerate(spots):
        whole = int(x), int(y)
        right, below = x - whole[0], y - whole[1]
        for dx, dy in np.ndindex(2, 2):
            share = (right if dx else 1 - right) * (below if dy else 1 - below)
            row, column = min(whole[1] + dy, SIDE - 1), whole[0] + dx
            picture[channel, row, min(column, SIDE - 1)] += share
    return picture


@torch.no_grad()
def find(spots, centre, decoder=None, **test_cfg):
    """Run the estimator on pictures with spots (N, 3, 2), in pixels.

    Returns:
        np.ndarray: (N, 3, 2), the keypoints found, as annotated pixels.
    """
    config = dict(
        type='MultiScaleBottomupPoseEstimator',
        backbone=dict(type='PassPictures'),
        head=dict(
            type='SpotHead',
            in_channels=3,
            num_keypoints=3,
            decoder=decoder or {},
        ),
        data_preprocessor=dict(type='PoseDataPreprocessor'),
        test_cfg=test_cfg,
    )
    with DefaultScope.overwrite_default_scope('mmpose'):
        model = MODELS.build(config).eval()
    model.head.centre = centre
    samples = [
        PoseDataSample(
            metainfo=dict(
                img_shape=(SIDE, SIDE),
                input_size=(SIDE, SIDE),
                input_center=np.full(2, SIDE / 2),
                input_scale=np.full(2, float(SIDE)),
                # colours stay what they are in a mirrored picture
                flip_indices=[0, 1, 2],
            )
        )
        for _ in spots
    ]
    results = model.test_step(
        dict(inputs=[draw(s) for s in spots], data_samples=samples)
    )
    found = [result.pred_instances.keypoints for result in results]
    assert all(keypoints.shape == (1, 3, 2) for keypoints in found)
    return np.concatenate(found) - centre


def spread(number=64):
    """Spread spots (number, 3, 2) evenly over the pixels of a cell."""
    parts = (np.arange(3 * number) + 0.5) / (3 * number) * 4
    x = 16 + 4 * (np.arange(3 * number) % 8) + parts
    y = 16 + 4 * (np.arange(3 * number) % 7) + parts[::-1]
    order = np.random.default_rng(0).permutation(3 * number)
    return np.stack((x, y), axis=1)[order].reshape(number, 3, 2)


@pytest.mark.parametrize('project', [True, False], ids=['image', 'level'])
@pytest.mark.parametrize('centre', CENTRES)
@pytest.mark.parametrize('align', [None, False, True])
def test_mean_errors(align, centre, project):
    """Compare what is found with where it is.

    Reversed cells lead to W - x. With centres at i a pixel goes to W - 1 - x,
    so half a pixel to the right is between what both images show; with
    `align_flip` it is 0. With centres at i + 0.5 reversed cells are right.
    """
    spots = spread()
    found = find(
        spots,
        centre,
        decoder=dict(align_flip=bool(align)),
        flip_test=align is not None,
        project_to_image=project,
    )
    x, y = (found - spots).mean((0, 1))
    expected = 0.0
    if align is not None:
        expected = (0.0 if align else 0.5) - centre
    assert x == pytest.approx(expected, abs=0.03)
    assert y == pytest.approx(0, abs=0.03)


def test_spots_in_the_outermost_pixels():
    spots = np.array([[(0, 0), (SIDE - 1, SIDE - 1), (0, SIDE - 1)]], float)
    found = find(spots, 0.0, dict(align_flip=True), flip_test=True)
    assert np.abs(found - spots).max() <= 1


def test_the_option_is_off_by_default():
    spots = spread(8)
    default, off, on = (
        find(spots, 0.0, decoder, flip_test=True)
        for decoder in ({}, dict(align_flip=False), dict(align_flip=True))
    )
    np.testing.assert_array_equal(default, off)
    assert (on != off).any()
