"""One process of test_equal_gradients: RANK SIZE ACCUMULATED FOLDER."""

import gc
import sys

import numpy as np
import torch
import torch.distributed as dist
from distributed_worker import Losses
from helpers import codec_config, packed_samples
from mmengine.optim import OptimWrapper
from torch.nn.parallel import DistributedDataParallel

# people of the images; of several processes the second half sees nobody
COUNTS = (1, 4, 2, 3, 0, 0, 0, 0)


def _step(rank, size, accumulated, folder):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    feats = torch.randn(len(COUNTS), 4, 8, 8)
    samples = packed_samples(COUNTS, 5, codec_config((32, 32)))
    # batch norm of a process knows its own images only
    model = Losses().eval()
    if size > 1:
        model = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    parameters = list(model.parameters())
    gradients = []
    optimizer.register_step_pre_hook(
        lambda *_: gradients.extend(p.grad.clone() for p in parameters)
    )
    wrapper = OptimWrapper(optimizer, accumulative_counts=accumulated)
    share = np.split(np.arange(len(COUNTS)), size)[rank]
    losses = []
    for part in np.split(share, accumulated):
        with wrapper.optim_context(model):
            loss = model(feats[part], [samples[i] for i in part])
        losses.append(loss.item())
        wrapper.update_params(loss)
    flat = torch.cat([g.flatten() for g in gradients])
    np.savez(f'{folder}/{rank}.npz', loss=np.mean(losses), gradient=flat)
    # its hooks need the group, and may not outlive it
    del model, optimizer, wrapper
    gc.collect()


if __name__ == '__main__':
    rank, size, accumulated = map(int, sys.argv[1:4])
    if size > 1:
        dist.init_process_group(
            'gloo',
            init_method=f'file://{sys.argv[4]}/store',
            rank=rank,
            world_size=size,
        )
    _step(rank, size, accumulated, sys.argv[4])
    if size > 1:
        dist.destroy_process_group()
