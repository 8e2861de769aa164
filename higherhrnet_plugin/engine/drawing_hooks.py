"""mmpose's hooks that draw, with a file of its own for every image."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional

from mmengine.dist import get_rank, get_world_size
from mmpose.engine.hooks import BadCaseAnalysisHook, PoseVisualizationHook

from ..registry import HOOKS

# bytes of a name are limited, and mmpose puts all boxes of an image into it
_LONGEST = 150


class _OwnFilesMixin:
    """Gives every drawing of a test a name of its own."""

    _visualizer: Any

    def after_test_iter(self, *args: Any, **kwargs: Any) -> None:
        """Draw.

        Args:
            args (Any): Of mmpose's hook.
            kwargs (Any): Of mmpose's hook.
        """
        with _own_files(self._visualizer):
            super().after_test_iter(*args, **kwargs)  # type: ignore[misc]


@HOOKS.register_module()
class OwnFilesVisualizationHook(_OwnFilesMixin, PoseVisualizationHook):
    """Draw predictions of a test; images of the same name keep apart.

    mmpose names files by those that it finds in the folder, and so two
    processes may choose one name. Here the number of the process is in it.
    Arguments are those of ``PoseVisualizationHook``.

    Examples:
        >>> from higherhrnet_plugin.registry import HOOKS
        >>> HOOKS.get('OwnFilesVisualizationHook').__name__
        'OwnFilesVisualizationHook'
    """


@HOOKS.register_module()
class OwnFilesBadCaseHook(_OwnFilesMixin, BadCaseAnalysisHook):
    """Draw bad cases of a test; images of the same name keep apart.

    mmpose names files by image, boxes and score, which may be the same.
    Arguments are those of ``BadCaseAnalysisHook``.

    Examples:
        >>> from higherhrnet_plugin.registry import HOOKS
        >>> HOOKS.get('OwnFilesBadCaseHook').__name__
        'OwnFilesBadCaseHook'
    """


@contextmanager
def _own_files(visualizer: Any) -> Iterator[None]:
    """Let a visualizer write to names that are free."""
    add = visualizer.add_datasample

    def add_datasample(
        *args: Any, out_file: Optional[str] = None, **kwargs: Any
    ) -> Any:
        if out_file is not None:
            out_file = str(find_free(Path(out_file)))
        return add(*args, out_file=out_file, **kwargs)

    visualizer.add_datasample = add_datasample
    try:
        yield
    finally:
        del visualizer.add_datasample


def find_free(path: Path) -> Path:
    """Find a name that no drawing has, neither of another process.

    Args:
        path (Path): A file.

    Returns:
        Path: in the same folder, with the same suffix; the same name if that
        is free, short enough, and there is one process.
    """
    stem = path.stem[:_LONGEST]
    if get_world_size() > 1:
        stem = f'{stem}_process{get_rank()}'
    names = itertools.chain(
        [stem], (f'{stem}_{number}' for number in itertools.count(1))
    )
    files = (path.with_name(f'{name}{path.suffix}') for name in names)
    return next(file for file in files if not file.exists())
