"""Starts of modules that come from files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mmengine.model import PretrainedInit
from torch import nn


@contextmanager
def without_pretrained(module: nn.Module) -> Iterator[list[dict[str, Any]]]:
    """Keep a module from loading weights of a file.

    Args:
        module (nn.Module): With MMEngine's ``init_cfg``, or without; its
            submodules are left alone.

    Yields:
        list[dict]: the starts that are left out, until the ``with`` block
        ends.
    """
    init_cfg: Any = getattr(module, 'init_cfg', None)
    module.init_cfg = [
        start for start in _as_list(init_cfg) if not _is_pretrained(start)
    ]  # type: ignore[assignment]
    try:
        yield find_pretrained(init_cfg)
    finally:
        module.init_cfg = init_cfg


def find_pretrained(init_cfg: Any) -> list[dict[str, Any]]:
    """List the starts from files.

    Args:
        init_cfg (dict | list, optional): Of MMEngine.

    Returns:
        list[dict]: those of them that are ``Pretrained``.
    """
    return [start for start in _as_list(init_cfg) if _is_pretrained(start)]


def _is_pretrained(start: dict[str, Any]) -> bool:
    """Tell whether a start comes from a file."""
    return start['type'] in ('Pretrained', PretrainedInit)


def _as_list(init_cfg: Any) -> list[dict[str, Any]]:
    """Return the starts of a module: none, one or several."""
    if not init_cfg:
        return []
    return [init_cfg] if isinstance(init_cfg, dict) else list(init_cfg)
