"""Losses and gradients equal those of the official code."""

import numpy as np
import torch

from higherhrnet_plugin import (
    MultiResolutionAELoss,
    MultiResolutionAssociativeEmbedding,
    MultiResolutionHeatmapLoss,
)


def close(ours, official):
    """Compare relative to the size of the official array."""
    ours, official = ours.detach().numpy(), np.asarray(official)
    scale = max(np.abs(official).max(), 1e-30)
    return np.abs(ours - official).max() <= 1e-6 * scale


def test_losses_and_gradients_equal_official(golden):
    data = golden.arrays('losses')
    cases = sorted({name.split('_')[0] for name in data})
    assert len(cases) >= 2
    for case in cases:
        outputs = [
            torch.from_numpy(data[f'{case}_output{i}']).requires_grad_()
            for i in range(2)
        ]
        k = outputs[1].shape[1]
        heatmap_losses = MultiResolutionHeatmapLoss()(
            [outputs[0][:, :k], outputs[1]],
            [torch.from_numpy(data[f'{case}_target{i}']) for i in range(2)],
            [torch.from_numpy(data[f'{case}_mask{i}']) for i in range(2)],
        )
        size = outputs[0].shape[-1]
        codec = MultiResolutionAssociativeEmbedding(
            (4 * size, 4 * size), [(size, size)]
        )
        indices = []
        for b in range(len(outputs[0])):
            people = data[f'{case}_keypoints_{b}']
            encoded = codec.encode(people[..., :2], people[..., 2])
            indices.append(torch.from_numpy(encoded['keypoint_indices']))
        pull, push = MultiResolutionAELoss()(outputs[0][:, k:], indices)

        for i, loss in enumerate(heatmap_losses):
            assert close(loss, data[f'{case}_heatmap_loss{i}'].mean())
        assert close(pull, data[f'{case}_pull'].mean())
        assert close(push, data[f'{case}_push'].mean())
        (sum(heatmap_losses) + pull + push).backward()
        for i, output in enumerate(outputs):
            assert close(output.grad, data[f'{case}_grad{i}'])
