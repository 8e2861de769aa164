"""Stand-ins for things that mmpose binds at import but the plugin never uses.

A placeholder may be named in an annotation, subclassed and passed around. It
raises ``ImportError`` as soon as it is called or one of its attributes is
read.
"""

import contextlib
import sys
from abc import ABCMeta
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn, Optional


class _PlaceholderMeta(ABCMeta):
    """Metaclass that turns every use of a placeholder into an error.

    It derives from ``ABCMeta`` because MMEngine's base classes do, so that a
    class may inherit from both.
    """

    _missing: str

    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImportError(cls._missing)

    def __getattr__(cls, name: str) -> NoReturn:
        # Python itself probes classes for private and dunder names.
        if name.startswith('_'):
            raise AttributeError(name)
        raise ImportError(cls._missing)


def make_placeholder(name: str, message: str) -> type:
    """Create a class that raises when it is used.

    Args:
        name: Name of the class, shown in tracebacks.
        message: Text of the ``ImportError``: what is missing and how to
            install it.

    Returns:
        The placeholder. It also serves for functions, as calling it raises.
    """
    return _PlaceholderMeta(
        name,
        (),
        {
            '__doc__': message,
            '__module__': __name__,
            '_missing': message,
        },
    )


def make_placeholder_module(
    name: str, members: Iterable[str] = (), message: str = ''
) -> ModuleType:
    """Create a module that holds nothing but placeholders.

    Args:
        name: Full dotted name of the module.
        members: Names that may be imported from it. Any other name, and any
            submodule, behaves as absent, so that a ``try: import`` of an
            optional feature still finds the package missing.
        message: Text of the ``ImportError`` raised on use.

    Returns:
        The module. It is not put into ``sys.modules``.
    """
    module = ModuleType(name, message)
    # `importlib.util.find_spec` refuses loaded modules without a spec.
    module.__spec__ = ModuleSpec(name, loader=None)
    for member in members:
        setattr(module, member, make_placeholder(member, message))
    return module


@contextlib.contextmanager
def module_substitutes(
    modules: dict[str, Optional[ModuleType]],
) -> Iterator[None]:
    """Put modules into ``sys.modules`` for the time of a ``with`` block.

    Args:
        modules: Modules by full name; ``None`` makes Python report the
            module as not found.

    Yields:
        Nothing.
    """
    previous = {
        name: sys.modules[name] for name in modules if name in sys.modules
    }
    # typeshed types the values as modules, Python documents None as well.
    sys.modules.update(modules)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in modules:
            sys.modules.pop(name, None)
        sys.modules.update(previous)
