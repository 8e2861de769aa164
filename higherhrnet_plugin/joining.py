"""When the components join the host's registries.

Much of the package needs neither torch nor mmpose, whose import takes seconds.
So importing the package alone imports neither. The components join as soon as
MMEngine, mmcv or mmpose is imported, by whomever: a module of ours, a script,
or before, by MMEngine, which reads the ``custom_imports`` of a config.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Optional

PLUGIN = __name__.partition('.')[0]
# the rooms whose import registers something, or has public names
ROOMS = (
    *('checkpoints', 'codecs', 'datasets', 'engine', 'evaluation'),
    'models',
)
_HOSTS = ('mmengine', 'mmcv', 'mmpose')


def attach() -> None:
    """Let the components join: now, or when a package of the host comes.

    Raises:
        ImportError: If a package of the host is loaded already, and not all
            that is needed can be imported. The message names what is missing.
    """
    if any(sys.modules.get(name) is not None for name in _HOSTS):
        join()
    else:
        sys.meta_path.insert(0, _Watcher())


def join() -> None:
    """Import the host and all components; calling it again changes nothing.

    Raises:
        ImportError: If something that is needed is missing or broken. The
            message names all of it, and the command that mends it.
    """
    _import_host()
    from .compat import accept_radius_in_array, allow_checkpoint_globals

    allow_checkpoint_globals()
    accept_radius_in_array()
    # the host must be there before what builds on it
    for room in ROOMS:
        module = importlib.import_module(f'{PLUGIN}.{room}')
        for name in module.__all__:
            getattr(module, name)
    from .checkpoints import use_safe_loaders

    use_safe_loaders()


class _Watcher(MetaPathFinder):
    """Notices imports of the host, and of modules that import it."""

    def __init__(self) -> None:
        # modules of each kind that this thread is in the middle of importing
        self._importing = threading.local()

    def find_spec(
        self,
        name: str,
        path: Optional[Sequence[str]] = None,
        target: Optional[ModuleType] = None,
    ) -> Optional[ModuleSpec]:
        """Find a module as all others do, and watch its execution."""
        if name not in _HOSTS and not name.startswith(f'{PLUGIN}.'):
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        for finder in others:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _WatchedLoader(spec.loader, self)
                return spec
        return None

    @contextlib.contextmanager
    def watch(self, name: str) -> Iterator[None]:
        """Run the block that executes a module.

        The host is made ready whenever it comes, as the rest of a module of
        ours may need it. The components wait until no module of ours is half
        imported.
        """
        counts = self._importing.__dict__
        kind = 'hosts' if name in _HOSTS else 'ours'
        counts[kind] = counts.get(kind, 0) + 1
        try:
            with _explained(counts):
                yield
                if kind == 'hosts' and counts[kind] == 1 and _has_mmpose():
                    _import_host()
        finally:
            counts[kind] -= 1
        if not any(counts.values()) and sys.modules.get('mmpose'):
            counts['ours'] = 1
            try:
                join()
            finally:
                counts['ours'] = 0
            with contextlib.suppress(ValueError):
                sys.meta_path.remove(self)


class _WatchedLoader(Loader):
    """Loads a module as another loader does."""

    def __init__(self, loader: Any, watcher: _Watcher) -> None:
        self.loader = loader
        self.watcher = watcher

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def create_module(self, spec: ModuleSpec) -> Optional[ModuleType]:
        """Create the module."""
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module, which keeps no trace of the watcher."""
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        with self.watcher.watch(module.__name__):
            self.loader.exec_module(module)


@contextlib.contextmanager
def _explained(counts: dict[str, int]) -> Iterator[None]:
    """Name all that is missing where a module of ours lacks the host."""
    try:
        yield
    except ModuleNotFoundError as error:
        from .doctor.on_import import explain_import_errors
        from .doctor.table import BY_MODULE

        missing = BY_MODULE.get((error.name or '').partition('.')[0])
        if counts.get('ours', 0) != 1 or missing is None:
            raise
        if missing.runtime:
            raise ModuleNotFoundError(
                f'{PLUGIN} cannot be used here: {error}. `pip install '
                f'"{PLUGIN}[onnx]"` installs what exported files need, '
                f'`python -m {PLUGIN}.doctor --fix` all that is needed',
                name=error.name,
            ) from error
        with explain_import_errors():
            raise


def _import_host() -> None:
    """Import the host, or name all that is missing."""
    from .doctor.on_import import explain_import_errors

    with explain_import_errors():
        from .compat.host import import_host
    import_host()


def _has_mmpose() -> bool:
    """Tell whether mmpose is installed; others use MMEngine without it."""
    return importlib.util.find_spec('mmpose') is not None
