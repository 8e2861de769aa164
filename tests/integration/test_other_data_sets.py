"""Data sets beside COCO: combinations, and real samples of each."""

import os
from pathlib import Path

import numpy as np
import pytest
from data_sets import write_data_set
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import OptimWrapper
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, MODELS
from own_data import evaluate_truth, read
from small_configs import CONFIGS, TINY, leaf_sets
from torch.optim import SGD

import higherhrnet_plugin  # noqa: F401

COMBINED = next(p for p in CONFIGS if 'crowdpose-aic' in p.stem)
LIMBS = ('shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle')
# as the papers of the data sets list them
CROWDPOSE = [
    *(f'{side}_{limb}' for limb in LIMBS for side in ('left', 'right')),
    'head',
    'neck',
]
AIC = [
    *(f'right_{limb}' for limb in LIMBS[:3]),
    *(f'left_{limb}' for limb in LIMBS[:3]),
    *(f'right_{limb}' for limb in LIMBS[3:]),
    *(f'left_{limb}' for limb in LIMBS[3:]),
    'head',
    'neck',
]
SIZE = (128, 128)


def shrink(data_set):
    """Set a small input for a training set."""
    for part in leaf_sets(data_set):
        part.codec.input_size = SIZE
    return data_set


def read_combined(crowdpose, aic, crowdpose_images, aic_images):
    """Point the combination at two files, without random choices."""
    init_default_scope('mmpose')
    data_set = Config.fromfile(COMBINED).train_dataloader.dataset
    files = (crowdpose, crowdpose_images), (aic, aic_images)
    for part, (file, images) in zip(leaf_sets(data_set), files):
        part.update(
            data_root='', ann_file=str(file), data_prefix=dict(img=str(images))
        )
    data_set.pop('sample_ratio_factor')
    return shrink(data_set)


def small_model(k):
    """Build the tiny network for K keypoints."""
    model = Config.fromfile(TINY).model
    model.head.num_keypoints = k
    return MODELS.build(model).train()


def train_step(model, data_set):
    """Train one step on all images of a data set; return the losses."""
    batch = pseudo_collate([data_set[i] for i in range(len(data_set))])
    optim = OptimWrapper(SGD(model.parameters(), 1e-4))
    losses = model.train_step(batch, optim)
    assert all(np.isfinite(float(v)) for v in losses.values())
    return losses


class TestCombined:
    @pytest.fixture
    def parts(self, tmp_path):
        files = [
            write_data_set(tmp_path / name, 14, (0, 1, 3), (128, 128), seed)
            for seed, name in enumerate(('crowdpose', 'aic'))
        ]
        return files, read_combined(
            *files, *(file.parent / 'images' for file in files)
        )

    def test_keypoints_go_where_their_names_are(self, parts):
        (_, aic), cfg = parts
        # geometry and flip are left out: what was labelled is what arrives
        cfg.pipeline = []
        combined = DATASETS.build(cfg)
        info = combined[len(combined.datasets[0]) + 1]
        people = [
            np.reshape(a['keypoints'], (14, 3))
            for a in read(aic)['annotations']
            if not a['iscrowd'] and a['image_id'] == info['img_id']
        ]
        assert info['keypoints'].shape[1:] == (14, 2)
        visible = info['keypoints_visible'][..., 0]
        for i, name in enumerate(CROWDPOSE):
            for j, person in enumerate(people):
                x, y, v = person[AIC.index(name)]
                assert visible[-len(people) + j, i] == min(v, 1)
                if v:
                    found = info['keypoints'][-len(people) + j, i]
                    np.testing.assert_allclose(found, (x, y), atol=1e-4)

    def test_flips_are_those_of_the_combination(self, parts):
        _, cfg = parts
        combined = DATASETS.build(cfg)
        mirrored = [
            CROWDPOSE.index(
                name.replace('left', '#')
                .replace('right', 'left')
                .replace('#', 'right')
            )
            for name in CROWDPOSE
        ]
        for i in range(len(combined)):
            info = combined.get_data_info(i)
            assert list(info['flip_indices']) == mirrored
        assert combined.metainfo['dataset_name'] == 'crowdpose'
        assert combined.metainfo['num_keypoints'] == 14

    def test_it_trains_and_crowds_of_both_are_masked(self, parts):
        _, cfg = parts
        for part in cfg.datasets:
            part.keep_empty = True
        for transform in cfg.pipeline:
            if transform.type == 'BottomupAlignedAffine':
                transform.update(
                    shift_factor=0, scale_factor=(1, 1), rotate_factor=0
                )
            if transform.type == 'BottomupRandomFlip':
                transform.prob = 0.0
        combined = DATASETS.build(cfg)
        assert len(combined) == 6
        for i in range(6):
            fields = combined[i]['data_samples'].gt_fields
            for mask in fields.heatmap_mask:
                # the crowd is the eighth of both sides at the corner
                side = mask.shape[-1] // 8
                assert not mask[..., : side - 1, : side - 1].any()
                assert (mask[..., side + 1 :, :] == 1).all()
                assert (mask[..., :, side + 1 :] == 1).all()
            empty = i % 3 == 0
            assert (max(level.max() for level in fields.heatmaps) == 0) == (
                empty
            )
        losses = train_step(small_model(14), combined)
        assert losses['loss_heatmap_0'] > 0
        assert losses['loss_push'] > 0

    def test_a_conversion_that_does_not_fit_is_an_error(self, parts):
        _, cfg = parts
        cfg.datasets[1].pipeline[0].num_keypoints = 13
        with pytest.raises(IndexError):
            DATASETS.build(cfg)[3]


@pytest.fixture(scope='module')
def samples():
    data = os.environ.get('HIGHERHRNET_TEST_DATA')
    if not data:
        pytest.skip('HIGHERHRNET_TEST_DATA is not set')
    return Path(data) / 'samples'


def test_a_combination_of_real_samples_trains(samples):
    cfg = read_combined(
        samples / 'crowdpose' / 'test_crowdpose.json',
        samples / 'aic' / 'test_aic.json',
        samples / 'crowdpose',
        samples / 'aic',
    )
    combined = DATASETS.build(cfg)
    assert combined.lens == [2, 3]
    losses = train_step(small_model(14), combined)
    assert losses['loss_heatmap_0'] > 0


@pytest.mark.parametrize('name', ['ochuman', 'ap10k'])
def test_real_samples_train_and_evaluate(name, samples):
    init_default_scope('mmpose')
    cfg = Config.fromfile(
        next(p for p in CONFIGS if f'300e_{name}-512' in p.stem)
    )
    part = cfg.test_dataloader.dataset
    part.update(
        data_root='',
        ann_file=str(samples / name / f'test_{name}.json'),
        data_prefix=dict(img=str(samples / name)),
    )
    train = Config(dict(part, test_mode=False))
    train.pipeline = cfg.train_dataloader.dataset.pipeline
    losses = train_step(small_model(17), DATASETS.build(shrink(train)))
    assert losses['loss_heatmap_0'] > 0

    # what is labelled, as if it were predicted: AP is that of perfection
    test_set = DATASETS.build(part)
    metrics = evaluate_truth(test_set, cfg.test_evaluator)
    assert metrics[cfg.default_hooks.checkpoint.save_best] == (
        pytest.approx(1, abs=1e-6)
    )
