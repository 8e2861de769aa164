"""8-bit networks, calibrated on pictures.

The last convolutions of the head, which give heatmaps and tags, stay in
floating numbers: thresholds and distances of tags are read from them.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Union

import numpy as np

from ..runtime import Description
from ..runtime.preparing import prepare_image, stack_inputs

Pictures = Sequence[Union[str, Path]]
# scopes of nodes; the rest, outside of the network, aggregates maps
_NETWORK = ('/backbone', '/neck', '/head')
# of the head, by the names of the official code
_LAST = 'final_layers'


def quantise_onnx(
    content: bytes, pictures: Pictures, description: Description
) -> bytes:
    """Quantise ONNX by onnxruntime.

    Args:
        content (bytes): The file.
        pictures (Pictures): What it is calibrated with.
        description (Description): Of the file.

    Returns:
        bytes: a file whose convolutions run on 8 bits.

    Raises:
        ImportError: If onnx or onnxruntime is missing.
        ValueError: If a picture cannot be read.
    """
    import onnx
    from onnxruntime import quantization as library

    class Reader(library.CalibrationDataReader):
        """Hands out one input after the other."""

        def __init__(self) -> None:
            self.inputs = read_inputs(pictures, description)

        def get_next(self) -> Any:
            images = next(self.inputs, None)
            return None if images is None else {'images': images}

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, 'in.onnx'), Path(folder, 'out.onnx')
        # without the copies of equal numbers that torch writes
        library.shape_inference.quant_pre_process(
            onnx.load_from_string(content), source, skip_symbolic_shape=True
        )
        nodes = onnx.load(source).graph.node
        library.quantize_static(
            source,
            target,
            Reader(),
            per_channel=True,
            activation_type=library.QuantType.QUInt8,
            weight_type=library.QuantType.QInt8,
            nodes_to_exclude=[n.name for n in nodes if _stays_float(n.name)],
        )
        return target.read_bytes()


def quantise_openvino(
    model: Any, pictures: Pictures, description: Description
) -> Any:
    """Quantise a model of OpenVINO by NNCF.

    Args:
        model (openvino.Model): The model.
        pictures (Pictures): What it is calibrated with.
        description (Description): Of the file.

    Returns:
        openvino.Model: a model whose convolutions run on 8 bits.

    Raises:
        ImportError: If NNCF is missing.
        ValueError: If a picture cannot be read.
    """
    import nncf

    nncf.set_log_level(logging.ERROR)
    inputs = list(read_inputs(pictures, description))
    names = [node.get_friendly_name() for node in model.get_ordered_ops()]
    kept = [name for name in names if _stays_float(name)]
    return nncf.quantize(
        model,
        nncf.Dataset(inputs),
        subset_size=len(inputs),
        ignored_scope=nncf.IgnoredScope(names=kept, validate=False),
    )


def _stays_float(name: str) -> bool:
    """Tell by its name whether a node keeps its numbers."""
    outside = name.startswith('/') and not name.startswith(_NETWORK)
    return outside or _LAST in name


def read_inputs(
    pictures: Pictures, description: Description
) -> Iterator[np.ndarray]:
    """Read pictures as the network sees them.

    Args:
        pictures (Pictures): Files.
        description (Description): Of the network.

    Yields:
        np.ndarray: float32 (1, 3, h, w).

    Raises:
        ValueError: If a picture cannot be read.
    """
    for path in pictures:
        try:
            prepared = prepare_image(path, description)
        except ValueError as error:
            raise ValueError(f'{path}: {error}') from error
        yield stack_inputs([prepared.data], 1, description)
