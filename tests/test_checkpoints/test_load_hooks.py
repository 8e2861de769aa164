"""Files of every origin load on every way, and must fit."""

import copy
import pickle

import pytest
import torch
from checkpoint_files import (
    ORIGINS,
    build,
    collect_log,
    hrnet,
    imagenet,
    mmpose_0x,
    official,
    randomise,
    same,
    write_bomb,
)
from data_sets import write_data_set
from mmengine.model import ExponentialMovingAverage
from mmengine.registry import DefaultScope
from mmengine.runner import Runner, load_checkpoint
from mmpose.apis import MMPoseInferencer, init_model
from mmpose.registry import MODELS
from small_configs import TINY, load_small
from torch import nn

from higherhrnet_plugin.checkpoints import WeightsError


@pytest.fixture(scope='module')
def cfg(tmp_path_factory):
    folder = tmp_path_factory.mktemp('weights')
    cfg = load_small(TINY, write_data_set(folder), folder / 'work')
    cfg.model.backbone = hrnet()
    cfg.model.head.update(in_channels=4, deconv_channels=4)
    cfg.dump(folder / 'config.py')
    cfg.file = str(folder / 'config.py')
    return cfg


@pytest.fixture(scope='module')
def weights(cfg):
    with DefaultScope.overwrite_default_scope('mmpose'):
        return randomise(MODELS.build(cfg.model))


@pytest.mark.parametrize('origin', ORIGINS)
def test_runner(cfg, weights, save, origin, tmp_path):
    cfg = copy.deepcopy(cfg)
    cfg.experiment_name = cfg.visualizer.name = f'{tmp_path}-{origin}'
    cfg.load_from = save(ORIGINS[origin](weights))
    runner = Runner.from_cfg(cfg)
    runner.load_or_resume()
    assert same(runner.model.state_dict(), weights)
    randomise(runner.model, 5)
    runner.load_checkpoint(cfg.load_from)
    assert same(runner.model.state_dict(), weights)


@pytest.mark.parametrize('origin', ORIGINS)
def test_init_model(cfg, weights, save, origin):
    file = save(ORIGINS[origin](weights))
    model = init_model(cfg.file, file, device='cpu')
    assert same(model.state_dict(), weights)


@pytest.mark.parametrize('origin', ['official-fp16', 'mmpose-0x', 'plugin'])
def test_inferencer(cfg, weights, save, origin):
    inferencer = MMPoseInferencer(
        pose2d=cfg.file,
        pose2d_weights=save(ORIGINS[origin](weights)),
        device='cpu',
    )
    model = inferencer.inferencer.model
    assert same(model.state_dict(), weights)


def test_torch_and_parts_of_larger_models():
    model, expected = build(3), randomise(build(3))
    model.load_state_dict(expected)
    assert same(model.state_dict(), expected)
    model.load_state_dict(official(expected))
    assert same(model.state_dict(), expected)

    pair = nn.ModuleDict({'teacher': build(3), 'other': nn.Linear(1, 1)})
    pair.load_state_dict(
        {
            **{f'teacher.{n}': v for n, v in mmpose_0x(expected).items()},
            **{f'other.{n}': v for n, v in pair.other.state_dict().items()},
        }
    )
    assert same(pair.teacher.state_dict(), expected)
    # nothing for the estimator is the business of the larger model
    pair.load_state_dict({'other.bias': torch.zeros(1)}, strict=False)
    assert same(pair.teacher.state_dict(), expected)
    with pytest.raises(ValueError, match='do not fit'):
        pair.load_state_dict(
            {'teacher.backbone.conv1.weight': torch.ones(1)}, strict=False
        )


def test_copies_have_hooks_of_their_own():
    model, expected = build(3), randomise(build(3))
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        other.load_state_dict(official(expected))
        assert same(other.state_dict(), expected)
    assert not same(model.state_dict(), expected)
    # a copied backbone leaves the estimator alone
    backbone = copy.deepcopy(model.backbone)
    backbone.load_state_dict(official(expected))
    with pytest.raises(ValueError, match='do not fit'):
        backbone.load_state_dict(build(3, 6).backbone.state_dict())


@pytest.mark.parametrize('origin', ['official', 'plugin-parallel'])
def test_wrapped_model(save, origin):
    expected = randomise(build(3))
    model = nn.DataParallel(build(3))
    load_checkpoint(model, save(ORIGINS[origin](expected)))
    assert same(model.module.state_dict(), expected)
    with pytest.raises(ValueError, match='do not fit'):
        load_checkpoint(model, save(build(4).state_dict()))


