"""A training starts from a network with other keypoints."""

import copy

import pytest
import torch
from checkpoint_files import (
    build,
    collect_log,
    hrnet,
    imagenet,
    mmpose_0x,
    official,
    randomise,
    same,
)
from data_sets import write_data_set
from mmengine.runner import Runner
from small_configs import TINY, load_small

from higherhrnet_plugin.checkpoints import find_keypoint_names

COCO = find_keypoint_names('coco')
CROWD = find_keypoint_names('crowdpose')
DEPENDENT = {
    'head.final_layers.0.weight',
    'head.final_layers.0.bias',
    'head.final_layers.1.weight',
    'head.final_layers.1.bias',
    'head.deconv_layers.0.0.0.weight',
}


@pytest.fixture
def log():
    with collect_log() as lines:
        yield lines


@pytest.fixture
def coco(tmp_path):
    """Write weights for COCO; return them and the file."""
    weights = randomise(build(17))
    torch.save(official(weights), tmp_path / 'coco.pth')
    return weights, str(tmp_path / 'coco.pth')


def check(found, weights, k, names):
    """Compare every row; the fresh ones are as small as their start."""
    for name, value in found.items():
        if name not in DEPENDENT:
            assert torch.equal(value, weights[name]), name
    for name in DEPENDENT:
        value, features = found[name], 0
        if 'deconv' in name:
            features = 4
            assert torch.equal(value[:4], weights[name][:4])
        blocks = (len(value) - features) // k
        assert blocks == (1 if '.1.' in name else 2)
        for block in range(blocks):
            for i, keypoint in enumerate(names or [''] * k):
                row = value[features + block * k + i]
                if keypoint in COCO:
                    j = COCO.index(keypoint)
                    old = weights[name][features + block * 17 + j]
                    assert torch.equal(row, old)
                else:
                    # trained values are 0.5 or more
                    assert row.abs().max() < 0.1


def test_17_to_14_by_name(coco, log):
    weights, file = coco
    model = build(
        14, finetune=dict(checkpoint=file, source='coco', target='crowdpose')
    )
    model.init_weights()
    check(model.state_dict(), weights, 14, CROWD)
    (line,) = [text for text in log if text.startswith('finetune from')]
    assert f'kept {len(weights) - 5} tensors' in line
    assert line.endswith('mapped keypoints: ' + ', '.join(CROWD[:12]))
    assert set(CROWD[:12]) < set(COCO)
    # a second call, which mmengine leaves without effect, keeps the weights
    trained = randomise(model, 3)
    model.init_weights()
    assert same(model.state_dict(), trained)


def test_17_to_5(coco):
    weights, file = coco
    names = ['tail', 'nose', 'left_ear', 'fin', 'right_ankle']
    model = build(5, finetune=dict(checkpoint=file, source=COCO, target=names))
    model.init_weights()
    check(model.state_dict(), weights, 5, names)


@pytest.mark.parametrize('k', [14, 5, 17])
def test_without_names(coco, k):
    weights, file = coco
    model = build(k, finetune=dict(checkpoint=file))
    model.init_weights()
    check(model.state_dict(), weights, k, None)


def test_no_backbone_file_is_read(coco, tmp_path):
    weights, file = coco
    backbone = hrnet()
    start = dict(type='Pretrained', checkpoint=str(tmp_path / 'none.pth'))
    backbone['init_cfg'] = start
    model = build(5, backbone=backbone, finetune=dict(checkpoint=file))
    model.init_weights()
    check(model.state_dict(), weights, 5, None)
    assert model.backbone.init_cfg == start


def test_channels_last(coco):
    weights, file = coco
    model = build(5, finetune=dict(checkpoint=file), channels_last=True)
    model.init_weights()
    check(model.state_dict(), weights, 5, None)
    assert model.backbone.conv1.weight.is_contiguous(
        memory_format=torch.channels_last
    )


@pytest.mark.parametrize(
    ('finetune', 'words'),
    [
        (dict(source='coco', target='aic'), 'got .*source'),
        (dict(checkpoint='a', source='coco'), 'both or none'),
        (dict(checkpoint='a', from_='coco'), 'from_'),
    ],
)
def test_bad_options(finetune, words):
    with pytest.raises(ValueError, match=words):
        build(5, finetune=finetune)


def test_files_that_do_not_serve(coco, tmp_path):
    def refuse(words, k=5, error=ValueError, file=coco[1], **options):
        finetune = dict(checkpoint=file, **options.pop('names', {}))
        model = build(k, finetune=finetune, **options)
        before = model.state_dict()
        with pytest.raises(error, match=words):
            model.init_weights()
        return before

    refuse('none.pth', error=FileNotFoundError, file='none.pth')
    refuse('HigherHRNet-W4 for 17 .* model is HigherHRNet-W6', width=6)
    torch.save(imagenet(), tmp_path / 'imagenet.pth')
    refuse(
        'an HRNet-W4 of ImageNet without a pose head',
        file=str(tmp_path / 'imagenet.pth'),
    )
    refuse('`target` has 14', names=dict(source='coco', target='crowdpose'))
    refuse("data set 'cocos'", names=dict(source='cocos', target='aic'))
    refuse(
        'exclude each other',
        init_cfg=dict(type='Pretrained', checkpoint=coco[1]),
    )


@pytest.mark.slow
def test_training_starts_and_resumes(tmp_path):
    cfg = load_small(TINY, write_data_set(tmp_path), tmp_path / 'work')
    cfg.model.backbone = hrnet()
    cfg.model.head.update(in_channels=4, deconv_channels=4)
    cfg.default_hooks.checkpoint.update(interval=1)
    cfg.optim_wrapper.optimizer.lr = 1e-4
    blocks = cfg.model.head.get('num_blocks', 4)
    weights = randomise(build(14, head=dict(num_blocks=blocks)))
    file = tmp_path / 'crowd.pth'
    torch.save({'state_dict': mmpose_0x(weights)}, file)
    cfg.model.finetune = dict(
        checkpoint=str(file), source='crowdpose', target='coco'
    )
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter > 0
    trained = {n: v.clone() for n, v in runner.model.state_dict().items()}
    name = 'backbone.conv1.weight'
    change = (trained[name] - weights[name]).abs().max()
    # it has moved a little from where it came
    assert 0 < change < 1e-2
    (file_log,) = (tmp_path / 'work').rglob('*.log')
    assert file_log.read_text().count('finetune from') == 1

    resumed = copy.deepcopy(cfg)
    resumed.resume = True
    resumed.train_cfg.max_epochs = 2
    resumed.experiment_name = resumed.visualizer.name = f'{tmp_path}-resumed'
    runner = Runner.from_cfg(resumed)
    runner.load_or_resume()
    assert same(runner.model.state_dict(), trained)
    runner.train()
    assert runner.epoch == 2

    # a complete file stays strict, finetune or not
    cfg.load_from = str(file)
    cfg.work_dir = str(tmp_path / 'strict')
    cfg.experiment_name = cfg.visualizer.name = f'{tmp_path}-strict'
    with pytest.raises(ValueError, match='for 14 keypoints'):
        Runner.from_cfg(cfg).train()
