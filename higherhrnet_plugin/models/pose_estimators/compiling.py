"""Compilation of the parts of an estimator that only see tensors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Union

import torch
from torch import nn

# an estimator holds outputs of several passes, which CUDA graphs overwrite
_GRAPH_MODES = ('reduce-overhead', 'max-autotune')


def check_compile(compile_network: Union[bool, dict[str, Any]]) -> None:
    """Check the argument ``compile_network`` of an estimator.

    Args:
        compile_network (bool | dict): Its value.

    Raises:
        ValueError: If it is neither, or has a mode with CUDA graphs, or if
            torch is too old to compile in place.
    """
    if compile_network is False:
        return
    if compile_network is not True and not isinstance(compile_network, dict):
        raise ValueError(
            '`compile_network` is True, False or a dict of arguments of '
            f'torch.compile, got {compile_network!r}'
        )
    if not hasattr(nn.Module, 'compile'):
        raise ValueError(
            '`compile_network` needs torch 2.1 or later, and this is '
            f"{torch.__version__}; pip install 'torch>=2.1', or leave "
            '`compile_network` out'
        )
    mode = None if compile_network is True else compile_network.get('mode')
    if mode in _GRAPH_MODES:
        raise ValueError(
            f'`compile_network.mode` is {mode!r}, whose CUDA graphs overwrite '
            'the outputs of one pass by those of the next; use '
            "'max-autotune-no-cudagraphs' or leave it out"
        )


def compile_parts(
    parts: Iterable[nn.Module],
    compile_network: Union[bool, dict[str, Any]],
) -> None:
    """Compile modules in place, each at its first call.

    Args:
        parts (Iterable[nn.Module]): Modules; their names and weights stay.
        compile_network (bool | dict): As :func:`check_compile` takes it.
    """
    if compile_network is False:
        return
    options = {} if compile_network is True else compile_network
    for part in parts:
        part.compile(**options)
