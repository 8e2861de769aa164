"""Fused optimisers where torch does not have them."""

import warnings

import pytest
import torch
from mmengine.config import Config

from higherhrnet_plugin.compat import drop_unsupported_fused


@pytest.mark.parametrize(
    ('version', 'cuda', 'fused'),
    [
        pytest.param('2.1.2+cpu', False, False, id='old'),
        pytest.param('2.3.1', True, True, id='old on a GPU'),
        pytest.param('2.4.0', False, True, id='first that can'),
        pytest.param('2.13.0+cpu', False, True, id='new'),
    ],
)
def test_fused_stays_where_torch_has_it(monkeypatch, version, cuda, fused):
    monkeypatch.setattr(torch, '__version__', version)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: cuda)
    optimizer = dict(type='Adam', lr=0.1, fused=True)
    cfg = Config(dict(optim_wrapper=dict(optimizer=optimizer)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        drop_unsupported_fused(cfg)
    assert cfg.optim_wrapper.optimizer.fused is fused
    assert [version in str(warning.message) for warning in caught] == (
        [] if fused else [True]
    )


@pytest.mark.parametrize(
    'content',
    [
        pytest.param({}, id='no optimiser, as in a test'),
        pytest.param({'optim_wrapper': None}, id='none'),
        pytest.param(
            {'optim_wrapper': {'optimizer': {'type': 'SGD'}}}, id='not fused'
        ),
    ],
)
def test_other_configs_stay(monkeypatch, content):
    monkeypatch.setattr(torch, '__version__', '2.1.2')
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    cfg = Config(content)
    drop_unsupported_fused(cfg)
    assert cfg.to_dict() == content
