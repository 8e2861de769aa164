"""Options are merged; those that nothing reads are named."""

import copy
import inspect
import re

import mmengine.runner
import pytest
from mmengine.config import Config
from small_configs import CONFIGS, TINY

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options
from higherhrnet_plugin.cfg_options.known_keys import find_known_keys
from higherhrnet_plugin.models.heads import higherhrnet_head
from higherhrnet_plugin.models.pose_estimators import multi_scale_bottomup

PLAIN = next(p for p in CONFIGS if 'w32_8xb24-300e_coco-512' in p.name)
COMBINED = next(p for p in CONFIGS if 'combined' in p.parts)


@pytest.fixture(scope='module')
def configs():
    return {path: Config.fromfile(path) for path in (PLAIN, TINY, COMBINED)}


@pytest.fixture
def warn(configs, capsys):
    """Apply options to a config; return the warning."""

    def apply(path=PLAIN, **options):
        cfg = copy.deepcopy(configs[path])
        apply_cfg_options(cfg, options)
        return capsys.readouterr().err

    return apply


def test_options_are_merged(configs):
    cfg = copy.deepcopy(configs[PLAIN])
    apply_cfg_options(cfg, None)
    assert cfg.to_dict() == configs[PLAIN].to_dict()
    apply_cfg_options(
        cfg,
        {
            'train_dataloader.dataset.pipeline.1.input_size': (64, 64),
            'randomness.seed': 3,
        },
    )
    affine = cfg.train_dataloader.dataset.pipeline[1]
    assert affine == dict(
        configs[PLAIN].train_dataloader.dataset.pipeline[1],
        input_size=(64, 64),
    )
    assert cfg.randomness == {'seed': 3}


@pytest.mark.parametrize(
    'options',
    [
        {'model.compile_network': True},
        {'model.channels_last': True},
        {'model.finetune.checkpoint': 'a.pth'},
        {'model.head.decoder.instance_thr': 0.2},
        {'model.test_cfg.output_heatmaps': True},
        {'model.test_cfg.shift_heatmap': True},
        {'model.data_preprocessor.batch_augments': []},
        {
            'model.backbone.init_cfg.type': 'Pretrained',
            'model.backbone.init_cfg.checkpoint': 'a.pth',
        },
        {'model.backbone.frozen_stages': 1},
        {'model.backbone.extra.stage5.num_blocks': 2},
        {'train_cfg.max_epochs': 2},
        {'train_cfg.dynamic_intervals': [(1, 2)]},
        {'train_cfg.by_epoch': False, 'train_cfg.max_iters': 3},
        {'randomness.seed': 1, 'randomness.deterministic': True},
        {'train_dataloader.dataset.indices': 8},
        {'train_dataloader.dataset.category': 'person'},
        {'train_dataloader.prefetch_factor': 4},
        {'train_dataloader.num_batch_per_epoch': 4},
        {'optim_wrapper.type': 'AmpOptimWrapper'},
        {
            'optim_wrapper.type': 'AmpOptimWrapper',
            'optim_wrapper.loss_scale': 'dynamic',
        },
        {'optim_wrapper.accumulative_counts': 4},
        {'optim_wrapper.clip_grad.max_norm': 1},
        {'optim_wrapper.paramwise_cfg.custom_keys.head.lr_mult': 10},
        {'optim_wrapper.optimizer.weight_decay': 0.1},
        {'param_scheduler.0.convert_to_iter_based': True},
        {'default_hooks.checkpoint.max_keep_ckpts': 2},
        {'default_hooks.timer.priority': 'LOW'},
        {'default_hooks.runtime_info.type': 'RuntimeInfoHook'},
        {'default_hooks.ema.type': 'EMAHook'},
        {'default_hooks.ema': dict(type='EMAHook')},
        {'custom_hooks.0.priority': 'LOW'},
        {'visualizer.vis_backends.0.save_dir': 'a'},
        {'test_evaluator.outfile_prefix': 'a'},
        {'env_cfg.dist_cfg.timeout': 10},
        {'env_cfg.resource_limit': 10},
        {'auto_scale_lr.enable': True},
        {'log_processor.mean_pattern': 'a'},
        {'load_from': 'a.pth', 'resume': True, 'work_dir': 'a'},
        {'compile': True, 'experiment_name': 'a', 'log_level': 'ERROR'},
        {'train_dataloader.dataset._delete_': True},
    ],
    ids=lambda options: next(iter(options)),
)
def test_new_keys_that_something_reads_are_no_alarm(warn, options):
    assert warn(**options) == ''


@pytest.mark.parametrize('path', [PLAIN, TINY, COMBINED])
def test_no_key_of_a_config_would_be_an_alarm(configs, warn, path):
    # each is taken out and given as an option again
    whole = configs[path]
    read = find_known_keys((), whole._cfg_dict).names - {'custom_imports'}
    keys = [key for key in leaves(whole._cfg_dict) if key[0] in read]
    assert len(keys) > 100
    for key in keys:
        cfg = copy.deepcopy(whole)
        parent = cfg._cfg_dict
        for name in key[:-1]:
            parent = parent[name]
        value = parent.pop(key[-1])
        configs[path] = cfg
        try:
            assert warn(path, **{'.'.join(map(str, key)): value}) == ''
        finally:
            configs[path] = whole


def leaves(node, path=()):
    """List the keys below which there are no others."""
    for name, value in node.items():
        items = value if isinstance(value, list) else []
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, name))
        elif any(isinstance(item, dict) for item in items):
            for i, item in enumerate(items):
                yield from leaves(item, (*path, name, i))
        else:
            yield (*path, name)


