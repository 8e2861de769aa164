"""Shapes, names, losses and predictions of the head."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers import (
    KEYPOINTS,
    blob,
    codec_config,
    flip_indices,
    packed_samples,
)
from mmengine.structures import PixelData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from higherhrnet_plugin import HigherHRNetHead

NAMES = Path(__file__).parents[2] / 'data/golden_small/state_dict_names.json'


def build(**options):
    options = dict(
        dict(in_channels=4, num_keypoints=3, num_blocks=1), **options
    )
    head = MODELS.build(dict(type='HigherHRNetHead', **options))
    head.init_weights()
    return head


def features(size=2, channels=4, shape=(8, 8), seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(size, channels, *shape, generator=generator)


# --- network ---------------------------------------------------------------

SHAPES = [
    pytest.param(dict(num_deconvs=0), [3], id='no deconvolution'),
    pytest.param(dict(), [3, None], id='one'),
    pytest.param(dict(num_deconvs=2), [3, None, None], id='two'),
    pytest.param(dict(deconv_kernel=2), [3, None], id='kernel 2'),
    pytest.param(dict(deconv_kernel=3), [3, None], id='kernel 3'),
    pytest.param(dict(concat_outputs=False), [3, None], id='no concat'),
    pytest.param(dict(final_kernel=3), [3, None], id='final kernel 3'),
    pytest.param(dict(num_blocks=0), [3, None], id='no blocks'),
    pytest.param(dict(deconv_channels=7), [3, None], id='channels'),
    pytest.param(dict(tag_levels=(1,)), [None, 3], id='tags at 1'),
    pytest.param(dict(tag_levels=(0, 1)), [3, 3], id='tags at both'),
    pytest.param(
        dict(num_deconvs=2, tag_levels=(2, 0)), [3, None, 3], id='0 and 2'
    ),
    pytest.param(dict(tag_dim=2), [6, None], id='two tags'),
    pytest.param(dict(tag_per_keypoint=False), [1, None], id='shared'),
    pytest.param(
        dict(tag_per_keypoint=False, tag_dim=2), [2, None], id='two shared'
    ),
    pytest.param(dict(with_cp=True), [3, None], id='recomputed'),
]


@pytest.mark.parametrize('shape', [(8, 8), (5, 7)], ids=['square', 'odd'])
@pytest.mark.parametrize(('options', 'tags'), SHAPES)
def test_forward_shapes(options, tags, shape):
    levels = build(**options)(features(shape=shape))
    assert len(levels) == len(tags)
    for i, ((heatmaps, tag), channels) in enumerate(zip(levels, tags)):
        expected = shape[0] * 2**i, shape[1] * 2**i
        assert heatmaps.shape == (2, 3, *expected)
        if channels is None:
            assert tag is None
        else:
            assert tag.shape == (2, channels, *expected)


@pytest.mark.parametrize('k', KEYPOINTS)
def test_any_number_of_keypoints(k):
    (heatmaps, tags), (finer, none) = build(num_keypoints=k)(features())
    assert heatmaps.shape == tags.shape == (2, k, 8, 8)
    assert finer.shape == (2, k, 16, 16)
    assert none is None


def test_levels_build_on_each_other():
    # with concatenation the finer level sees heatmaps and tags before it
    torch.manual_seed(0)
    for concat in (True, False):
        head = build(concat_outputs=concat).eval()
        with torch.no_grad():
            for layer in head.modules():
                if isinstance(layer, torch.nn.ConvTranspose2d):
                    layer.weight.normal_()
        before = head(features())[1][0]
        with torch.no_grad():
            head.final_layers[0].bias += 1
        after = head(features())[1][0]
        assert torch.equal(before, after) is not concat


def test_features_are_picked():
    head = build(input_index=1).eval()
    maps = [features(seed=1), features(seed=2)]
    picked, expected = head(maps), head(maps[1])
    assert torch.equal(picked[0][0], expected[0][0])
    assert not torch.equal(picked[0][0], head(maps[0])[0][0])


@pytest.mark.parametrize('index', [2, -3])
def test_features_that_are_not_there(index):
    head = build(input_index=index)
    with pytest.raises(ValueError, match=f'`input_index` .* {index}, .* 2 f'):
        head([features(), features()])


@pytest.mark.parametrize(
    ('name', 'channels', 'k'),
    [('w32_coco', 32, 17), ('w48_coco', 48, 17), ('w32_crowdpose', 32, 14)],
)
def test_parameters_have_the_official_names(name, channels, k):
    head = HigherHRNetHead(in_channels=channels, num_keypoints=k)
    ours = {
        name: list(value.shape) for name, value in head.state_dict().items()
    }
    official = {
        name: shape
        for name, shape in json.loads(NAMES.read_text())[name]
        if name.startswith(('final_layers', 'deconv_layers'))
    }
    assert len(official) > 50
    assert ours == official


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(num_keypoints=0), '`num_keypoints`.* 0, 1 and 1'),
        (dict(tag_dim=0), '`tag_dim`.* 3, 0 and 1'),
        (dict(num_deconvs=-1), '`num_deconvs`.* 3, 1 and -1'),
        (dict(final_kernel=2), '`final_kernel`.* 2'),
        (dict(deconv_kernel=5), r'`deconv_kernel`.*\[2, 3, 4\].* 5'),
        (dict(tag_levels=(2,)), r'`tag_levels` is \[2\].*0 to 1'),
        (dict(tag_levels=()), r'`tag_levels` is \[\]'),
        (dict(tag_levels=(0, 0)), r'`tag_levels` is \[0, 0\].* twice'),
        (dict(num_deconvs=0, tag_levels=(1,)), '0 deconvolutions.*0 to 0'),
        (
            dict(decoder=dict(keypoint_order=[0, 1])),
            r'`keypoint_order`.*0 to 2',
        ),
        (dict(tag_loss=dict(push_type='log')), '`push_type`'),
        # also where nothing has it
        (dict(scale_kernel=4), r'`scale_kernel`.*4'),
    ],
    ids=str,
)
def test_constructor_names_the_option(options, words):
    with pytest.raises(ValueError, match=words):
        build(**options)


# --- initialisation --------------------------------------------------------


@pytest.mark.parametrize('tag_std', [None, 0.1])
def test_initial_weights(tag_std):
    torch.manual_seed(0)
    head = build(in_channels=32, num_keypoints=17, tag_init_std=tag_std)
    for name, value in head.named_parameters():
        if value.ndim == 1:
            # biases and shifts are 0, scales are 1
            assert value.unique().tolist() in ([0], [1]), name
        elif not name.startswith('final_layers.0'):
            assert value.std().item() == pytest.approx(1e-3, rel=0.1), name
    weight = head.final_layers[0].weight
    assert weight[:17].std().item() == pytest.approx(1e-3, rel=0.1)
    assert weight[17:].std().item() == pytest.approx(tag_std or 1e-3, rel=0.1)
    assert weight[17:].mean().item() == pytest.approx(
        0, abs=0.1 * (tag_std or 1e-3)
    )


# --- losses ----------------------------------------------------------------

BATCHES = [
    pytest.param((0, 0), id='nobody'),
    pytest.param((1, 1), id='one'),
    pytest.param((40, 3), id='many'),
    pytest.param((0, 5, 1), id='mixed'),
]
HEADS = [
    pytest.param({}, {}, id='usual'),
    pytest.param(dict(num_deconvs=0), dict(levels=1), id='one level'),
    pytest.param(dict(num_deconvs=2), dict(levels=3), id='three levels'),
    pytest.param(dict(tag_levels=(1,)), dict(tag_levels=1), id='tags at 1'),
    pytest.param(
        dict(tag_levels=(0, 1)), dict(tag_levels=(0, 1)), id='tags at both'
    ),
    pytest.param(dict(tag_dim=2), {}, id='two tags'),
    pytest.param(dict(tag_per_keypoint=False), {}, id='shared'),
]


def train(head, counts, codec, k=3):
    samples = packed_samples(counts, k, codec_config(**codec))
    losses = head.loss(features(len(counts)), samples)
    sum(losses.values()).backward()
    return losses


@pytest.mark.parametrize('counts', BATCHES)
@pytest.mark.parametrize(('options', 'codec'), HEADS)
def test_losses_and_gradients(options, codec, counts):
    head = build(**options)
    losses = train(head, counts, codec)
    levels = head.num_levels
    assert set(losses) == {
        *(f'loss_heatmap_{i}' for i in range(levels)),
        'loss_pull',
        'loss_push',
    }
    for loss in losses.values():
        assert loss.shape == ()
        assert torch.isfinite(loss)
        assert loss.requires_grad
    for name, value in head.named_parameters():
        assert value.grad is not None, name
        assert torch.isfinite(value.grad).all(), name
    assert (losses['loss_push'] > 0) == (max(counts) > 1)


@pytest.mark.parametrize('k', KEYPOINTS)
def test_losses_of_any_number_of_keypoints(k):
    losses = train(build(num_keypoints=k), (2, 0), {}, k)
    assert all(torch.isfinite(loss) for loss in losses.values())


def test_all_invisible_is_as_nobody():
    head = build().eval()
    codec = codec_config()
    (sample,) = packed_samples((3,), 3, codec)
    (empty,) = packed_samples((0,), 3, codec)
    labels, fields = sample.gt_instance_labels, sample.gt_fields
    labels.keypoint_indices *= 0
    fields.heatmaps = [h * 0 for h in fields.heatmaps]
    feats = features(1)
    assert head.loss(feats, [sample]) == head.loss(feats, [empty])


def test_tag_levels_are_added():
    samples = packed_samples((4,), 3, codec_config(tag_levels=(0, 1)))
    # normalised by the batch, so that tags of both levels are large
    head = build(tag_levels=(0, 1), tag_init_std=1.0)
    losses = head.loss(features(1), samples)
    indices = samples[0].gt_instance_labels.keypoint_indices
    terms = [
        head.tag_loss(tags, [indices[:, i]])
        for i, (_, tags) in enumerate(head(features(1)))
    ]
    for i, name in enumerate(('loss_pull', 'loss_push')):
        total = terms[0][i] + terms[1][i]
        torch.testing.assert_close(losses[name], total, rtol=1e-5, atol=0)
        # the indices of one level say another thing at the other
        assert terms[1][i] > 0


def test_masks_are_read():
    codec = codec_config()
    samples = packed_samples((2, 2), 3, codec)
    for sample in samples:
        fields = sample.gt_fields
        fields.heatmap_mask = [
            torch.zeros(1, *h.shape[1:], dtype=torch.bool)
            for h in fields.heatmaps
        ]
    losses = build().loss(features(), samples)
    assert losses['loss_heatmap_0'] == losses['loss_heatmap_1'] == 0
    samples[0].gt_fields.heatmap_mask[1][:] = True
    losses = build().loss(features(), samples)
    assert losses['loss_heatmap_0'] == 0
    assert losses['loss_heatmap_1'] > 0


@pytest.mark.parametrize(
    ('codec', 'k', 'words'),
    [
        pytest.param({}, 5, '5 keypoints.* is 3', id='keypoints'),
        pytest.param(
            dict(levels=1), 3, '2 levels.* have 1', id='too few levels'
        ),
        pytest.param(
            dict(levels=3), 3, '2 levels.* have 3', id='too many levels'
        ),
        pytest.param(
            dict(tag_levels=(0, 1)),
            3,
            '2 tag levels.* 1;.*`tag_levels`',
            id='tag levels',
        ),
        pytest.param(
            dict(tag_levels=1), 3, 'reach .*64 cells', id='tag level'
        ),
        pytest.param(
            dict(input_size=(64, 32)),
            3,
            r'level 0.*\(2, 3, 8, 8\).*\(2, 3, 8, 16\)',
            id='size',
        ),
    ],
)
def test_targets_for_another_head(codec, k, words):
    with pytest.raises(ValueError, match=words):
        train(build(), (3, 30), codec, k)


@pytest.mark.parametrize('missing', ['gt_fields', 'gt_instance_labels'])
@pytest.mark.parametrize('which', [0, 1])
def test_missing_targets(missing, which):
    samples = packed_samples((2, 2), 3, codec_config())
    delattr(samples[which], missing)
    with pytest.raises(ValueError, match=r'GenerateBottomupTarget'):
        build().loss(features(), samples)


def test_targets_without_levels():
    samples = packed_samples((2,), 3, codec_config())
    heatmaps = samples[0].gt_fields.heatmaps[0]
    del samples[0].gt_fields
    samples[0].gt_fields = PixelData(heatmaps=heatmaps)
    with pytest.raises(ValueError, match='no levels'):
        build().loss(features(1), samples)


# --- prediction ------------------------------------------------------------


class PlantedHead(HigherHRNetHead):
    """A head whose features are its outputs."""

    def forward(self, feats):
        return feats


# people of a 64 x 32 input: (x, y) of three keypoints
PLACES = np.array(
    [[[8, 8], [16, 8], [8, 20]], [[40, 12], [56, 24], [44, 20]]], float
)


def planted_levels(scale=1, mirrored=False):
    """Give the levels that show ``PLACES``, for an input of 64 x 32."""
    swap = flip_indices(3) if mirrored else range(3)
    levels = []
    for stride in (4, 2):
        w, h = int(64 * scale) // stride, int(32 * scale) // stride
        heatmaps = np.zeros((3, h, w), np.float32)
        tags = np.zeros((3, h, w), np.float32)
        for n, person in enumerate(PLACES * scale / stride):
            for k, (x, y) in enumerate(person):
                peak = blob((h, w), x - 0.5, y - 0.5, 4 * scale / stride)
                heatmaps[k] = np.maximum(heatmaps[k], peak)
            half = slice(w // 2, None) if n else slice(None, w // 2)
            tags[..., half] = 4 * n
        pair = [torch.from_numpy(m)[None] for m in (heatmaps, tags)]
        if mirrored:
            pair = [m[:, swap].flip(-1) for m in pair]
        levels.append((pair[0], pair[1] if stride == 4 else None))
    return levels


def sample(**metainfo):
    return PoseDataSample(
        metainfo=dict(
            dict(input_size=(64, 32), flip_indices=[0, 2, 1]), **metainfo
        )
    )


def planted(flip, scales):
    feats = []
    for scale in scales:
        plain = planted_levels(scale)
        feats.append([plain, planted_levels(scale, True)] if flip else plain)
    return feats if len(scales) > 1 else feats[0]


@pytest.mark.parametrize('project', [True, False])
@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('scales', [[1], [1, 2], [1, 0.5, 2]], ids=str)
def test_planted_people_are_found(scales, flip, project):
    head = PlantedHead(in_channels=4, num_keypoints=3)
    data = sample(aug_scales=scales[1:]) if scales[1:] else sample()
    (people,) = head.predict(
        planted(flip, scales),
        [data],
        dict(flip_test=flip, project_to_image=project),
    )
    assert people.keypoints.shape == (2, 3, 2)
    assert people.keypoints.dtype == np.float32
    order = people.keypoints[:, 0, 0].argsort()
    # 3/4 of a cell where maps are not enlarged to the input
    stride = 1 if project else 2 / max(scales)
    assert np.abs(people.keypoints[order] - PLACES).max() <= max(1, stride)
    # enlarging the coarse maps lowers the peaks
    assert (people.keypoint_scores > 0.7).all()
    np.testing.assert_allclose(
        people.bbox_scores, people.keypoint_scores.mean(1), rtol=1e-6
    )


@pytest.mark.parametrize('flip', [False, True])
def test_heatmaps_are_given_back(flip):
    head = PlantedHead(in_channels=4, num_keypoints=3)
    feats = planted(flip, [1])
    plain = head.predict(feats, [sample()], dict(flip_test=flip))
    people, fields = head.predict(
        feats, [sample()], dict(flip_test=flip, output_heatmaps=True)
    )
    np.testing.assert_array_equal(people[0].keypoints, plain[0].keypoints)
    assert fields[0].heatmaps.shape == (3, 32, 64)
    assert fields[0].tags.shape == (6 if flip else 3, 32, 64)
    again = head.decoder.batch_decode(
        fields[0].heatmaps[None], fields[0].tags[None]
    )
    np.testing.assert_array_equal(again[0][0], people[0].keypoints)


def test_a_flip_test_with_the_plain_tags_twice_changes_nothing():
    head = PlantedHead(in_channels=4, num_keypoints=3)
    _, once = head.predict(
        planted(False, [1]), [sample()], dict(output_heatmaps=True)
    )
    _, twice = head.predict(
        planted(True, [1]),
        [sample()],
        dict(output_heatmaps=True, flip_test=True),
    )
    torch.testing.assert_close(twice[0].heatmaps, once[0].heatmaps)
    torch.testing.assert_close(twice[0].tags[:3], once[0].tags)
    torch.testing.assert_close(twice[0].tags[3:], once[0].tags)


def test_images_of_a_batch_are_kept_apart():
    head = PlantedHead(in_channels=4, num_keypoints=3)
    levels = planted_levels()
    batch = [
        (torch.cat((h, h * 0)), None if t is None else torch.cat((t, t)))
        for h, t in levels
    ]
    full, empty = head.predict(batch, [sample(), sample()])
    assert len(full.keypoints) == 2
    assert empty.keypoints.shape == (0, 3, 2)
    assert empty.keypoint_scores.shape == (0, 3)
    assert empty.bbox_scores.shape == (0,)


def test_a_flip_test_without_mirrored_features():
    head = PlantedHead(in_channels=4, num_keypoints=3)
    feats = planted(False, [1, 2])
    feats = [[f] for f in feats]
    with pytest.raises(
        ValueError, match=r'2 scales with 2 flips.*`flip_test`'
    ):
        head.predict(feats, [sample(aug_scales=[2])], dict(flip_test=True))


def test_a_flip_test_without_indices():
    head = PlantedHead(in_channels=4, num_keypoints=3)
    with pytest.raises(ValueError, match='`flip_indices`'):
        head.predict(
            planted(True, [1]),
            [PoseDataSample(metainfo=dict(input_size=(64, 32)))],
            dict(flip_test=True),
        )


@pytest.mark.parametrize(
    ('settings', 'words'),
    [
        (
            dict(flip_tst=True),
            '`model.test_cfg.flip_tst` is True, .*flip_test',
        ),
        (dict(shift_heatmap=True), '`model.head.decoder.align_flip`'),
        (dict(align_corners=True), '`codec.use_udp`'),
        (dict(multiscale_test=True), '`test_dataloader.dataset.scales`'),
        (dict(nms_dist_thr=0.05), '0.05, .*`model.head.decoder.nms_thr`'),
        (dict(restore_heatmap_size=False), 'test_cfg.project_to_image`'),
        (
            dict(restore_heatmap_size=True, project_to_image=False),
            'test_cfg.project_to_image`',
        ),
    ],
    ids=str,
)
def test_settings_that_nothing_reads(settings, words):
    head = PlantedHead(in_channels=4, num_keypoints=3)
    with pytest.raises(ValueError, match=words):
        head.predict(planted(False, [1]), [sample()], settings)


@pytest.mark.parametrize('scales', [[1], [1, 2]], ids=str)
def test_settings_of_mmpose_that_say_what_is_done(scales):
    head = PlantedHead(in_channels=4, num_keypoints=3)
    settings = dict(
        multiscale_test=len(scales) > 1,
        restore_heatmap_size=True,
        align_corners=False,
        shift_heatmap=False,
    )
    data = sample(aug_scales=scales[1:]) if scales[1:] else sample()
    (people,) = head.predict(planted(False, scales), [data], settings)
    assert len(people.keypoints) == 2
