"""Images that need more memory than there is fail alone."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any, Union

from ..structures.people import People
from .loaded import AnyPredictor, Loaded

# torch has no class of errors for it on a CPU, onnxruntime and OpenCV none
_WORDS = (
    *("can't allocate memory", 'not enough memory', 'out of memory'),
    *('Failed to allocate', 'bad_alloc'),
)


def predict_each(
    predictor: AnyPredictor, batch: Sequence[Loaded]
) -> Sequence[Union[People, ValueError]]:
    """Predict a batch; of one that needs too much memory, each alone.

    Args:
        predictor (AnyPredictor): The model.
        batch (Sequence[Loaded]): Images.

    Returns:
        Sequence[People | ValueError]: of each image the people, or that it
        does not fit.
    """
    try:
        return predictor.predict(batch)
    # those of onnxruntime are derived from Exception alone
    except Exception as error:
        if not is_out_of_memory(error):
            raise
    # exported files run without it
    torch: Any = sys.modules.get('torch')
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    if len(batch) > 1:
        return [predict_each(predictor, [loaded])[0] for loaded in batch]
    return [_explain(batch[0])]


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that memory is too small.

    Args:
        error (BaseException): Of torch, on any device, of numpy, OpenCV or
            a library that runs exported files.

    Returns:
        bool: whether it does.
    """
    text = str(error)
    return isinstance(error, MemoryError) or any(w in text for w in _WORDS)


def _explain(loaded: Loaded) -> ValueError:
    """Say that memory is too small for an image."""
    inputs = loaded.data['inputs']
    scales = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    tall, wide = max((scale.shape[-2:] for scale in scales), key=math.prod)
    height, width = loaded.image.shape[:2]
    return ValueError(
        f'not enough memory for an input of {wide} x {tall} pixels, made '
        f'from {width} x {height}; fewer or smaller --scales need less'
    )
