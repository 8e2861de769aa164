"""Exported files, ready to run, by the library that their name asks for."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, Optional, Protocol, Union

import numpy as np

from .description import KEY, Description
from .kinds import SUFFIXES, is_exported


class Session(Protocol):
    """An exported network."""

    description: Description

    def run(self, images: np.ndarray) -> list[np.ndarray]:
        """Run the network.

        Args:
            images (np.ndarray): float32 (B, 3, h, w), normalised.

        Returns:
            list[np.ndarray]: float32 maps (B, C, h', w'), in the order of
            ``description.outputs``.
        """


def open_session(
    path: Union[str, Path],
    device: Optional[str] = None,
    threads: Optional[int] = None,
    bfloat16: bool = False,
) -> Session:
    """Open an exported file.

    Args:
        path (str | Path): ``.onnx`` for onnxruntime, ``.xml`` for OpenVINO,
            ``.pt2`` for torch.
        device (str, optional): 'cpu', or, where the library can, 'cuda' or
            one GPU by its number, as 'cuda:1'. Defaults to the CPU.
        threads (int, optional): Threads of the CPU. Defaults to the choice of
            the library.
        bfloat16 (bool): Let OpenVINO run a file of 32 bits in bfloat16, on
            processors that have it. Defaults to False.

    Returns:
        Session: ready to run.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If the library is not installed.
        ValueError: If the file is of another kind, or the library does not
            take it or the device.

    Examples:
        >>> from higherhrnet_plugin.runtime import open_session
        >>> open_session('people.onnx', threads=1).description.input_size
        (64, 64)
    """
    path = Path(path)
    if not is_exported(path):
        raise ValueError(
            f'{path}: an exported file ends in {", ".join(SUFFIXES)}'
        )
    if not path.is_file():
        raise FileNotFoundError(f'exported file not found: {path}')
    kinds: dict[str, Callable[..., Session]] = {
        '.onnx': OnnxSession,
        '.xml': OpenvinoSession,
        '.pt2': TorchSession,
    }
    suffix = path.suffix.lower()
    options: dict[str, Any] = {}
    if suffix == '.xml':
        options['bfloat16'] = bfloat16
    elif bfloat16:
        raise ValueError(f'{path}: bfloat16 is for files of OpenVINO, .xml')
    return kinds[suffix](path, device or 'cpu', threads, **options)


class OnnxSession:
    """A file in onnxruntime; see :func:`open_session`."""

    def __init__(
        self, path: Path, device: str, threads: Optional[int]
    ) -> None:
        library = _import('onnxruntime', 'onnx')
        options = library.SessionOptions()
        if threads is not None:
            options.intra_op_num_threads = threads
        name, settings = _find_provider(device)
        available = library.get_available_providers()
        if name not in available:
            raise ValueError(
                f'device {device!r}: onnxruntime has {available} here'
            )
        try:
            self.session = library.InferenceSession(
                str(path),
                options,
                providers=[(name, settings)],
                # to run without the GPU
                enable_fallback=False,
            )
        # of the library, derived from Exception alone
        except Exception as error:
            raise ValueError(f'{path}: not read: {error}') from error
        if name not in self.session.get_providers():
            raise ValueError(
                f'device {device!r}: onnxruntime does not start its {name}; '
                'its log says why'
            )
        self.input = self.session.get_inputs()[0].name
        meta = self.session.get_modelmeta().custom_metadata_map
        self.description = Description.from_text(meta.get(KEY), path)

    def run(self, images: np.ndarray) -> list[np.ndarray]:
        """Run the network; see :class:`Session`."""
        names = list(self.description.outputs)
        return _floats(self.session.run(names, {self.input: images}))


class OpenvinoSession:
    """A file in OpenVINO; see :func:`open_session`."""

    def __init__(
        self,
        path: Path,
        device: str,
        threads: Optional[int],
        bfloat16: bool = False,
    ) -> None:
        library = _import('openvino', 'openvino')
        if device != 'cpu':
            raise ValueError(f'device {device!r}: OpenVINO runs on the CPU')
        core = library.Core()
        try:
            model = core.read_model(str(path))
        except RuntimeError as error:
            raise ValueError(f'{path}: not read: {error}') from error
        text = None
        if model.has_rt_info([KEY]):
            text = model.get_rt_info([KEY]).astype(str)
        self.description = Description.from_text(text, path)
        config: dict[str, Any] = {'PERFORMANCE_HINT': 'LATENCY'}
        # its own choice is bfloat16, on processors that have it
        config['INFERENCE_PRECISION_HINT'] = 'bf16' if bfloat16 else 'f32'
        if threads is not None:
            config['INFERENCE_NUM_THREADS'] = threads
        self.model = core.compile_model(model, 'CPU', config)

    def run(self, images: np.ndarray) -> list[np.ndarray]:
        """Run the network; see :class:`Session`."""
        found = self.model([images])
        return _floats(
            [found[self.model.output(n)] for n in self.description.outputs]
        )


class TorchSession:
    """A file of ``torch.export``; see :func:`open_session`."""

    def __init__(
        self, path: Path, device: str, threads: Optional[int]
    ) -> None:
        self.torch = _import('torch', 'train')
        if threads is not None:
            self.torch.set_num_threads(threads)
        extra = {KEY: ''}
        try:
            # opened here, as it doubts names in capitals
            with path.open('rb') as file:
                program = self.torch.export.load(file, extra_files=extra)
        # of torch, of its reader of archives, and of what is in there
        except Exception as error:
            raise ValueError(f'{path}: not read: {error}') from error
        self.description = Description.from_text(extra[KEY] or None, path)
        try:
            self.device = self.torch.device(device)
            self.module = program.module().to(self.device)
        except (AssertionError, RuntimeError) as error:
            raise ValueError(f'device {device!r}: {error}') from error

    def run(self, images: np.ndarray) -> list[np.ndarray]:
        """Run the network; see :class:`Session`."""
        with self.torch.no_grad():
            tensor = self.torch.from_numpy(images).to(self.device)
            found = self.module(tensor)
        return _floats([maps.float().cpu().numpy() for maps in found])


def _find_provider(device: str) -> tuple[str, dict[str, Any]]:
    """Name what runs on a device in onnxruntime, with its settings."""
    found = re.fullmatch(r'(cpu|cuda)(?::(\d+))?', device)
    if found is None:
        raise ValueError(
            f"device {device!r}: onnxruntime runs on 'cpu', 'cuda', or a GPU "
            "by its number, as 'cuda:1'"
        )
    kind, number = found.groups()
    if kind == 'cpu':
        return 'CPUExecutionProvider', {}
    return 'CUDAExecutionProvider', {'device_id': int(number or 0)}


def _import(name: str, extra: str) -> Any:
    """Import a library that is not needed elsewhere."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f'{name} is needed for this file ({error}): '
            f"pip install 'higherhrnet_plugin[{extra}]'",
            name=name,
        ) from error


def _floats(maps: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Bring maps to float32 and in order in memory."""
    return [np.ascontiguousarray(m, dtype=np.float32) for m in maps]
