"""Trained networks as files for other runtimes: ONNX, torch.export, OpenVINO.

What is imported takes seconds and is asked for by name.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .exporting import export_model

__all__ = ['export_model']

__getattr__ = lazy_names(__name__, {'export_model': '.exporting'})
