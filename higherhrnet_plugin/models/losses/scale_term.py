"""The term that lets tags tell the size of people.

Note:
    - B: images, N: people, K: keypoints, L: tags of a keypoint
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from .adaptive import scale_centres


def scale_term(tags: Tensor, valid: Tensor, scales: Tensor) -> Tensor:
    """Compute how far tags are from telling the size of people.

    Dimension d of L stands for the scale (d + 0.5) / L. A person's mean tag,
    by absolute values, shall point to the dimensions near its scale.

    Source: coupled embedding (Wang et al., ECCV 2022), section 3.

    Args:
        tags (Tensor): (B, N, K, L), finite or not where not valid.
        valid (Tensor): bool (B, N, K).
        scales (Tensor): (B, N), scales of the people.

    Returns:
        Tensor: (B,), the mean over people of 1 - cos(abs(mean tag), g), with
        g_d the inverse distance of the person's scale from that of d; 0 with
        no person.
    """
    tags = torch.where(valid[..., None], tags, 0.0)
    joints = valid.sum(2)
    present = joints > 0
    mean = tags.sum(2) / joints.clamp(min=1)[..., None]
    gaps = (scales[..., None] - scale_centres(tags, tags.shape[-1])).abs()
    sought = F.normalize(1 / (gaps.to(tags.dtype) + 1e-12), dim=-1)
    cosine = (F.normalize(mean.abs(), dim=-1) * sought).sum(-1)
    total = torch.where(present, 1 - cosine, 0.0).sum(1)
    return total / present.sum(1).clamp(min=1)


def stack_scales(person_scales: Sequence[Tensor], like: Tensor) -> Tensor:
    """Stack the scales of all people.

    Args:
        person_scales (Sequence[Tensor]): (N_b,) of B images.
        like (Tensor): (B, N, K, L), with the type, the device and at least
            as many people.

    Returns:
        Tensor: (B, N), 0 where nobody is.
    """
    scales = pad_sequence(
        [scale.to(like) for scale in person_scales], batch_first=True
    )
    return F.pad(scales, (0, like.shape[1] - scales.shape[1]))


def check_scales(
    person_scales: Optional[Sequence[Tensor]],
    people: Sequence[int],
    scale_weight: float,
) -> None:
    """Check that each person has a scale, where the term counts.

    Args:
        person_scales (Sequence[Tensor], optional): (N_b,) of B images.
        people (Sequence[int]): N_b of each image.
        scale_weight (float): Of the term.

    Raises:
        ValueError: If scales are missing, or of others.
    """
    if person_scales is None:
        if scale_weight:
            raise ValueError(
                f'`scale_weight` of the tag loss is {scale_weight}, but it is '
                'given no `person_scales`; set `codec.person_scales=True`, or '
                '`scale_weight` to 0'
            )
        return
    if len(person_scales) != len(people):
        raise ValueError(
            f'got person_scales of {len(person_scales)} images for '
            f'keypoint_indices of {len(people)}'
        )
    for i, (scales, number) in enumerate(zip(person_scales, people)):
        if scales.shape != (number,):
            raise ValueError(
                f'image {i}: expected person_scales ({number},), one for each '
                f'person of keypoint_indices, got {tuple(scales.shape)}'
            )
