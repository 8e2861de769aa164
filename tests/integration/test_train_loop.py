"""A real Runner trains, validates, resumes and tests on the CPU."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from mmengine.runner import Runner
from small_configs import TINY, load_small

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options


@pytest.fixture
def cfg(tmp_path):
    people = write_data_set(tmp_path, people=(0, 1, 4, 2))
    cfg = load_small(TINY, people, tmp_path / 'work')
    cfg.default_hooks.checkpoint.update(interval=1)
    # nothing is learned in a few steps, so let weak peaks be people
    cfg.model.head.decoder.score_thr = 0.0
    return cfg


def scalars(cfg):
    """Read what was logged, run by run."""
    files = sorted(Path(cfg.work_dir).glob('*/vis_data/scalars.json'))
    return [
        [json.loads(line) for line in file.read_text().splitlines()]
        for file in files
    ]


@pytest.mark.slow
def test_trains_resumes_and_tests(cfg):
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter == 2
    ((*losses, metric),) = scalars(cfg)
    for record in losses:
        for name in ('loss_heatmap_0', 'loss_heatmap_1', 'loss_pull'):
            assert 0 < record[name] < 1
        assert 0 <= record['loss_push'] < 1
        total = sum(v for k, v in record.items() if k.startswith('loss_'))
        assert record['loss'] == pytest.approx(total, rel=1e-5)
    assert 0 <= metric['coco/AP'] <= 1
    trained = {k: v.clone() for k, v in runner.model.state_dict().items()}

    cfg.train_cfg.max_epochs = 2
    cfg.resume = True
    cfg.experiment_name = 'resumed'
    runner = Runner.from_cfg(cfg)
    runner.load_or_resume()
    assert (runner.epoch, runner.iter) == (1, 2)
    for name, value in runner.model.state_dict().items():
        assert torch.equal(value, trained[name])
    momenta = runner.optim_wrapper.optimizer.state_dict()['state']
    assert all(state['step'] == 2 for state in momenta.values())
    runner.train()
    assert (runner.epoch, runner.iter) == (2, 4)

    cfg.resume = False
    cfg.load_from = f'{cfg.work_dir}/epoch_2.pth'
    cfg.experiment_name = 'tested'
    metrics = Runner.from_cfg(cfg).test()
    assert set(metrics) >= {'coco/AP', 'coco/AP (M)', 'coco/AP (L)'}


@pytest.mark.parametrize('flip', [True, False], ids=['flip', 'plain'])
@pytest.mark.parametrize(
    'scales', [(1,), (2, 1), (2, 1, 0.5)], ids=['1', '2-1', '2-1-0.5']
)
def test_test_time_options(cfg, flip, scales):
    cfg.model.test_cfg.flip_test = flip
    cfg.test_dataloader.dataset.scales = scales
    cfg.test_dataloader.dataset.resize = dict(size_factor=32)
    cfg.experiment_name = f'options-{flip}-{len(scales)}'
    metrics = Runner.from_cfg(cfg).test()
    assert np.isfinite(metrics['coco/AP'])


def test_warns_of_nothing_when_nobody_is_found(cfg, caplog):
    cfg.model.head.decoder.score_thr = 10.0
    cfg.experiment_name = 'nobody'
    with caplog.at_level(logging.ERROR):
        metrics = Runner.from_cfg(cfg).test()
    assert metrics['coco/AP'] == 0
    assert not caplog.records


def test_pictures_are_written(cfg, tmp_path):
    cfg.default_hooks.visualization.update(
        enable=True, out_dir='pictures', interval=1
    )
    cfg.model.test_cfg.output_heatmaps = True
    cfg.experiment_name = 'pictures'
    Runner.from_cfg(cfg).test()
    assert len(list((tmp_path / 'work').rglob('*.png'))) >= 4


def test_moving_average_as_the_main_config_says(cfg):
    cfg.custom_hooks = [
        dict(type='SyncBuffersHook'),
        dict(type='EMAHook', ema_type='ExpMomentumEMA', update_buffers=True),
    ]
    cfg.experiment_name = 'ema'
    runner = Runner.from_cfg(cfg)
    runner.train()
    saved = torch.load(
        f'{cfg.work_dir}/epoch_1.pth', map_location='cpu', weights_only=True
    )
    assert {'state_dict', 'ema_state_dict'} <= set(saved)
    name = 'head.final_layers.0.weight'
    average = saved['ema_state_dict'][f'module.{name}']
    assert not torch.equal(saved['state_dict'][name], average)


@pytest.mark.slow
def test_stops_early_by_our_metric(cfg):
    hook = dict(monitor='coco/AP', rule='greater', patience=1, min_delta=2)
    options = {f'custom_hooks.1.{key}': hook[key] for key in hook}
    options['custom_hooks.1.type'] = 'EarlyStoppingHook'
    apply_cfg_options(cfg, options)
    cfg.train_cfg.max_epochs = 5
    cfg.experiment_name = 'early'
    runner = Runner.from_cfg(cfg)
    runner.train()
    # no AP is better by two than that of the first epoch
    assert runner.epoch == 2
    assert Path(cfg.work_dir, 'epoch_2.pth').is_file()


def test_tensorboard_shows_what_the_log_holds(cfg):
    pytest.importorskip('tensorboard', reason='it is an extra')
    from tensorboard.backend.event_processing import event_accumulator

    apply_cfg_options(
        cfg, {'visualizer.vis_backends.1.type': 'TensorboardVisBackend'}
    )
    cfg.visualizer.name = cfg.experiment_name = f'{cfg.work_dir}-tensorboard'
    Runner.from_cfg(cfg).train()
    ((*losses, metric),) = scalars(cfg)
    (events,) = Path(cfg.work_dir).glob('*/vis_data/events.*')
    shown = event_accumulator.EventAccumulator(str(events))
    shown.Reload()
    for name in ('loss', 'loss_heatmap_1', 'loss_push'):
        assert [event.value for event in shown.Scalars(name)] == (
            pytest.approx([record[name] for record in losses])
        )
    assert [e.value for e in shown.Scalars('coco/AP')] == (
        pytest.approx([metric['coco/AP']])
    )


def test_the_main_config_leaves_a_record(cfg, tmp_path):
    cfg.experiment_name = 'record'
    Runner.from_cfg(cfg).train()
    (file,) = Path(cfg.work_dir).glob('*/experiment.json')
    record = json.loads(file.read_text())
    assert record['data']['train'][0]['ann_file'] == (
        str(tmp_path / 'people.json')
    )
    assert record['config'] == cfg.pretty_text
