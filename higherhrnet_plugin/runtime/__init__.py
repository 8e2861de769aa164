"""People by exported files, without torch.

Needs numpy, OpenCV, Pillow and onnxruntime or OpenVINO. Images are prepared,
and maps decoded, by the functions that the Runner's components call.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .description import Description
    from .exported_predictor import ExportedPredictor
    from .kinds import is_exported
    from .sessions import open_session

__all__ = [
    'Description',
    'ExportedPredictor',
    'is_exported',
    'open_session',
]

__getattr__ = lazy_names(
    __name__,
    {
        'Description': '.description',
        'ExportedPredictor': '.exported_predictor',
        'is_exported': '.kinds',
        'open_session': '.sessions',
    },
)
