"""Associative embedding: pull a person's tags, push people apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from ...registry import MODELS
from .scale_term import check_scales, scale_term, stack_scales
from .utils import at_least_float32


def gather_tags(
    tags: Tensor, indices: Tensor, tag_per_keypoint: bool
) -> Tensor:
    """Read the tags at the keypoints of all people at once.

    Args:
        tags (Tensor): (B, L*K, h, w), L outer, or (B, L, h, w) when shared.
        indices (Tensor): int64 (B, N, K), y * w + x.
        tag_per_keypoint (bool): Whether each keypoint has its own map.

    Returns:
        Tensor: (B, N, K, L).
    """
    batch, _, num_keypoints = indices.shape
    groups = num_keypoints if tag_per_keypoint else 1
    maps = tags.reshape(batch, -1, groups, tags.shape[-2] * tags.shape[-1])
    maps = maps.expand(-1, -1, num_keypoints, -1)
    where = indices.transpose(1, 2)[:, None].expand(-1, maps.shape[1], -1, -1)
    return maps.gather(3, where).permute(0, 3, 2, 1)


def pull_push(
    tags: Tensor, valid: Tensor, push_type: str
) -> tuple[Tensor, Tensor]:
    """Compute the two terms of every image.

    Args:
        tags (Tensor): (B, N, K, L), finite or not where not valid.
        valid (Tensor): bool (B, N, K).
        push_type (str): 'exp' or 'max'.

    Returns:
        tuple[Tensor, Tensor]: pull (B,), the mean over people of the mean
        squared distance of a person's tags to their mean; push (B,), the
        mean over ordered pairs of people of exp(-d^2) or max(0, 1 - d),
        halved; 0 with no person, push also with one.
    """
    tags = torch.where(valid[..., None], tags, 0.0)
    joints = valid.sum(2)
    present = joints > 0
    count = joints.clamp(min=1).to(tags.dtype)
    mean = tags.sum(2) / count[..., None]
    square = (tags - mean[:, :, None]).square().sum(3)
    spread = torch.where(valid, square, 0.0).sum(2) / count
    people = present.sum(1).to(tags.dtype)
    pull = spread.sum(1) / people.clamp(min=1)

    pairs = present[:, :, None] & present[:, None, :]
    pairs = pairs & ~torch.eye(
        pairs.shape[1], dtype=torch.bool, device=tags.device
    )
    gap = mean[:, :, None] - mean[:, None, :]
    if push_type == 'exp':
        repulsion = torch.exp(-gap.square().sum(3))
    elif gap.shape[-1] == 1:
        repulsion = (1 - gap[..., 0].abs()).clamp(min=0)
    else:
        # no gradient of the root at 0, where it has none
        square = torch.where(pairs, gap.square().sum(3), 1.0)
        distance = torch.where(square > 0, square, 1.0).sqrt()
        distance = torch.where(square > 0, distance, 0.0)
        repulsion = (1 - distance).clamp(min=0)
    total = torch.where(pairs, repulsion, 0.0).sum((1, 2))
    return pull, 0.5 * total / (people * (people - 1)).clamp(min=1)


@MODELS.register_module()
class MultiResolutionAELoss(nn.Module):
    """Pull and push of one level with tags; the head adds levels up.

    Note:
        - B: images, N_b: people of image b, K: keypoints
        - L: tag dimension, (h, w): size of the level

    Computed in float32 (or float64), also under autocast. Every tag map takes
    part in the graph, with a gradient of 0 where nobody is, so that
    distributed training sees no unused parameter.

    Source: Newell et al., NeurIPS 2017; ``AELoss`` in ``lib/core/loss.py`` of
    the official code, without its loops.

    Args:
        pull_weight (float): Of the spread of a person's tags. Defaults to
            0.001.
        push_weight (float): Of the closeness of people's tags. Defaults to
            0.001.
        push_type (str): How closeness falls with the distance d of two
            people: 'exp' is exp(-d^2), 'max' is max(0, 1 - d). Defaults to
            'exp'.
        tag_per_keypoint (bool): Whether each keypoint has its own tag map,
            or all share one. Defaults to True.
        scale_weight (float): Of the term that lets tags of several
            dimensions tell the size of people (:func:`.scale_term`); the codec
            needs ``person_scales``. 0.0001 is published, with 8 dimensions.
            Defaults to 0: no such term.

    Raises:
        ValueError: If ``push_type`` is unknown.

    Examples:
        >>> import torch
        >>> from higherhrnet_plugin import MultiResolutionAELoss
        >>> tags = torch.zeros(1, 1, 2, 2)
        >>> cells = torch.tensor([[[0, 1]], [[3, 1]]])  # index, labelled
        >>> pull, push = MultiResolutionAELoss()(tags, [cells])
        >>> round(pull.item(), 6), round(push.item(), 6)
        (0.0, 0.0005)
    """

    def __init__(
        self,
        pull_weight: float = 1e-3,
        push_weight: float = 1e-3,
        push_type: str = 'exp',
        tag_per_keypoint: bool = True,
        scale_weight: float = 0.0,
    ) -> None:
        super().__init__()
        if push_type not in ('exp', 'max'):
            raise ValueError(
                f"`push_type` must be 'exp' or 'max', got {push_type!r}"
            )
        self.pull_weight = pull_weight
        self.push_weight = push_weight
        self.push_type = push_type
        self.tag_per_keypoint = tag_per_keypoint
        self.scale_weight = scale_weight
        self._known_to_fit: set[int] = set()

    def forward(
        self,
        tags: Tensor,
        keypoint_indices: Sequence[Tensor],
        person_scales: Optional[Sequence[Tensor]] = None,
    ) -> tuple[Tensor, ...]:
        """Compute the weighted terms.

        Args:
            tags (Tensor): (B, L*K, h, w), L outer, or (B, L, h, w) when
                shared.
            keypoint_indices (Sequence[Tensor]): int64 (N_b, K, 2) of each
                image, rows ``[y * w + x, valid]``.
            person_scales (Sequence[Tensor], optional): (N_b,) of each image,
                for the scale term, which needs them.

        Returns:
            tuple[Tensor, ...]: pull and push, and with scales the scale term,
            scalars, mean over the batch.

        Raises:
            ValueError: If shapes or indices do not fit the tag maps, or
                scales are missing or those of others.
        """
        self._check(tags, keypoint_indices)
        people = [len(indices) for indices in keypoint_indices]
        check_scales(person_scales, people, self.scale_weight)
        padded = pad_sequence(
            [torch.as_tensor(i, device=tags.device) for i in keypoint_indices],
            batch_first=True,
        )
        if padded.shape[1] == 0:
            padded = padded.new_zeros((len(tags), 1, *padded.shape[2:]))
        valid = padded[..., 1] > 0
        indices = torch.where(valid, padded[..., 0], 0)
        self._check_reach(indices, tags[0, 0].numel())
        tags = at_least_float32(tags)
        values = gather_tags(tags, indices, self.tag_per_keypoint)
        pull, push = pull_push(values, valid, self.push_type)
        terms = self.pull_weight * pull.mean(), self.push_weight * push.mean()
        if person_scales is None:
            return terms
        scales = stack_scales(person_scales, values)
        scale = scale_term(values, valid, scales)
        return (*terms, self.scale_weight * scale.mean())

    def _check_reach(self, indices: Tensor, cells: int) -> None:
        """Raise ValueError where positions lie outside of the maps.

        On a device the host must wait for the answer, so that only the first
        batch is looked at.
        """
        on_host = indices.device.type == 'cpu'
        if cells in self._known_to_fit and not on_host:
            return
        if int(torch.where(indices < 0, cells, indices).max()) >= cells:
            raise ValueError(
                f'keypoint_indices reach from {int(indices.min())} to '
                f'{int(indices.max())}, but the tag level has {cells} cells '
                'from 0 on; check `tag_levels` and `heatmap_sizes` of the '
                'codec'
            )
        if not on_host:
            self._known_to_fit.add(cells)

    def _check(self, tags: Tensor, keypoint_indices: Sequence[Tensor]) -> None:
        """Raise ValueError where the arguments do not fit."""
        if tags.ndim != 4 or not tags.numel():
            raise ValueError(
                'expected tags (B, L*K, h, w) of at least one image, got '
                f'{tuple(tags.shape)}'
            )
        if len(keypoint_indices) != len(tags):
            raise ValueError(
                f'got keypoint_indices of {len(keypoint_indices)} images for '
                f'tags of {len(tags)}'
            )
        shapes = {tuple(i.shape[1:]) for i in keypoint_indices}
        k = next(iter(shapes))[0]
        if shapes != {(k, 2)}:
            raise ValueError(
                'expected keypoint_indices (N, K, 2) with one K, got '
                f'{sorted(shapes)}'
            )
        if self.tag_per_keypoint and tags.shape[1] % k:
            raise ValueError(
                f'the tags have {tags.shape[1]} channels, which {k} '
                'keypoints of the data set do not divide; check '
                '`num_keypoints` of the head'
            )
