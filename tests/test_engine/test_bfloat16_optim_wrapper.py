"""Mixed precision on a CPU."""

import copy

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapper
from torch import nn

from higherhrnet_plugin.engine import BFloat16OptimWrapper
from higherhrnet_plugin.registry import OPTIM_WRAPPERS


class Model(BaseModel):
    """A layer, whose output's type is kept."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 3)
        self.dtypes = []

    def forward(self, inputs, data_samples=None, mode='tensor'):
        output = self.layer(inputs)
        self.dtypes.append(output.dtype)
        return {'loss': output.float().square().mean()}


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Model()


def wrap(kind, model, **options):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return kind(optimizer=optimizer, **options)


def train(model, wrapper, images):
    for image in images:
        model.train_step({'inputs': image}, wrapper)


def test_steps_are_those_of_autocast(model):
    images = torch.randn(3, 2, 3, 8, 8)
    plain = copy.deepcopy(model)
    train(model, wrap(BFloat16OptimWrapper, model), images)
    assert model.dtypes == [torch.bfloat16] * 3

    optimizer = wrap(OptimWrapper, plain).optimizer
    for image in images:
        with torch.autocast('cpu', dtype=torch.bfloat16):
            output = plain.layer(image)
        optimizer.zero_grad()
        output.float().square().mean().backward()
        optimizer.step()
    for ours, theirs in zip(model.parameters(), plain.parameters()):
        assert ours.dtype == torch.float32
        assert torch.equal(ours, theirs)


def test_a_checkpoint_is_that_of_float32(model):
    images = torch.randn(2, 2, 3, 8, 8)
    wrapper = wrap(BFloat16OptimWrapper, model)
    train(model, wrapper, images)
    other = copy.deepcopy(model)
    exact = wrap(OptimWrapper, other)
    exact.load_state_dict(wrapper.state_dict())
    train(other, exact, images)
    assert other.dtypes[-1] == torch.float32
    again = wrap(BFloat16OptimWrapper, model)
    again.load_state_dict(exact.state_dict())
    assert all(
        value['momentum_buffer'].dtype == torch.float32
        for value in again.optimizer.state_dict()['state'].values()
    )


def test_gradients_are_accumulated(model):
    images = torch.randn(4, 2, 3, 8, 8)
    whole = copy.deepcopy(model)
    options = {'accumulative_counts': 2}
    train(model, wrap(BFloat16OptimWrapper, model, **options), images)
    optimizer = wrap(OptimWrapper, whole).optimizer
    for pair in images.split(2):
        optimizer.zero_grad()
        for image in pair:
            with torch.autocast('cpu', dtype=torch.bfloat16):
                output = whole.layer(image)
            (output.float().square().mean() / 2).backward()
        optimizer.step()
    for ours, theirs in zip(model.parameters(), whole.parameters()):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


def test_it_is_built_by_name(model):
    options = {'optimizer': wrap(OptimWrapper, model).optimizer}
    built = OPTIM_WRAPPERS.build({'type': 'BFloat16OptimWrapper', **options})
    assert isinstance(built, BFloat16OptimWrapper)
