"""People come out where they are, in every mode of inference.

The network is replaced by a perfect one: for every input that it is given,
at any scale and mirrored or not, it puts out what the codec says the targets
of this very input are. What remains is the error of the cells, so a shift of
half a pixel anywhere between the resize and the image shows.
"""

from functools import cache

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
from higherhrnet_plugin.structures.geometry import (
    place_image,
)

K = 16
INPUT = 256
SHAPES = {
    'square': (320, 320),
    'portrait': (180, 260),
    'landscape': (500, 333),
    'odd': (301, 207),
    'tiny': (20, 15),
    'large': (3000, 2000),
}
SCALES = [(2, 1, 0.5), (2, 1), (1,)]
# numbers of shapes; the first batch has two inputs of one shape, and others
BATCHES = [(0, 5, 1, 4), (3, 1)]


class PassImages(nn.Module):
    """A backbone whose features are the images."""

    def forward(self, images):
        return (images,)


class PerfectHead(HigherHRNetHead):
    """A head that knows the people; ``scenes`` is set by the tests."""

    scenes = ()

    def forward(self, feats):
        per_image = []
        for number, flat, bright in feats[0]:
            # what is constant in the image tells which one it is, and where
            # its middle is, borders or not
            columns = torch.arange(flat.shape[-1], dtype=torch.float64)
            middle = (flat * columns).sum() / flat.sum()
            # the images are brighter on the right
            mirrored = bool((bright * (columns - middle)).sum() < 0)
            scene = self.scenes[round(float(number.max()) / 20) - 1]
            size = flat.shape[1], flat.shape[0]
            per_image.append(scene.maps(size, mirrored))
        heatmaps, tags = zip(*per_image)
        low, high = (torch.stack(maps) for maps in zip(*heatmaps))
        return [(low, torch.stack(tags)), (high, None)]


class Scene:
    """Two people of an image, and the perfect maps of its inputs."""

    def __init__(
        self,
        size,
        scales,
        use_udp=False,
        mode='expand',
        number=0,
        garbage=None,
    ):
        self.size = size
        self.scales = {}
        self.use_udp = use_udp
        self.garbage = garbage
        self.number = number
        options = dict(resize_mode=mode, use_udp=use_udp)
        self.resize = BottomupAlignedResize(INPUT, scales, **options)
        for scale in scales:
            placement = place_image(
                size, (INPUT, INPUT), scale, min(scales), **options
            )
            self.scales[placement.size] = scale, placement.warp_mat
            if scale == 1:
                base = placement.warp_mat
        self.pixels = 1 / base[0, 0]
        corners = warp(np.array([(0, 0), np.subtract(size, 1)]), base)
        people = place_people(*corners) + 4 * number
        self.people = warp(people, invert(base))
        # nobody is in the borders
        assert (self.people > 0).all()
        assert (self.people < size).all()

    def draw(self):
        """Draw the image, uint8 (h, w, 3)."""
        width, height = self.size
        image = np.zeros((height, width, 3), np.uint8)
        image[..., 0] = 20 * (self.number + 1)
        image[..., 1] = 100
        image[..., 2] = np.linspace(50, 200, width)
        return image

    def maps(self, size, mirrored):
        """Encode the people as they are in an input of this size.

        Returns:
            tuple: heatmaps (K, h, w) of both levels, and tags (K, h, w).
        """
        scale, warp_mat = self.scales[size]
        points = warp(self.people, warp_mat)
        if mirrored:
            # what was the left side looks like the right one
            points = points[:, flip_indices(K)]
            # as pixels are: the first one becomes the last
            points[..., 0] = size[0] - 1 - points[..., 0]
        low, high = encode(points.tobytes(), size, self.use_udp)
        # one on the left and one on the right; tags of a mirrored image may
        # be others
        tags = torch.full_like(low, 2.0 + 5 * mirrored)
        middle = warp(self.people, warp_mat)[..., 0].mean() * low.shape[-1]
        edge = round(middle / size[0])
        tags[..., :edge] = -2
        if mirrored:
            tags = tags.flip(-1)
        if scale != 1 and self.garbage is not None:
            torch.manual_seed(self.garbage)
            tags = torch.randn_like(tags) * 10
        return (low, high), tags


