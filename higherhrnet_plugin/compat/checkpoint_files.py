"""Checkpoints of MMEngine's Runner under ``torch.load(weights_only=True)``.

Since torch 2.6 ``torch.load`` refuses every class and function that it does
not know. MMEngine (0.10.7 at least) stores its message hub in a checkpoint,
so that a run could neither be resumed nor tested (MMEngine issue 1655). The
names it needs are inert, apart from ``getattr``, which gets a substitute.
"""

import pickle
from typing import Any, Callable, Union

import numpy as np
import torch

from higherhrnet_plugin.compat.versions import torch_version

# Names of HistoryBuffer's methods that its pickled form refers to.
_STATISTICS = frozenset({'current', 'max', 'mean', 'min'})

_SafeGlobal = Union[type, tuple[Callable[..., Any], str]]


def allow_checkpoint_globals() -> None:
    """Let torch load the checkpoints that MMEngine's Runner has saved.

    Adds to ``torch.serialization``'s list of safe names: ``HistoryBuffer``,
    ``ConfigDict``, numpy arrays and scalars of plain types. Anything else in
    a checkpoint is refused as before. Does nothing on torch below 2.6, whose
    ``torch.load`` has no such list or does not use it by default;
    :func:`load_checkpoint_file` knows the names there, too.
    """
    if torch_version() < (2, 6):
        return
    names = checkpoint_globals()
    known = {
        entry[1]
        for entry in torch.serialization.get_safe_globals()
        if isinstance(entry, tuple)
    }
    torch.serialization.add_safe_globals(
        [
            entry
            for entry in names
            if not (isinstance(entry, tuple) and entry[1] in known)
        ]
    )


def load_checkpoint_file(file: Any, map_location: Any = None) -> Any:
    """Load what a file holds, without running anything in it.

    Args:
        file: Path, or binary file.
        map_location: As for ``torch.load``.

    Returns:
        What was saved: tensors, plain values and what MMEngine's Runner
        keeps beside them.

    Raises:
        pickle.UnpicklingError: If the file holds anything else.
        Exception: Whatever torch raises on damaged files.
    """
    if torch_version() < (2, 6):
        from . import unpickling

        return torch.load(
            file, map_location=map_location, pickle_module=unpickling
        )
    return torch.load(file, map_location=map_location, weights_only=True)


def checkpoint_globals() -> list[_SafeGlobal]:
    """Return what a checkpoint of MMEngine's Runner refers to."""
    return [*_mmengine_globals(), *_numpy_globals()]


def _mmengine_globals() -> list[_SafeGlobal]:
    """Return what MMEngine's message hub refers to."""
    # Late, so that this module can be imported without MMEngine.
    from mmengine.config import ConfigDict
    from mmengine.logging import HistoryBuffer

    return [
        HistoryBuffer,
        ConfigDict,
        (_history_buffer_method, 'builtins.getattr'),
    ]


def _numpy_globals() -> list[_SafeGlobal]:
    """Return what pickled arrays and scalars of plain types refer to."""
    reconstruct: Any = np.empty(0).__reduce__()[0]
    scalar: Any = np.float64(0).__reduce__()[0]
    # an empty array holds empty bytes, which are pickled as a call
    names: list[_SafeGlobal] = [np.ndarray, np.dtype, bytes]
    # The private package of numpy was renamed in 2.0; a checkpoint may come
    # from either side.
    for package in ('numpy.core', 'numpy._core'):
        names.append((reconstruct, f'{package}.multiarray._reconstruct'))
        names.append((scalar, f'{package}.multiarray.scalar'))
    # A dtype's state is only set if its own class is known as well.
    names.extend({type(np.dtype(code)) for code in '?bBhHiIlLqQefdU'})
    return names


def _history_buffer_method(obj: Any, name: str) -> Any:
    """Stand in for ``getattr`` while a checkpoint is loaded.

    Args:
        obj: Object whose attribute the pickle asks for.
        name: Name of the attribute.

    Returns:
        One of the statistics methods of ``HistoryBuffer``.

    Raises:
        pickle.UnpicklingError: If anything else is asked for.
    """
    from mmengine.logging import HistoryBuffer

    if obj is HistoryBuffer and name in _STATISTICS:
        return vars(HistoryBuffer)[name]
    raise pickle.UnpicklingError(
        'the checkpoint asks for an attribute that is not a statistics '
        f'method of HistoryBuffer: {name!r} of {type(obj).__name__}'
    )
