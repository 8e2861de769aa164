"""Packed samples equal those of mmpose."""

import cv2
import numpy as np
import pytest
import torch
from helpers import codec_config, random_people
from mmpose.datasets.transforms import GenerateTarget, PackPoseInputs
from mmpose.registry import TRANSFORMS
from mmpose.visualization import PoseLocalVisualizer

import higherhrnet_plugin  # noqa: F401


def results(on_device, image):
    rng = np.random.default_rng(0)
    keypoints, visible = random_people(rng, 3, 5, (64, 32))
    encoder = codec_config((64, 32), on_device=on_device)
    return GenerateTarget(encoder=encoder).transform(
        dict(
            img=image,
            img_id=7,
            img_path='a.png',
            input_size=(64, 32),
            keypoints=keypoints,
            keypoints_visible=visible,
            bbox=rng.uniform(0, 9, (3, 4)),
            heatmap_mask=[rng.random((1, s, 2 * s)) > 0.5 for s in (8, 16)],
        )
    )


def compare(ours, theirs):
    """Compare values of any kind."""
    if isinstance(theirs, (np.ndarray, torch.Tensor)):
        assert type(ours) is type(theirs)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            compare(a, b)
    else:
        assert ours == theirs


@pytest.mark.parametrize('on_device', [False, True])
@pytest.mark.parametrize(
    'turn',
    [
        pytest.param(lambda image: image, id='plain'),
        pytest.param(lambda image: image[:, ::-1], id='mirrored view'),
        pytest.param(lambda image: image[:, :, ::-1], id='swapped view'),
    ],
)
def test_content_is_that_of_mmpose(on_device, turn):
    image = np.random.default_rng(1).integers(0, 256, (32, 64, 3), np.uint8)
    data = results(on_device, turn(image))
    keys = ('img_id', 'img_path', 'input_size')
    theirs = PackPoseInputs(meta_keys=keys).transform(dict(data))
    config = dict(type='PackBottomupInputs', meta_keys=keys)
    ours = TRANSFORMS.build(config).transform(data)
    assert set(ours) == set(theirs)
    compare(ours['inputs'], theirs['inputs'])
    assert ours['inputs'].is_contiguous()
    # the image of the results is not touched
    np.testing.assert_array_equal(data['img'], turn(image))
    samples = ours['data_samples'], theirs['data_samples']
    assert samples[0].metainfo == samples[1].metainfo
    assert set(samples[0].keys()) == set(samples[1].keys())
    for name in samples[1].keys():  # noqa: SIM118, not a dict
        fields = [sample.get(name) for sample in samples]
        assert set(fields[0].keys()) == set(fields[1].keys())
        for key in fields[1].keys():  # noqa: SIM118
            compare(fields[0].get(key), fields[1].get(key))


@pytest.mark.parametrize(
    'image',
    [
        pytest.param([np.eye(6, 3)[..., None]] * 4, id='grey frames'),
        pytest.param([np.zeros((6, 5, 3), np.uint8)] * 2, id='frames'),
        pytest.param(np.eye(6, 5), id='grey'),
    ],
)
def test_other_images_are_packed_as_mmpose_does(image):
    data = dict(img=image, img_id=7)
    theirs = PackPoseInputs().transform(dict(data))
    config = dict(type='PackBottomupInputs')
    compare(
        TRANSFORMS.build(config).transform(data)['inputs'], theirs['inputs']
    )


@pytest.mark.parametrize('on_device', [False, True])
def test_samples_to_look_at_can_be_drawn_by_mmpose(tmp_path, on_device):
    """With the arguments of ``browse_dataset.py --mode transformed``."""
    image = np.full((32, 64, 3), 128, np.uint8)
    pack = TRANSFORMS.build(dict(type='PackBottomupInputs'))
    pack.pack_transformed = True
    data = results(on_device, image)
    sample = pack.transform(dict(data))['data_samples']
    if not on_device:
        compare(sample.gt_fields.heatmaps.numpy(), data['heatmaps'][-1])
        expected = torch.from_numpy(data['heatmap_mask'][-1])
        compare(sample.gt_fields.heatmap_mask, expected)
    visualizer = PoseLocalVisualizer()
    visualizer.set_dataset_meta(dict(skeleton_links=[(0, 1)]))
    file = str(tmp_path / 'sample.png')
    visualizer.add_datasample(
        'sample',
        image,
        sample,
        draw_pred=False,
        draw_bbox=False,
        draw_heatmap=True,
        out_file=file,
    )
    drawn = cv2.imread(file)
    # people, and below them the heatmaps if there are any
    assert drawn.shape == ((32 if on_device else 64), 64, 3)
    assert (drawn != 128).any()
