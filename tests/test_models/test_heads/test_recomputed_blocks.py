"""``with_cp`` changes memory and running statistics, and nothing else."""

import pytest
import torch

from higherhrnet_plugin.layers.pyramid import make_deconv_block


def run(with_cp):
    """Run a step of a deconvolution and its blocks."""
    torch.manual_seed(0)
    block = make_deconv_block(4, 6, 4, 2, {'type': 'BN'}, with_cp)
    maps = torch.randn(2, 4, 5, 7, requires_grad=True)
    block.train()(maps).square().sum().backward()
    gradients = [maps.grad, *(p.grad for p in block.parameters())]
    return gradients, dict(block.named_buffers())


@pytest.mark.filterwarnings('ignore:torch.utils.checkpoint')
def test_gradients_are_equal_and_statistics_move_twice():
    (plain, once), (saving, twice) = run(False), run(True)
    assert all(map(torch.equal, plain, saving))
    for name, value in once.items():
        inside = not name.startswith('0.')
        if name.endswith('num_batches_tracked'):
            assert twice[name] == value + inside
        elif name.endswith('running_mean'):
            # 0.1 of a step, then 0.1 of what is left
            times = 1.9 if inside else 1.0
            torch.testing.assert_close(twice[name], times * value)
