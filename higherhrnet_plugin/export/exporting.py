"""From a config and weights to a file for another runtime."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Callable, Optional, Union

from mmengine.config import Config

from ..inference.model import load_estimator, read_config
from ..runtime import Description
from ..runtime.kinds import SUFFIXES
from .describing import describe_model
from .graph import ExportedGraph
from .quantising import Pictures
from .writing import write_onnx, write_openvino, write_torch

FORMATS: Mapping[str, str] = dict(
    zip(('onnx', 'openvino', 'torch-export'), SUFFIXES)
)
NUMBERS = ('float32', 'float16', 'int8')
_WRITERS: Mapping[str, Callable[..., None]] = {
    'onnx': write_onnx,
    'openvino': write_openvino,
    'torch-export': write_torch,
}


def export_model(
    config: Union[str, Path, Config],
    weights: Union[str, Path],
    target: Union[str, Path],
    to: str = 'onnx',
    aggregate: bool = False,
    flip: bool = False,
    numbers: str = 'float32',
    pictures: Optional[Pictures] = None,
) -> Description:
    """Write a trained network to a file that needs nothing else.

    Args:
        config (str | Path | Config): The config, or its file.
        weights (str | Path): Checkpoint of any origin, or its address.
        target (str | Path): The file to write, with the ending of its kind;
            OpenVINO puts its weights beside it, as ``.bin``.
        to (str): 'onnx', 'openvino' or 'torch-export'. Defaults to 'onnx'.
        aggregate (bool): Aggregate maps inside of the file, for one test
            scale. Defaults to False, levels of maps.
        flip (bool): Run the mirrored image inside of the file. Defaults to
            False: whoever uses the file runs it twice where the test of the
            config does, which aggregated maps do not allow.
        numbers (str): 'float32', 'float16' or 'int8'. Defaults to 'float32'.
        pictures (Pictures, optional): What 'int8' is calibrated with.

    Returns:
        Description: what the file says of itself.

    Raises:
        FileNotFoundError: If a file is missing.
        ImportError: If a library is missing.
        ValueError: If the options, the config or the weights do not fit.

    Examples:
        >>> from higherhrnet_plugin.export import export_model
        >>> about = export_model('config.py', 'model.pth', 'new.onnx')
        >>> about.outputs
        ('heatmaps_0', 'tags_0', 'heatmaps_1')
    """
    target = Path(target)
    _check(target, to, numbers, aggregate, pictures)
    cfg = config if isinstance(config, Config) else read_config(config)
    # what an exported graph cannot be made of; not of the caller's config
    cfg = copy.deepcopy(cfg)
    cfg.model.pop('compile_network', None)
    model = load_estimator(cfg, weights, 'cpu')
    graph = ExportedGraph(model, aggregate, flip).eval()
    description = replace(describe_model(model, graph), numbers=numbers)
    if aggregate and description.scales != (1,):
        raise ValueError(
            f'the test scales are {list(description.scales)}, and maps are '
            'aggregated inside of a file at scale 1 alone; leave `aggregate` '
            'out'
        )
    _WRITERS[to](graph, description, target, pictures)
    return description


def _check(
    target: Path,
    to: str,
    numbers: str,
    aggregate: bool,
    pictures: Optional[Pictures],
) -> None:
    """Refuse options that do not fit one another."""
    if to not in FORMATS:
        raise ValueError(f'`to` is one of {list(FORMATS)}, got {to!r}')
    if target.suffix.lower() != FORMATS[to]:
        raise ValueError(
            f'{target}: a file of the kind {to} ends in {FORMATS[to]}'
        )
    if numbers not in NUMBERS:
        raise ValueError(
            f'`numbers` is one of {list(NUMBERS)}, got {numbers!r}'
        )
    if to == 'torch-export' and (numbers != 'float32' or aggregate):
        raise ValueError(
            f'a file of {to} has levels of maps in float32; choose onnx or '
            'openvino for others'
        )
    if (numbers == 'int8') != bool(pictures):
        raise ValueError(
            'int8, and only that, is calibrated with pictures: give '
            '`pictures` with numbers="int8"'
        )
