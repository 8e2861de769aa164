"""Exported graphs as files."""

from __future__ import annotations

import importlib
import inspect
import io
import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any, Optional

import torch

from ..files import write_whole
from ..runtime import Description
from ..runtime.description import KEY
from .graph import ExportedGraph
from .quantising import Pictures, quantise_onnx, quantise_openvino

# of all sides of an input, whose quarters are halved three times by HRNet
_STRIDE = 32
_OPSET = 17
INPUT = 'images'


def write_onnx(
    graph: ExportedGraph,
    description: Description,
    target: Path,
    pictures: Optional[Pictures],
) -> None:
    """Write ONNX, with batch, height and width left open.

    Args:
        graph (ExportedGraph): What to write.
        description (Description): Goes into the file; says which numbers.
        target (Path): The file.
        pictures (Pictures | None): What int8 is calibrated with.

    Raises:
        ImportError: If a library is missing.
        OSError: If the file cannot be written.
    """
    onnx = import_library('onnx')
    content = _trace(graph)
    if description.numbers == 'int8':
        content = quantise_onnx(content, pictures or (), description)
    model = onnx.load_from_string(content)
    if description.numbers == 'float16':
        tools = import_library('onnxruntime.transformers.float16')
        model = tools.convert_float_to_float16(model, keep_io_types=True)
        sorting = import_library('onnxruntime.transformers.onnx_model')
        sorting.OnnxModel(model).topological_sort()
    onnx.helper.set_model_props(model, {KEY: description.to_text()})
    onnx.checker.check_model(model)
    write_whole(target, model.SerializeToString())


def write_openvino(
    graph: ExportedGraph,
    description: Description,
    target: Path,
    pictures: Optional[Pictures],
) -> None:
    """Write OpenVINO's XML and, beside it, its weights; see above.

    Args:
        graph (ExportedGraph): What to write.
        description (Description): Goes into the file; says which numbers.
        target (Path): The XML file.
        pictures (Pictures | None): What int8 is calibrated with.

    Raises:
        ImportError: If a library is missing.
        OSError: If a file cannot be written.
    """
    openvino = import_library('openvino')
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, 'graph.onnx')
        source.write_bytes(_trace(graph))
        model = openvino.convert_model(str(source))
        if description.numbers == 'int8':
            model = quantise_openvino(model, pictures or (), description)
        model.set_rt_info(description.to_text(), [KEY])
        xml = Path(folder, 'graph.xml')
        half = description.numbers == 'float16'
        openvino.save_model(model, str(xml), compress_to_fp16=half)
        # the description is of no use without the weights
        weights = xml.with_suffix('.bin').read_bytes()
        write_whole(target.with_suffix('.bin'), weights)
        write_whole(target, xml.read_bytes())


def write_torch(
    graph: ExportedGraph,
    description: Description,
    target: Path,
    pictures: Optional[Pictures],
) -> None:
    """Write a program of ``torch.export``; see above.

    Args:
        graph (ExportedGraph): What to write.
        description (Description): Goes into the file.
        target (Path): The file.
        pictures (Pictures | None): Not used.

    Raises:
        OSError: If the file cannot be written.
    """
    dim = torch.export.Dim
    shapes = {
        0: dim('batch'),
        2: _STRIDE * dim('rows'),
        3: _STRIDE * dim('columns'),
    }
    program = torch.export.export(
        graph, (_example(),), dynamic_shapes=(shapes,)
    )
    buffer = io.BytesIO()
    extra = {KEY: description.to_text()}
    torch.export.save(program, buffer, extra_files=extra)
    write_whole(target, buffer.getbuffer())


def import_library(name: str) -> Any:
    """Import what only the writing of files needs.

    Args:
        name (str): A module.

    Returns:
        Any: the module.

    Raises:
        ImportError: If it is missing, with what to install.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f'{name} is needed to write this file ({error}): '
            "pip install 'higherhrnet_plugin[export]'",
            name=name,
        ) from error


def _example() -> torch.Tensor:
    """Make an input with sides and a batch that are no special case."""
    return torch.zeros(2, 3, 2 * _STRIDE, 4 * _STRIDE)


def _trace(graph: ExportedGraph) -> bytes:
    """Write a graph as ONNX, without custom operators."""
    axes = {
        name: {0: 'batch', 2: f'{name}_h', 3: f'{name}_w'}
        for name in graph.outputs
    }
    axes[INPUT] = {0: 'batch', 2: 'height', 3: 'width'}
    options: dict[str, Any] = {}
    if 'dynamo' in inspect.signature(torch.onnx.export).parameters:
        # its exporter needs onnxscript, and writes the same operators
        options['dynamo'] = False
    buffer: Any = io.BytesIO()
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    with torch.no_grad(), warnings.catch_warnings():
        # that sizes are traced, which are left open, and that it is old
        warnings.simplefilter('ignore')
        torch.onnx.export(
            graph,
            (_example(),),
            buffer,
            input_names=[INPUT],
            output_names=list(graph.outputs),
            dynamic_axes=axes,
            opset_version=_OPSET,
            **options,
        )
    return buffer.getvalue()
