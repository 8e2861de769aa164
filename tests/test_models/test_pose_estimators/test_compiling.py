"""Networks that run through torch.compile, compared with plain ones."""

import copy
import pickle

import pytest
import torch
from data_sets import write_data_set
from mmengine.model import ExponentialMovingAverage
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import MODELS
from small_configs import TINY, load_small
from torch import nn

import higherhrnet_plugin  # noqa: F401
from higherhrnet_plugin.models.pose_estimators import compiling


@pytest.fixture(scope='module')
def cfg(tmp_path_factory):
    folder = tmp_path_factory.mktemp('data')
    cfg = load_small(TINY, write_data_set(folder, people=(2, 1)), folder)
    # every peak of random maps may be a person
    cfg.model.head.decoder.score_thr = 0.0
    cfg.model.test_cfg.update(flip_test=True, output_heatmaps=True)
    init_default_scope('mmpose')
    return cfg


@pytest.fixture
def ran():
    """List the graphs that ran, once for each time."""
    torch.compiler.reset()
    return []


def build(cfg, ran=None, seed=0):
    """Build a network with outputs of a usual size, compiled for ``ran``."""
    cfg = copy.deepcopy(cfg.model)

    def backend(graph, inputs):
        def run(*arguments):
            ran.append(graph)
            return graph(*arguments)

        return run

    if ran is not None:
        cfg.compile_network = dict(backend=backend)
    torch.manual_seed(seed)
    model = MODELS.build(cfg)
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.kaiming_normal_(layer.weight)
    return model.eval()


def batch_of(cfg, name):
    """Load a batch of the training or test data."""
    loader = copy.deepcopy(cfg[f'{name}_dataloader'])
    return next(iter(Runner.build_dataloader(loader, seed=0)))


def compare(ours, expected, rtol=1e-5):
    """Compare tensors up to a part of the largest value."""
    atol = rtol * float(expected.abs().max())
    torch.testing.assert_close(ours, expected, rtol=0, atol=atol)


def predict(model, cfg):
    with torch.no_grad():
        return model.test_step(batch_of(cfg, 'test'))


def compare_results(ours, expected):
    assert len(ours) == len(expected) > 0
    for a, b in zip(ours, expected):
        for name in ('heatmaps', 'tags'):
            compare(a.pred_fields.get(name), b.pred_fields.get(name))
        found, people = a.pred_instances, b.pred_instances
        assert len(found) == len(people) > 0
        for name in ('keypoints', 'keypoint_scores'):
            compare(torch.tensor(found[name]), torch.tensor(people[name]))


def test_tests_give_the_same_people_and_maps(cfg, ran):
    ours, expected = predict(build(cfg, ran), cfg), predict(build(cfg), cfg)
    compare_results(ours, expected)
    # backbone and head, plain and mirrored, each in one piece
    sizes = {sample.img_shape for sample in ours}
    assert len(ran) == 4 * len(sizes)


def test_network_alone(cfg, ran):
    model, plain = build(cfg, ran), build(cfg)
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        ours = model(images, None, mode='tensor')
        expected = plain(images, None, mode='tensor')
    assert len(ran) == 2
    for levels in zip(ours, expected):
        for a, b in zip(*levels):
            assert (a is None) == (b is None)
            if b is not None:
                compare(a, b)


def test_checkpoints_load_before_and_after(cfg, ran, tmp_path):
    model, plain, other = build(cfg, ran), build(cfg), build(cfg, seed=1)
    assert list(model.state_dict()) == list(plain.state_dict())
    predict(model, cfg)
    torch.save(other.state_dict(), tmp_path / 'other.pth')
    model.load_state_dict(torch.load(tmp_path / 'other.pth'))
    ran.clear()
    compare_results(predict(model, cfg), predict(other, cfg))
    assert ran
    plain.load_state_dict(model.state_dict())
    compare_results(predict(plain, cfg), predict(other, cfg))


def test_training_step_is_the_same(cfg, ran):
    losses, grads = [], []
    data = batch_of(cfg, 'train')
    for model in (build(cfg, ran), build(cfg)):
        batch = model.data_preprocessor(copy.deepcopy(data), True)
        total, logged = model.parse_losses(model.train()(**batch, mode='loss'))
        total.backward()
        losses.append({n: v.detach() for n, v in logged.items()})
        grads.append({n: p.grad for n, p in model.named_parameters()})
    assert len(ran) == 2
    for name, value in losses[1].items():
        compare(losses[0][name], value)
    assert grads[1]
    for name, value in grads[1].items():
        compare(grads[0][name], value, rtol=1e-4)


@pytest.mark.parametrize('after', [False, True])
def test_copies_are_compiled(cfg, ran, after):
    model = build(cfg, ran)
    if after:
        predict(model, cfg)
    before = len(ran)
    twin = copy.deepcopy(model)
    with torch.no_grad():
        next(twin.backbone.parameters()).mul_(2)
    plain = build(cfg)
    plain.load_state_dict(twin.state_dict())
    compare_results(predict(twin, cfg), predict(plain, cfg))
    assert len(ran) > before
    compare_results(predict(model, cfg), predict(build(cfg), cfg))


def test_pickles(cfg):
    model = MODELS.build({**cfg.model, 'compile_network': True})
    twin = pickle.loads(pickle.dumps(model))
    assert twin.compile_network is True
    for name, value in model.state_dict().items():
        assert torch.equal(twin.state_dict()[name], value)


def test_averaged_weights_are_used(cfg, ran):
    """MMEngine's hook swaps the values of the parameters for a test."""
    model = build(cfg, ran)
    predict(model, cfg)
    average = ExponentialMovingAverage(model, momentum=0.5)
    model.load_state_dict(build(cfg, seed=1).state_dict())
    average.update_parameters(model)
    average.update_parameters(model)
    expected = build(cfg)
    expected.load_state_dict(average.module.state_dict())
    swapped = dict(average.module.named_parameters())
    for name, value in model.named_parameters():
        value.data, swapped[name].data = swapped[name].data, value.data
    ran.clear()
    compare_results(predict(model, cfg), predict(expected, cfg))
    assert ran


@pytest.mark.parametrize('value', [None, 1, 'yes', ['dynamic']], ids=str)
def test_neither_a_switch_nor_arguments(cfg, value):
    with pytest.raises(ValueError, match='`compile_network` is True, False'):
        MODELS.build({**cfg.model, 'compile_network': value})


@pytest.mark.parametrize('mode', ['reduce-overhead', 'max-autotune'])
def test_cuda_graphs_are_refused(mode):
    with pytest.raises(ValueError, match=r'compile_network\.mode.*CUDA'):
        compiling.check_compile(dict(mode=mode))
    compiling.check_compile(dict(mode='default', dynamic=True))


def test_torch_that_cannot_compile_in_place(cfg, monkeypatch):
    monkeypatch.delattr(nn.Module, 'compile')
    with pytest.raises(
        ValueError, match=r'`compile_network` needs torch 2\.1'
    ):
        MODELS.build({**cfg.model, 'compile_network': True})
    MODELS.build(cfg.model)
