"""Start of a training from a network with other keypoints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import nn

from ...checkpoints.errors import WeightsError
from ...checkpoints.keypoint_names import KeypointNames, find_keypoint_names
from ...checkpoints.names import convert_state_dict
from ...checkpoints.reading import read_checkpoint
from ...checkpoints.transfer import OutputLayout, transfer_weights
from ..heads import HigherHRNetHead
from ..pretrained import find_pretrained, without_pretrained

_KEYS = {'checkpoint', 'source', 'target'}


def check_finetune(finetune: dict[str, Any]) -> None:
    """Check the argument ``finetune`` of an estimator.

    Args:
        finetune (dict): Its value.

    Raises:
        ValueError: If a key is missing or unknown.
    """
    unknown = sorted(set(finetune) - _KEYS)
    named = [key in finetune for key in ('source', 'target')]
    if unknown or 'checkpoint' not in finetune or any(named) != all(named):
        raise ValueError(
            '`finetune` is dict(checkpoint=..., source=..., target=...), the '
            f'last two both or none, got {finetune}'
        )


@contextmanager
def skip_pretrained(model: BaseModule, backbone: nn.Module) -> Iterator[None]:
    """Keep a backbone from loading weights that are replaced afterwards.

    Args:
        model (BaseModule): Estimator.
        backbone (nn.Module): Its backbone.

    Yields:
        Nothing; the effect ends with the ``with`` block.

    Raises:
        ValueError: If the whole estimator has a ``Pretrained`` start.
    """
    if find_pretrained(model.init_cfg):
        raise ValueError(
            '`model.finetune` and a `Pretrained` `model.init_cfg` exclude '
            'each other'
        )
    with without_pretrained(backbone):
        yield


def start_from(
    model: nn.Module,
    checkpoint: str,
    source: Optional[KeypointNames] = None,
    target: Optional[KeypointNames] = None,
) -> None:
    """Copy what a network with other keypoints has in common with this one.

    Logs once what was kept and what not.

    Args:
        model (nn.Module): Estimator with a :class:`HigherHRNetHead`; its
            weights are replaced.
        checkpoint (str): File of any origin, or its address.
        source (optional): Keypoints of the file, as
            :func:`find_keypoint_names` takes them.
        target (optional): Keypoints of the model.

    Raises:
        FileNotFoundError: If the file does not exist.
        WeightsError: If the file differs in more than keypoints, or the
            names do not fit.
    """
    head = getattr(model, 'head', None)
    if not isinstance(head, HigherHRNetHead):
        raise ValueError(
            '`model.finetune` needs the head HigherHRNetHead, got '
            f'{type(head).__name__}'
        )
    try:
        transfer = transfer_weights(
            convert_state_dict(read_checkpoint(checkpoint)),
            model.state_dict(),
            _read_layout(head),
            None if source is None else find_keypoint_names(source),
            None if target is None else find_keypoint_names(target),
        )
    except FileNotFoundError:
        raise
    except ValueError as error:
        raise WeightsError(f'finetune from {checkpoint}: {error}') from error
    model.load_state_dict(transfer.state_dict)
    print_log(
        f'finetune from {checkpoint}: {transfer.summary}', logger='current'
    )


def _read_layout(head: HigherHRNetHead) -> OutputLayout:
    """Return how a head lays its outputs out."""
    per_keypoint = head.decoder.tag_per_keypoint
    groups = head.num_keypoints if per_keypoint else 1
    return OutputLayout(
        num_keypoints=head.num_keypoints,
        tag_dim=head.tag_channels // groups,
        tag_per_keypoint=per_keypoint,
        tag_levels=head.tag_levels,
        num_levels=head.num_levels,
        concat_outputs=head.concat_outputs,
        concat_tags=head.concat_tags,
    )
