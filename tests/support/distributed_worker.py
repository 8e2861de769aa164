"""One process of test_distributed_training: RANK FOLDER."""

import gc
import sys

import numpy as np
import torch
import torch.distributed as dist
from helpers import codec_config, packed_samples
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from higherhrnet_plugin import HigherHRNetHead


class Losses(nn.Module):
    """A head whose forward is its loss, as a wrapped estimator's is."""

    def __init__(self):
        super().__init__()
        self.head = HigherHRNetHead(4, 5, num_blocks=1, tag_init_std=0.1)

    def forward(self, feats, samples):
        return sum(self.head.loss(feats, samples).values())


def _train(rank, folder):
    dist.init_process_group(
        'gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2
    )
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = DistributedDataParallel(Losses(), find_unused_parameters=False)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    samples = packed_samples(
        (0, 0) if rank else (1, 4), 5, codec_config((32, 32))
    )
    torch.manual_seed(rank)
    for _ in range(3):
        optimizer.zero_grad()
        model(torch.randn(2, 4, 8, 8), samples).backward()
        assert all(p.grad is not None for p in model.parameters())
        optimizer.step()
    weights = torch.cat([p.detach().flatten() for p in model.parameters()])
    np.save(f'{folder}/{rank}.npy', weights.numpy())
    # its hooks need the group, and may not outlive it
    del model, optimizer
    gc.collect()
    dist.destroy_process_group()


if __name__ == '__main__':
    _train(int(sys.argv[1]), sys.argv[2])
