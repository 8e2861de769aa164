"""An unpickler that runs nothing, for torch below 2.6.

``torch.load(weights_only=True)`` is safe from torch 2.6 on (CVE-2025-32434),
and only there it knows enough to read what MMEngine's Runner saves. Below,
this module is given to ``torch.load`` as its ``pickle_module``. It knows
nothing but what that version of torch thinks safe, what the user has added to
torch's list, and the names of :mod:`.checkpoints`.
"""

from __future__ import annotations

import pickle
from typing import Any, Callable, ClassVar

import torch

# the one in C has no table of operations
_PurePython: Any = vars(pickle)['_Unpickler']
_OPERATIONS: dict[int, Callable[..., None]] = dict(_PurePython.dispatch)
# nothing that torch or MMEngine saves needs them
for _code in (
    pickle.INST,
    pickle.OBJ,
    pickle.NEWOBJ_EX,
    pickle.EXT1,
    pickle.EXT2,
    pickle.EXT4,
):
    del _OPERATIONS[_code[0]]


class Unpickler(_PurePython):
    """Unpickles plain values, tensors and names that are known to be inert.

    Args:
        args (Any): Of ``pickle.Unpickler``.
        kwargs (Any): Of ``pickle.Unpickler``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = _known_globals()
        self._callable = {id(value) for value in self._known.values()}

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name stands for.

        Args:
            module (str): Module that the pickle names.
            name (str): Name in it.

        Returns:
            Any: a class or a function.

        Raises:
            pickle.UnpicklingError: If it is not known.
        """
        module = {'__builtin__': 'builtins'}.get(module, module)
        try:
            return self._known[f'{module}.{name}']
        except KeyError:
            raise pickle.UnpicklingError(
                f'Unsupported global: GLOBAL {module}.{name}'
            ) from None

    def load_reduce(self) -> None:
        """Call a function, if it is a known one."""
        self._check(self.stack[-2])
        super().load_reduce()

    def load_newobj(self) -> None:
        """Make an object, if its class is a known one."""
        self._check(self.stack[-2])
        super().load_newobj()

    def load_build(self) -> None:
        """Set the state of an object, if its class is a known one."""
        self._check(type(self.stack[-2]))
        super().load_build()

    def _check(self, value: Any) -> None:
        """Refuse to use what no known name stands for."""
        if id(value) not in self._callable:
            raise pickle.UnpicklingError(f'Unsupported class {value!r}')

    dispatch: ClassVar[dict[int, Callable[..., None]]] = {
        **_OPERATIONS,
        pickle.REDUCE[0]: load_reduce,
        pickle.NEWOBJ[0]: load_newobj,
        pickle.BUILD[0]: load_build,
    }


def load(file: Any, **kwargs: Any) -> Any:
    """Unpickle one value of a file, as ``pickle.load``.

    Args:
        file (Any): Binary file.
        kwargs (Any): Of ``pickle.Unpickler``.

    Returns:
        Any: the value.

    Raises:
        pickle.UnpicklingError: If it holds anything that is not known.
    """
    return Unpickler(file, **kwargs).load()


def _known_globals() -> dict[str, Any]:
    """Return what full names stand for."""
    from .checkpoint_files import checkpoint_globals

    known = dict(torch._weights_only_unpickler._get_allowed_globals())
    listed: list[Any] = getattr(
        torch.serialization, 'get_safe_globals', list
    )()
    for entry in (*checkpoint_globals(), *listed):
        value, name = (
            entry
            if isinstance(entry, tuple)
            else (entry, f'{entry.__module__}.{entry.__qualname__}')
        )
        known[name] = value
    known.update({'_codecs.encode': _encode_latin1, 'builtins.set': set})
    return known


def _encode_latin1(text: str, encoding: str) -> bytes:
    """Stand in for ``_codecs.encode``, by which bytes are pickled.

    Args:
        text (str): Bytes as characters.
        encoding (str): Only latin1 is used.

    Returns:
        bytes: the bytes.

    Raises:
        pickle.UnpicklingError: If it is another encoding.
    """
    if encoding not in ('latin1', 'latin-1'):
        raise pickle.UnpicklingError(f'Unsupported encoding {encoding!r}')
    return text.encode('latin-1')