def test_moving_average():
    model = build(3)
    expected = randomise(model)
    average = ExponentialMovingAverage(model)
    saved = copy.deepcopy(average.state_dict())
    randomise(average.module, 4)
    average.load_state_dict(saved)
    assert same(average.module.state_dict(), expected)
    other = randomise(build(3), 9)
    average.module.load_state_dict(official(other))
    assert same(average.module.state_dict(), other)
    assert same(model.state_dict(), expected)


def test_moving_average_starts_from_a_file_and_resumes(cfg, weights, tmp_path):
    cfg = copy.deepcopy(cfg)
    cfg.work_dir = str(tmp_path)
    cfg.experiment_name = cfg.visualizer.name = f'{tmp_path}-ema'
    cfg.custom_hooks = [dict(type='EMAHook', update_buffers=True)]
    cfg.default_hooks.checkpoint.update(interval=1)
    cfg.optim_wrapper.optimizer.lr = 0.0
    torch.save({'state_dict': official(weights)}, tmp_path / 'model.pth')
    cfg.load_from = str(tmp_path / 'model.pth')
    Runner.from_cfg(cfg).train()
    saved = torch.load(tmp_path / 'epoch_1.pth', weights_only=True)
    name = 'head.final_layers.1.weight'
    # nothing was learned, so both are what was loaded
    for entry, key in (
        ('state_dict', name),
        ('ema_state_dict', f'module.{name}'),
    ):
        torch.testing.assert_close(saved[entry][key], weights[name])

    cfg.load_from, cfg.resume = None, True
    cfg.train_cfg.max_epochs = 2
    cfg.experiment_name = cfg.visualizer.name = f'{tmp_path}-ema-2'
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.epoch == 2
    resumed = torch.load(tmp_path / 'epoch_2.pth', weights_only=True)
    torch.testing.assert_close(
        resumed['ema_state_dict'][f'module.{name}'], weights[name]
    )


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        pytest.param(
            lambda: official(build(17, 6).state_dict()),
            'Take a file of W4',
            id='width',
        ),
        pytest.param(
            lambda: mmpose_0x(build(14).state_dict()),
            'holds HigherHRNet-W4 for 14 keypoints',
            id='keypoints',
        ),
        pytest.param(imagenet, 'model.backbone.init_cfg=dict', id='imagenet'),
        pytest.param(
            lambda: {'epoch': 3}, 'holds no weights', id='no-tensors'
        ),
    ],
)
def test_what_does_not_fit_is_refused(cfg, save, content, words):
    file = save(content())
    with pytest.raises(ValueError, match=words):
        init_model(cfg.file, file, device='cpu')


@pytest.mark.parametrize('value', [float('nan'), float('-inf')])
@pytest.mark.parametrize('strict', [True, False])
def test_weights_that_are_not_finite_are_refused(value, strict):
    model = build(3, strict_load=strict)
    weights = randomise(build(3))
    before = {n: v.clone() for n, v in model.state_dict().items()}
    name = 'backbone.stage2.0.branches.0.0.bn1.running_var'
    weights[name][1] = value
    for content in (weights, official(weights), mmpose_0x(weights)):
        with pytest.raises(WeightsError, match=f'1 of .* infinite: {name}'):
            model.load_state_dict(content)
    bare = {n[9:]: v for n, v in weights.items() if n.startswith('backbone.')}
    with pytest.raises(WeightsError, match='NaN or infinite'):
        model.backbone.load_state_dict(bare)
    assert same(model.state_dict(), before)


def test_code_is_not_run(cfg, tmp_path):
    trace = tmp_path / 'trace'
    file = write_bomb(tmp_path / 'model.pth', trace)
    with pytest.raises(ValueError, match=r'model\.pth: refused'):
        init_model(cfg.file, str(file), device='cpu')
    assert not trace.exists()


def test_lenient_load_converts_and_warns(save):
    expected = randomise(build(3))
    file = official(expected)
    file['stage9.weight'] = torch.ones(1)
    del file['final_layers.1.bias']
    model = build(3, strict_load=False)
    with collect_log() as log:
        load_checkpoint(model, save(file), logger='current')
    (warning,) = [line for line in log if 'do not match' in line]
    assert 'backbone.stage9.weight' in warning
    assert 'head.final_layers.1.bias' in warning
    found = model.state_dict()
    found['head.final_layers.1.bias'] = expected['head.final_layers.1.bias']
    assert same(found, expected)
    with pytest.raises(ValueError, match=r'stage9\.weight'):
        load_checkpoint(build(3), save(file))
