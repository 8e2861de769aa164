"""Hooks that convert and check a state dict while it is loaded.

Every way to load weights ends in ``_load_from_state_dict`` of the modules,
so a hook there serves torch, MMEngine's Runner, ``mmpose.apis`` and moving
averages alike.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from mmengine.logging import print_log
from torch import nn

from .matching import match_weights, require_finite_weights
from .names import (
    convert_state_dict,
    drop_training_parts,
    select_backbone,
)


def register_load_hooks(
    model: nn.Module, backbone: nn.Module, strict_load: bool
) -> None:
    """Let a model load files of every origin, strictly.

    Args:
        model (nn.Module): Pose estimator with ``backbone`` and ``head``.
        backbone (nn.Module): Its backbone.
        strict_load (bool): Whether a file must fit exactly, whatever the
            ``strict`` of the caller: torch does not tell it to a hook.
            Otherwise names are converted and the rest is left to the host.
    """
    for module, hook in (
        (model, convert_model_weights),
        (backbone, convert_backbone_weights),
    ):
        # torch below 2.5 has no public name for it
        module._register_load_state_dict_pre_hook(
            partial(hook, strict_load), with_module=True
        )


def convert_model_weights(
    strict_load: bool,
    model: nn.Module,
    state_dict: dict[str, Any],
    prefix: str,
    *args: Any,
) -> None:
    """Convert and check, in place, what a pose estimator loads.

    Args:
        strict_load (bool): Whether the tensors must fit exactly.
        model (nn.Module): Estimator that loads.
        state_dict (dict[str, Tensor]): What is loaded; changed.
        prefix (str): Name of the estimator in a larger model, with a dot.
        args (Any): Not used.

    Raises:
        WeightsError: If the tensors do not fit, or are not finite.
    """
    own = _take(state_dict, prefix)
    if prefix and not own:
        # a larger model loads something else
        return
    expected = model.state_dict()
    converted = {
        name: value
        for name, value in drop_training_parts(
            convert_state_dict(own), expected
        ).items()
        # mean and std come from the config, as mmpose has it
        if name in expected or not name.startswith('data_preprocessor.')
    }
    require_finite_weights(converted)
    if strict_load:
        match_weights(expected, converted)
    _put(state_dict, prefix, converted)


def convert_backbone_weights(
    strict_load: bool,
    backbone: nn.Module,
    state_dict: dict[str, Any],
    prefix: str,
    *args: Any,
) -> None:
    """Convert and check, in place, what a backbone loads on its own.

    Args:
        strict_load (bool): Whether the tensors must fit exactly.
        backbone (nn.Module): Backbone that loads.
        state_dict (dict[str, Tensor]): What is loaded; changed.
        prefix (str): Name of the backbone in a larger model, with a dot;
            with one, the larger model has converted already.
        args (Any): Not used.

    Raises:
        WeightsError: If the tensors do not fit, or are not finite.
    """
    if prefix:
        return
    expected = backbone.state_dict()
    selected, ignored = select_backbone(_take(state_dict, ''), expected)
    require_finite_weights(selected)
    if strict_load:
        match_weights(
            {f'backbone.{name}': value for name, value in expected.items()},
            {f'backbone.{name}': value for name, value in selected.items()},
        )
    if ignored:
        parts = ', '.join(f'{part} ({n})' for part, n in ignored.items())
        print_log(
            f'the backbone has no use for {sum(ignored.values())} tensors of '
            f'the file, which is harmless: {parts}',
            logger='current',
        )
    _put(state_dict, '', selected)


def _take(state_dict: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Take the entries below a prefix out of a state dict."""
    names = [name for name in state_dict if name.startswith(prefix)]
    return {name[len(prefix) :]: state_dict.pop(name) for name in names}


def _put(
    state_dict: dict[str, Any], prefix: str, entries: dict[str, Any]
) -> None:
    """Put entries below a prefix into a state dict."""
    state_dict.update({prefix + n: value for n, value in entries.items()})