@cache
def encode(points, size, use_udp):
    """Draw both levels of people (2, K, 2), float64 as bytes."""
    sizes = [(size[0] // stride, size[1] // stride) for stride in (4, 2)]
    codec = MultiResolutionAssociativeEmbedding(size, sizes, use_udp=use_udp)
    people = np.frombuffer(points).reshape(2, K, 2)
    return tuple(map(torch.from_numpy, codec.encode(people)['heatmaps']))


def place_people(low, high):
    """Place keypoints (2, K, 2) in a part of an input, far from each other.

    Modulo 8 input pixels, which is the coarsest cell (1/4 at scale 0.5),
    their coordinates are evenly spread, so that the errors of the cells
    cancel out and a constant shift does not.

    Args:
        low (np.ndarray): (x, y) of the upper left corner of the image.
        high (np.ndarray): (x, y) of its lower right corner.
    """
    (left, top), (right, bottom) = np.ceil(low / 8) * 8, high // 8 * 8
    part = 8 * (np.arange(K) + 0.5) / K
    steps = np.arange(K)
    x = left + 16 + 8 * (steps % 5) + part
    rows = int(bottom - top) // 8 - 5
    y = top + 16 + 8 * (steps * 5 % rows) + np.roll(part, 5)
    first = np.stack((x, y), axis=1)
    second = np.stack((right - 84 + 8 * (steps % 7) + part, y[::-1]), 1)
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
    encode.cache_clear()


@torch.no_grad()
def find(scenes, align=False, **test_cfg):
    """Run the estimator on the images of a batch.

    Returns:
        list: keypoints (2, K, 2), from left to right, and scores (2, K) of
        each image.
    """
    head = dict(type='PerfectHead', in_channels=3, num_keypoints=K)
    head.update(decoder=dict(use_udp=scenes[0].use_udp, align_flip=align))
    config = dict(
        type='MultiScaleBottomupPoseEstimator',
        backbone=dict(type='PassImages'),
        head=head,
        data_preprocessor=dict(type='PoseDataPreprocessor'),
        test_cfg=test_cfg,
    )
    with DefaultScope.overwrite_default_scope('mmpose'):
        model = MODELS.build(config).eval()
    model.head.scenes = {scene.number: scene for scene in scenes}
    data = dict(inputs=[], data_samples=[])
    for scene in scenes:
        results = scene.resize.transform({'img': scene.draw()})
        image = torch.from_numpy(results.pop('img')).permute(2, 0, 1)
        results.pop('warp_mat')
        sample = PoseDataSample(
            metainfo=dict(results, flip_indices=flip_indices(K))
        )
        data['inputs'].append(image)
        data['data_samples'].append(sample)
    found = []
    for result in model.test_step(data):
        people = result.pred_instances
        assert people.keypoints.shape == (2, K, 2)
        order = people.keypoints[..., 0].mean(1).argsort()
        found.append((people.keypoints[order], people.keypoint_scores[order]))
    return found


@pytest.mark.parametrize('use_udp', [False, True], ids=['cells', 'udp'])
@pytest.mark.parametrize('project', [True, False], ids=['image', 'level'])
@pytest.mark.parametrize('flip', ['cells', 'pixels', None])
@pytest.mark.parametrize('mode', ['expand', 'fit'])
@pytest.mark.parametrize('scales', SCALES, ids=str)
def test_people_come_out_where_they_are(scales, mode, flip, project, use_udp):
    """Check all modes on all shapes, one by one and in two batches.

    With UDP a keypoint is found within 0.05 pixels of the input of scale 1.

    Without, it is anywhere in its cell. The finest one has 2 pixels at scale
    1 and 1 at scale 2, of which half can be lost. Without `project_to_image`
    the quarter towards the neighbour is one of this cell, and not one of an
    enlarged pixel, whose peak is already between the cells of both levels.

    What is lost by the cells cancels out over the keypoints, a shift does
    not. There is one, and it is official: maps of a mirrored image are
    mirrored by cells, w - x, but the image by pixels, w - 1 - x. So half a
    pixel to the right is between what both see. Where scales differ, it is
    half a pixel of something between the finest input and that of scale 1.
    With `align_flip` the mean of both is right. What is left, of the coarse
    cells at one scale, is the skew of their errors: a keypoint lies in the
    last of four pixels of a cell as seen from one side only, once in four
    times, and the peak is where most are. test_flipped_pictures.py has maps
    that are not drawn in cells.
    """
    scenes = [
        Scene(size, scales, use_udp, mode, number)
        for number, size in enumerate(SHAPES.values())
    ]
    test_cfg = dict(
        align=flip == 'pixels',
        flip_test=bool(flip),
        project_to_image=project,
    )
    bound = 0.05 if use_udp else (1 if project else 1.5) / max(scales)
    low, high = 0, 0
    if flip == 'cells' and not use_udp:
        low, high = 0.5 / max(scales), 0.5
    elif flip == 'pixels' and not use_udp:
        low, high = -0.125, 0.05
    alone = [find([scene], **test_cfg)[0] for scene in scenes]
    for scene, (found, scores) in zip(scenes, alone):
        assert (scores > 0.5).all()
        # in input pixels of scale 1
        error = (found - scene.people) / scene.pixels
        assert np.abs(error).max() <= bound + 1e-3
        x, y = error.mean((0, 1))
        assert low - 0.01 < x < high + 0.01
        assert abs(y) < 0.01

    for members in BATCHES:
        batch = [scenes[i] for i in members]
        for i, result in zip(members, find(batch, **test_cfg)):
            for ours, expected in zip(result, alone[i]):
                assert np.abs(ours - expected).max() <= 1e-3


@pytest.mark.parametrize('use_udp', [False, True], ids=['cells', 'udp'])
@pytest.mark.parametrize('flip', [True, False], ids=['flip', 'plain'])
@pytest.mark.parametrize('scales', SCALES[:2], ids=str)
def test_tags_come_from_scale_1(scales, flip, use_udp):
    scene = Scene((180, 260), scales, use_udp)
    (expected,) = find([scene], flip_test=flip)
    for scene.garbage in range(2):
        (found,) = find([scene], flip_test=flip)
        for ours, theirs in zip(found, expected):
            np.testing.assert_array_equal(ours, theirs)
