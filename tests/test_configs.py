"""Every shipped config is parsed, built and stepped once at small size."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import (
    DATASETS,
    KEYPOINT_CODECS,
    METRICS,
    MODELS,
    TRANSFORMS,
    VISUALIZERS,
)
from processes import ROOT, run_tool
from small_configs import (
    CONFIGS,
    TINY,
    count_keypoints,
    leaf_sets,
    load_small,
)

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options
from higherhrnet_plugin.cfg_options.shared_codec import find_codecs
from higherhrnet_plugin.datasets.pipeline_options import with_options

every_config = pytest.mark.parametrize(
    'path', CONFIGS, ids=[path.stem for path in CONFIGS]
)

# These differ from a config that is stepped whole in losses and schedule, and
# are stepped with the smallest backbone.
SWITCHED = (
    '_swahr-',
    '_coupled-',
    '-aid-',
    '_adamw-',
    '_coco-8xb',
    '_coco-4xb',
)
# what they train with: learning rate, warm-up, and where it falls
RECIPES = {
    'w32_swahr': (2e-3, 'LinearLR', None),
    'w48_swahr': (0.96e-3, 'LinearLR', None),
    'coupled': (1.5e-3, 'MultiStepLR', [200, 260]),
    'udp-aid': (1e-3, 'MultiStepLR', [150, 190]),
    'adamw': (1.5e-3, 'CosineAnnealingLR', None),
}

# an entry of a pipeline by its place, in a file or in an option
INDEX = re.compile(r'pipeline(\[[\d-]|\.\d)')
# what the codec tells
TOLD = {'input_size', 'encoder', 'use_udp', 'num_deconvs', 'tag_levels'}


@pytest.fixture
def small(path, tmp_path):
    """Read a config at small size."""
    init_default_scope('mmpose')
    cfg = Config.fromfile(path)
    kind = DATASETS.get(leaf_sets(cfg.train_dataloader.dataset)[0].type)
    data = write_data_set(
        tmp_path, count_keypoints(cfg), fields=kind.KEYPOINT_FIELDS
    )
    cfg = load_small(path, data, tmp_path / 'work')
    if any(word in path.stem for word in SWITCHED):
        cfg.model.backbone = Config.fromfile(TINY).model.backbone
        cfg.model.head.in_channels = 24
    return cfg


def collate(samples):
    return {
        name: [sample[name] for sample in samples]
        for name in ('inputs', 'data_samples')
    }


@every_config
def test_step(path, small):
    torch.manual_seed(0)  # people are found by most weights, not by all
    k = count_keypoints(small)
    # an untrained model finds people, too
    small.model.head.decoder.update(score_thr=0.0, max_candidates=2)
    model = MODELS.build(small.model)
    assert model.head.num_keypoints == k
    optim = Runner.build_optim_wrapper(_NoRunner(model), small.optim_wrapper)
    data_set = DATASETS.build(small.train_dataloader.dataset)
    before = [p.detach().clone() for p in model.parameters()]
    # the first step moves the end of a branch alone, and so the rest of it
    for _ in range(2 if model.head.sigma == 'learned' else 1):
        losses = model.train_step(
            collate([data_set[i] for i in range(len(data_set))]), optim
        )
    terms = ['heatmap', *['sigma'] * (model.head.sigma == 'learned')]
    levels = range(model.head.num_levels)
    expected = {f'loss_{term}_{i}' for term in terms for i in levels}
    if '_coupled-' in path.stem:
        expected.add('loss_scale')
    assert set(losses) == {*expected, 'loss_pull', 'loss_push', 'loss'}
    assert all(math.isfinite(value) for value in losses.values())
    still = {
        name
        for old, (name, new) in zip(before, model.named_parameters())
        if torch.equal(old, new)
    }
    # a normalisation takes away what is added before it
    assert still <= {f'head.scale_layers.{i}.0.bias' for i in levels}

    model.eval()
    published = (2, 1) if 'crowdpose' in path.stem else (2, 1, 0.5)
    for scales in ((), published):
        if scales:
            options = DictAction._parse_iterable(str(list(scales)))
            key = 'test_dataloader.dataset.scales'
            small.merge_from_dict({key: options})
        test_set = DATASETS.build(small.test_dataloader.dataset)
        with torch.no_grad():
            results = model.test_step(collate([test_set[1]]))
        people = results[0].pred_instances
        assert people.keypoints.shape[1:] == (k, 2)
        assert len(people) > 0
        assert np.isfinite(people.keypoints).all()
        seen = results[0].metainfo.get('aug_scales')
        assert list(seen or ()) == [s for s in scales if s != 1]
    metric = METRICS.build(small.test_evaluator)
    metric.dataset_meta = test_set.metainfo
    metric.process(None, [result.to_dict() for result in results])
    metrics = metric.evaluate(size=1)
    if small.test_evaluator.get('format_only'):
        name = f'{small.test_evaluator.outfile_prefix}.keypoints.json'
        assert len(json.loads(Path(name).read_text())) == len(people)
    else:
        best = small.default_hooks.checkpoint.save_best
        assert best is None or best in metrics
    assert VISUALIZERS.build({**small.visualizer, 'name': path.stem})


@every_config
def test_parts_agree(path):
    cfg = Config.fromfile(path)
    # the pyramid is stated once: the codec is the same in every place
    codecs = find_codecs(cfg)
    for name in ('train', 'val', 'test'):
        data_set = cfg[f'{name}_dataloader'].dataset
        assert all(part.codec == cfg.codec for part in leaf_sets(data_set))
        for step in data_set.pipeline:
            assert not TOLD & set(step)
    assert all(codec == cfg.codec for codec in codecs.values())
    head = cfg.model.head
    assert head.codec == cfg.codec
    assert not TOLD & {*head, *head.decoder}
    # and the name tells the rest
    codec = KEYPOINT_CODECS.build(cfg.codec)
    size = tuple(map(int, path.stem.rpartition('-')[2].split('x')))
    assert codec.input_size == size
    assert codec.use_udp == ('_udp-' in path.stem)
    strides = [size[0] / w for w, _ in codec.heatmap_sizes]
    levels = {'no-deconv': 1, 'two-deconvs': 3}
    (number,) = [n for k, n in levels.items() if k in path.stem] or [2]
    assert strides == [4, 2, 1][:number]
    assert cfg.default_hooks.codec == dict(type='CodecCheckHook')
    assert cfg.data_mode == 'bottomup'
    assert cfg.custom_imports['imports'] == ['higherhrnet_plugin']
    assert not cfg.custom_imports['allow_failed_imports']
    widths = cfg.model.backbone.extra.stage4.num_channels
    assert head.in_channels == widths[0]
    assert widths == tuple(widths[0] * 2**i for i in range(4))
    averaged = any(
        'EMA' in hook['type'] for hook in cfg.get('custom_hooks', [])
    )
    assert averaged == ('_adamw-' in path.stem)


@every_config
def test_validation_is_the_test(path):
    cfg = Config.fromfile(path)
    if 'test-dev' in path.stem:
        # nobody but the server can measure test-dev; validation is on val
        base = Config.fromfile(
            path.with_name(path.name.replace('test-dev-', ''))
        )
        assert cfg.val_dataloader == base.val_dataloader
        assert cfg.val_evaluator == base.val_evaluator
        assert cfg.test_evaluator.format_only
        ours, theirs = cfg.test_dataloader, cfg.val_dataloader
        assert ours.dataset.pipeline == theirs.dataset.pipeline
        assert ours.dataset.ann_file.endswith('test-dev2017.json')
        return
    for split in ('val', 'test'):
        data_set = cfg[f'{split}_dataloader'].dataset
        # without a file the metric takes that of the data set
        assert cfg[f'{split}_evaluator'].ann_file in (
            None,
            data_set.data_root + data_set.ann_file,
        )
    if cfg.val_dataloader.dataset.ann_file != (
        cfg.test_dataloader.dataset.ann_file
    ):
        # val and test of these are both public
        assert any(name in path.stem for name in ('ap10k', 'ochuman'))
        for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
            assert evaluator.pop('ann_file')
        assert 'test' in cfg.test_dataloader.dataset.pop('ann_file')
        assert 'val' in cfg.val_dataloader.dataset.pop('ann_file')
    assert cfg.val_dataloader == cfg.test_dataloader
    assert cfg.val_evaluator == cfg.test_evaluator


@every_config
def test_recipe(path):
    cfg = Config.fromfile(path)
    # {gpus}xb{per gpu} of the name is what the learning rate is made for
    gpus, batch = map(int, re.search(r'(\d+)xb(\d+)-', path.stem).groups())
    assert cfg.train_dataloader.batch_size == batch
    assert cfg.auto_scale_lr.base_batch_size == gpus * batch
    # MMPose 0.x: 8 GPUs, warm-up; official code: 4 GPUs, none
    if gpus > 1:
        rate, warm_up = {8: (1.5e-3, True), 4: (1e-3, False)}[gpus]
        usual = rate, 'MultiStepLR', [200, 260]
        named = [recipe for key, recipe in RECIPES.items() if key in path.stem]
        rate, decay, milestones = named[0] if named else usual
        optimizer = cfg.optim_wrapper.optimizer
        kind = 'AdamW' if 'adamw' in path.stem else 'Adam'
        assert (optimizer.type, optimizer.lr) == (kind, rate)
        assert ('weight_decay' in optimizer) == (kind == 'AdamW')
        *first, last = cfg.param_scheduler
        assert [s.type for s in first] == ['LinearLR'] * warm_up
        assert (last.type, last.get('milestones')) == (decay, milestones)
        assert last.end == cfg.train_cfg.max_epochs
        if milestones:
            assert last.gamma == 0.1
        elif kind == 'AdamW':
            assert (last.begin, last.T_max) == (0, 300)
        else:
            assert (last.begin, last.end_factor) == (first[0].end, 0)
            assert first[0].by_epoch
            assert last.by_epoch
        data_set = cfg.train_dataloader.dataset
        steps = with_options(data_set.pipeline, data_set.get('augmentation'))
        _, affine, flip, *_ = map(TRANSFORMS.build, steps)
        # 40 of 200, 0.75 to 1.5, 30 degrees
        assert affine.shift_factor == 40 / 200
        assert tuple(affine.scale_factor) == (0.75, 1.5)
        assert affine.rotate_factor == 30
        assert flip.prob == 0.5


@pytest.mark.parametrize('split', ['train', 'val', 'test'])
def test_input_size_and_udp_are_one_key_each(tmp_path, split):
    cfg = load_small(TINY, write_data_set(tmp_path), tmp_path / 'work')
    init_default_scope('mmpose')
    options = {'codec.input_size': 128, 'codec.use_udp': True}
    apply_cfg_options(cfg, options)
    data_set = DATASETS.build(cfg[f'{split}_dataloader'].dataset)
    sample = data_set[1]['data_samples']
    assert min(sample.input_size) == 128
    assert sample.use_udp
    head = MODELS.build(cfg.model.head)
    assert head.decoder.use_udp
    assert head.codec.heatmap_sizes == [(32, 32), (64, 64)]
    if split == 'train':
        shapes = [h.shape[1:] for h in sample.gt_fields.heatmaps]
        assert shapes == [(32, 32), (64, 64)]
        # the centre of the Gaussian is the keypoint, not the cell
        assert sample.gt_fields.heatmaps[1].max() < 1


@every_config
def test_flips_are_aligned_in_what_is_trained_here_alone(path):
    """Published weights are tested officially, and UDP needs nothing."""
    decoder = Config.fromfile(path).model.head.decoder
    ours = 'higherhrnet-tiny' in path.stem and 'udp' not in path.stem
    assert decoder.get('align_flip', False) is ours


def test_nothing_names_the_place_of_a_transform():
    files = [ROOT / 'README.md', *(ROOT / 'docs').rglob('*.md')]
    files += (ROOT / 'configs').rglob('*.*')
    found = {str(f): INDEX.findall(f.read_text()) for f in files}
    assert len(found) > 40
    assert not any(found.values()), found
    assert INDEX.search('pipeline[1].update')
    assert INDEX.search('pipeline.1.scales')


@every_config
def test_head_comment_says_how_to_run(path):
    text = path.read_text()
    head = re.sub(r'\n#\s+', ' ', text[: text.index('_base_')])
    base_is_ours = re.search(r"_base_ = \[\s*'\.\.?/", text)
    for word in ('Paper', 'Expected', 'mim train', path.name):
        assert word in head or (word == 'Paper' and base_is_ours)
    # a figure is not told without its source
    assert 'AP ' not in head or 'published by' in head or 'tiny' in path.stem
    assert path.is_relative_to(ROOT)


def test_dev_predictions_are_written(tmp_path):
    """The tool writes what the server reads, without annotations."""
    (path,) = (p for p in CONFIGS if 'coco-test-dev-512' in p.name)
    cfg = load_small(path, write_data_set(tmp_path), tmp_path / 'work')
    cfg.model.head.decoder.update(score_thr=0.0, max_candidates=2)
    cfg.dump(tmp_path / 'config.py')
    init_default_scope('mmpose')
    weights = dict(state_dict=MODELS.build(cfg.model).state_dict())
    torch.save(weights, tmp_path / 'model.pth')
    files = tmp_path / 'config.py', tmp_path / 'model.pth'
    done = run_tool('test.py', *files, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    predictions = json.loads(
        Path(f'{cfg.test_evaluator.outfile_prefix}.keypoints.json').read_text()
    )
    assert {p['image_id'] for p in predictions} == {1, 2, 3}
    for person in predictions:
        assert person['category_id'] == 1
        assert len(person['keypoints']) == 3 * 17
        assert math.isfinite(person['score'])


class _NoRunner:
    """The two attributes that Runner.build_optim_wrapper reads."""

    def __init__(self, model):
        self.model = model
        self.optim_wrapper = None