@pytest.mark.parametrize(
    ('key', 'meant'),
    [
        ('train_dataloder.batch_size', 'train_dataloader.batch_size'),
        ('train_dataloader.dataset.data_rot', 'dataset.data_root'),
        ('model.compile_netwrk', 'model.compile_network'),
        ('model.head.decoder.instance_th', 'model.head.decoder.instance_thr'),
        ('model.test_cfg.flip_tset', 'model.test_cfg.flip_test'),
        ('train_cfg.max_epoch', 'train_cfg.max_epochs'),
        ('randomness.sead', 'randomness.seed'),
        ('default_hooks.chekpoint.interval', 'default_hooks.checkpoint'),
        ('default_hooks.checkpoint.intervall', 'checkpoint.interval?'),
        ('model.backbone.extra.stage4.num_chanels', 'stage4.num_channels'),
        ('optim_wrapper.optimizer.weight_dcay', 'optimizer.weight_decay'),
        ('train_dataloader.dataset.pipeline.1.scale_factr', '1.scale_factor'),
        ('test_dataloader.dataset.scale', 'test_dataloader.dataset.scales'),
        ('test_evaluator.outfile_prefx', 'test_evaluator.outfile_prefix'),
        ('lr', 'optim_wrapper.optimizer.lr?'),
        ('dataset.data_root', 'train_dataloader.dataset.data_root or val'),
        ('env_cfg.cudnn_bench', 'env_cfg.cudnn_benchmark'),
    ],
)
def test_slips_are_named(warn, key, meant):
    text = warn(**{key: 1})
    assert text.startswith(f'warning: --cfg-options: `{key}` is not in the co')
    assert text.count('\n') == 1
    assert '(did you mean ' in text
    assert meant in text.partition('did you mean')[2]


@pytest.mark.parametrize(
    'key', ['zzz', 'model.zzz', 'optim_wrapper.loss_scale', 'default_hooks.zz']
)
def test_keys_like_no_other_are_named_too(warn, key):
    assert warn(**{key: 1}) == (
        f'warning: --cfg-options: `{key}` is not in the config and nothing '
        'reads it\n'
    )


def test_there_is_one_warning(warn):
    text = warn(
        **{'lr': 1, 'randomness.seed': 1, 'model.zzz': 1, 'data_root': 'x'}
    )
    assert text.count('warning') == text.count('\n') == 1
    for word in ('`lr`', '`model.zzz`', '`data_root` changes nothing'):
        assert word in text
    assert 'randomness' not in text


def test_variables_of_the_file_change_nothing(warn):
    text = warn(data_root='x')
    assert 'train_dataloader.dataset.data_root' in text


def test_the_first_free_index_adds_to_a_list(configs, capsys):
    cfg = copy.deepcopy(configs[PLAIN])
    options = {
        'custom_hooks.2.type': 'EarlyStoppingHook',
        'custom_hooks.1.type': 'EMAHook',
        'custom_hooks.1.ema_type': 'ExpMomentumEMA',
    }
    apply_cfg_options(cfg, options)
    first, *added = cfg.custom_hooks
    assert first.type == 'SyncBuffersHook'
    assert added == [
        dict(type='EMAHook', ema_type='ExpMomentumEMA'),
        dict(type='EarlyStoppingHook'),
    ]
    assert not capsys.readouterr().err
    assert len(configs[PLAIN].custom_hooks) == 1
    many = {f'custom_hooks.{i}.type': str(i) for i in range(11, 0, -1)}
    cfg = copy.deepcopy(configs[PLAIN])
    apply_cfg_options(cfg, many)
    assert [h.type for h in cfg.custom_hooks[1:]] == list(
        map(str, range(1, 12))
    )
    # plain values are no dicts
    with pytest.raises(ValueError, match='not to be set'):
        apply_cfg_options(cfg, {'custom_hooks.12': 1})


@pytest.mark.parametrize(
    ('key', 'words'),
    [
        ('custom_hooks.7.type', 'Index 7 exceeds the length'),
        ('train_dataloader.dataset.pipeline.x.y', 'must be integers'),
        ('model.type.x', 'is a dict in the child'),
    ],
)
def test_keys_that_lead_nowhere_are_an_error(warn, key, words):
    with pytest.raises(ValueError, match=words) as error:
        warn(**{key: 1})
    assert str(error.value).startswith(f'--cfg-options {key}: ')


@pytest.mark.parametrize('variable', ['RANK', 'SLURM_PROCID'])
def test_other_processes_are_silent(warn, monkeypatch, variable):
    monkeypatch.setenv(variable, '0')
    assert warn(lr=1)
    monkeypatch.setenv(variable, '1')
    assert not warn(lr=1)


def test_all_that_mmengine_reads_at_the_top_is_known():
    # a new version may read more
    source = inspect.getsource(mmengine.runner.Runner)
    read = set(re.findall(r"\bcfg\.get\(\s*'(\w+)'", source))
    assert {'model_wrapper_cfg', 'randomness', 'sync_bn'} <= read
    # those of parts of a config
    read -= {'seed', 'priority', 'type', 'cudnn_benchmark', 'mp_cfg'}
    read -= {'dist_cfg', 'resource_limit', 'num_workers'}
    assert read <= find_known_keys((), {}).names


def test_all_settings_of_the_test_that_we_read_are_known():
    known = find_known_keys(('model', 'test_cfg'), {}).names
    for module in (higherhrnet_head, multi_scale_bottomup):
        source = inspect.getsource(module)
        read = set(re.findall(r"test_cfg\.get\(\s*'(\w+)'", source))
        assert read
        assert read <= known
