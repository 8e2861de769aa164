"""Losses of any maps and people, against plain references."""

import numpy as np
import pytest
import torch
from helpers import reference_ae
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from higherhrnet_plugin import (
    MultiResolutionAELoss,
    MultiResolutionHeatmapLoss,
)
from higherhrnet_plugin.models.losses.masked_mse import masked_mse

SIDES = st.integers(1, 5)
VALUES = st.floats(-4, 4, width=32)
ODD = st.sampled_from([0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 2.0**127])


@st.composite
def maps(draw, values=VALUES):
    b, k, h, w = (draw(SIDES) for _ in range(4))
    arrays = [
        draw(hnp.arrays(np.float32, (b, k, h, w), elements=values))
        for _ in range(2)
    ]
    mask = draw(hnp.arrays(np.bool_, (b, h, w)))
    return (*map(torch.from_numpy, arrays), torch.from_numpy(mask))


@given(maps())
def test_masked_error_is_the_plain_formula(sample):
    pred, target, mask = sample
    expected = np.zeros(pred.shape)
    for index in np.ndindex(*pred.shape):
        b, _, y, x = index
        if mask[b, y, x]:
            expected[index] = (pred[index] - target[index]) ** 2
    loss = masked_mse(pred, target, mask.float())
    assert loss.item() == pytest.approx(expected.mean(), rel=1e-5, abs=1e-7)


@given(maps(ODD))
def test_what_is_masked_counts_nothing(sample):
    pred, target, mask = sample
    pred, target = pred.clone(), target.nan_to_num(0, 1, 1).clamp(-1, 1)
    # where the mask is open, values are finite
    pred = torch.where(
        mask[:, None], pred.nan_to_num(0, 1, 1).clamp(-1, 1), pred
    )
    clean = torch.where(mask[:, None], pred, torch.zeros(()))
    results = []
    for values in (pred, clean):
        values = values.clone().requires_grad_()
        (loss,) = MultiResolutionHeatmapLoss()(
            [values], [target], [mask.float()]
        )
        loss.backward()
        results.append((loss.item(), values.grad))
    (ours, grad), (theirs, expected) = results
    assert np.isfinite(ours)
    assert ours == pytest.approx(theirs, rel=1e-6)
    assert torch.isfinite(grad).all()
    torch.testing.assert_close(grad, expected)


@st.composite
def tagged(draw):
    levels, k, h, w = (draw(st.integers(1, 3)) for _ in range(4))
    n = draw(st.integers(0, 4))
    tags = draw(hnp.arrays(np.float32, (levels, k, h, w), elements=VALUES))
    cells = draw(
        hnp.arrays(np.int64, (n, k), elements=st.integers(0, h * w - 1))
    )
    valid = draw(hnp.arrays(np.int64, (n, k), elements=st.integers(0, 1)))
    indices = torch.from_numpy(np.stack((cells, valid), axis=-1))
    return torch.from_numpy(tags), indices.reshape(n, k, 2)


@pytest.mark.parametrize('push_type', ['exp', 'max'])
@given(sample=tagged(), shift=st.floats(-2, 2, width=32))
def test_ae_loss_is_the_plain_formula(sample, shift, push_type):
    tags, indices = sample
    loss = MultiResolutionAELoss(1, 1, push_type=push_type)

    def compute(tags, indices):
        maps = tags.reshape(1, -1, *tags.shape[2:])
        return [value.item() for value in loss(maps, [indices])]

    expected = [
        value.item() for value in reference_ae(tags, indices, push_type)
    ]
    assert compute(tags, indices) == pytest.approx(
        expected, rel=1e-4, abs=1e-5
    )
    # it does not matter who is first, nor where tags lie as a whole
    turned = compute(tags, indices.flip(0))
    assert turned == pytest.approx(expected, rel=1e-4, abs=1e-5)
    moved = compute(tags + shift, indices)
    assert moved == pytest.approx(expected, rel=1e-3, abs=1e-4)
