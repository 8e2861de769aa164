"""People come out where they are, for all scales, flips and image shapes.

The network is replaced by a perfect one: for every input that it is given,
at any scale and mirrored or not, it puts out what the codec says the targets
of this very input are. What remains is the error of the cells, so a shift of
half a pixel anywhere between the resize and the image shows.
"""

import numpy as np
import pytest
import torch
from helpers import flip_indices
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import nn

from higherhrnet_plugin import (
    BottomupAlignedResize,
    HigherHRNetHead,
    MultiResolutionAssociativeEmbedding,
)
from higherhrnet_plugin.datasets.transforms.aligned_geometry import (
    place_image,
)

USE_UDP = [False]
K = 16
INPUT = 256
SHAPES = {
    'square': (320, 320),
    'portrait': (180, 260),
    'landscape': (500, 333),
    'odd': (301, 207),
}
SCALES = [(2, 1, 0.5), (2, 1), (1,)]


class PassImages(nn.Module):
    """A backbone whose features are the images."""

    def forward(self, images):
        return (images,)


class PerfectHead(HigherHRNetHead):
    """A head that knows the people; ``scene`` is set by the tests."""

    scene = None

    def forward(self, feats):
        (image,) = feats[0]
        height, width = image.shape[-2:]
        # the images are brighter on the right
        left, right = image[..., : width // 2], image[..., width // 2 :]
        return self.scene.maps((width, height), bool(left.sum() > right.sum()))


class Scene:
    """Two people of an image, and the perfect maps of its inputs."""

    def __init__(self, size, scales, use_udp, garbage=None):
        self.scales = {}
        self.use_udp = use_udp
        self.garbage = garbage
        udp = dict(use_udp=True) if use_udp else {}
        self.resize = BottomupAlignedResize(INPUT, scales, **udp)
        for scale in scales:
            placement = place_image(
                size, (INPUT, INPUT), scale, min(scales), **udp
            )
            self.scales[placement.size] = scale, placement.warp_mat
            if scale == 1:
                base = placement
        self.pixels = 1 / base.warp_mat[0, 0]
        self.people = warp(place_people(base.size), invert(base.warp_mat))
        self.image = np.zeros((size[1], size[0], 3), np.uint8)
        self.image[:] = np.linspace(50, 200, size[0])[:, None]

    def maps(self, size, mirrored):
        """Encode the people as they are in an input of this size."""
        scale, warp_mat = self.scales[size]
        points = warp(self.people, warp_mat)
        if mirrored:
            # what was the left side looks like the right one
            points = points[:, flip_indices(K)]
            points[..., 0] = size[0] - self.use_udp - points[..., 0]
        sizes = [(size[0] // stride, size[1] // stride) for stride in (4, 2)]
        encoded = MultiResolutionAssociativeEmbedding(
            size, sizes, **(dict(use_udp=True) if self.use_udp else {})
        ).encode(points)
        low, high = map(torch.from_numpy, encoded['heatmaps'])
        # one on the left and one on the right; tags of a mirrored image may
        # be others
        tags = torch.full_like(low, 2.0 + 5 * mirrored)
        edge = tags.shape[-1] // 2
        first = slice(edge, None) if mirrored else slice(None, edge)
        tags[..., first] = -2
        if scale != 1 and self.garbage is not None:
            torch.manual_seed(self.garbage)
            tags = torch.randn_like(tags) * 10
        return [(low[None], tags[None]), (high[None], None)]


def place_people(size):
    """Place keypoints (2, K, 2) in an input, far enough from each other.

    Modulo 8 input pixels, which is the coarsest cell (1/4 at scale 0.5),
    their coordinates are evenly spread, so that the errors of the cells
    cancel out and a constant shift does not.
    """
    part = 8 * (np.arange(K) + 0.5) / K
    steps = np.arange(K)
    x = 16 + 8 * (steps % 5) + part
    y = 16 + 8 * (steps * 5 % (size[1] // 8 - 4)) + np.roll(part, 5)
    first = np.stack((x, y), axis=1)
    second = np.stack((size[0] - 80 + 8 * (steps % 7) + part, y[::-1]), 1)
    return np.stack((first, second))


def warp(points, matrix):
    return points @ matrix[:, :2].T + matrix[:, 2]


def invert(matrix):
    inverse = np.linalg.inv(matrix[:, :2])
    return np.column_stack((inverse, -inverse @ matrix[:, 2]))


@pytest.fixture(scope='module', autouse=True)
def _registered():
    for module in (PassImages, PerfectHead):
        MODELS.register_module(module.__name__, module=module)
    yield
    for module in (PassImages, PerfectHead):
        MODELS.module_dict.pop(module.__name__)


@torch.no_grad()
def find(scene, **test_cfg):
    """Run the estimator; return people (2, K, 2) from left to right."""
    head = dict(type='PerfectHead', in_channels=3, num_keypoints=K)
    if scene.use_udp:
        head.update(decoder=dict(use_udp=True))
    config = dict(
        type='MultiScaleBottomupPoseEstimator',
        backbone=dict(type='PassImages'),
        head=head,
        data_preprocessor=dict(type='PoseDataPreprocessor'),
        test_cfg=test_cfg,
    )
    with DefaultScope.overwrite_default_scope('mmpose'):
        model = MODELS.build(config).eval()
    model.head.scene = scene
    results = scene.resize.transform({'img': scene.image})
    image = torch.from_numpy(results.pop('img')).permute(2, 0, 1)
    results.pop('warp_mat')
    sample = PoseDataSample(
        metainfo=dict(results, flip_indices=flip_indices(K))
    )
    data = dict(inputs=[image], data_samples=[sample])
    (result,) = model.test_step(data)
    people = result.pred_instances
    assert people.keypoints.shape == (2, K, 2)
    order = people.keypoints[..., 0].mean(1).argsort()
    return people.keypoints[order], people.keypoint_scores[order]


@pytest.mark.parametrize('use_udp', USE_UDP)
@pytest.mark.parametrize('project', [True, False], ids=['image', 'level'])
@pytest.mark.parametrize('flip', [True, False], ids=['flip', 'plain'])
@pytest.mark.parametrize('scales', SCALES, ids=str)
@pytest.mark.parametrize('shape', SHAPES)
def test_people_come_out_where_they_are(shape, scales, flip, project, use_udp):
    scene = Scene(SHAPES[shape], scales, use_udp)
    found, scores = find(scene, flip_test=flip, project_to_image=project)
    assert (scores > 0.5).all()
    # in input pixels of scale 1
    error = (found - scene.people) / scene.pixels
    # A keypoint is anywhere in its cell. The finest one has 2 pixels at scale
    # 1 and 1 at scale 2, of which half can be lost. Without `project_to_image`
    # the quarter towards the neighbour is one of this cell, and not one of an
    # enlarged pixel, whose peak is already between the cells of both levels.
    bound = (1 if project else 1.5) / max(scales)
    assert np.abs(error).max() <= bound + 1e-3
    # what is lost by the cells cancels out, a shift does not
    assert np.abs(error.mean((0, 1))).max() < 0.01


@pytest.mark.parametrize('use_udp', USE_UDP)
@pytest.mark.parametrize('flip', [True, False], ids=['flip', 'plain'])
@pytest.mark.parametrize('scales', SCALES[:2], ids=str)
def test_tags_come_from_scale_1(scales, flip, use_udp):
    expected = find(Scene((180, 260), scales, use_udp), flip_test=flip)
    for seed in range(2):
        scene = Scene((180, 260), scales, use_udp, garbage=seed)
        found = find(scene, flip_test=flip)
        for ours, theirs in zip(found, expected):
            np.testing.assert_array_equal(ours, theirs)
