"""Import of mmpose with whatever optional packages are, or are not, there.

``import mmpose.models`` and ``import mmpose.visualization`` need mmdet (for
the RTMO head), mmcv's compiled operators (for the ED-Pose head) and
torchvision (for the SimCC visualiser), although HigherHRNet uses none of
them. Where one of them does not import, mmpose is shown a placeholder while
it is imported, and only then. xtcocotools, which data sets and metrics need,
gets a substitute that works.
"""

import contextlib
import importlib
import sys
import threading
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Optional

from higherhrnet_plugin.compat.imports import import_failure
from higherhrnet_plugin.compat.placeholders import (
    make_placeholder_module,
    module_substitutes,
)
from higherhrnet_plugin.compat.requirements import check_requirements
from higherhrnet_plugin.doctor.on_import import explain_import_errors
from higherhrnet_plugin.doctor.table import BY_MODULE

_HOST_MODULES = (
    'mmpose',
    'mmpose.registry',
    'mmpose.structures',
    'mmpose.codecs',
    'mmpose.datasets',
    'mmpose.models',
    'mmpose.evaluation',
    'mmpose.visualization',
    'mmpose.engine',
    'mmpose.apis',
)

_LOCK = threading.RLock()


def import_host() -> None:
    """Import the parts of mmpose that the plugin builds on.

    Packages that import are used as they are. For mmdet, mmcv's compiled
    operators and torchvision, a placeholder takes the place of a package
    that is missing or broken while mmpose is imported; afterwards
    ``sys.modules`` holds no trace of it. What mmpose bound from it raises an
    ``ImportError`` when used. In the same way ``compat.coco_tools`` takes the
    place of an xtcocotools that does not work, and what mmpose bound from it
    works. Modules of mmpose that are loaded already are kept.

    Raises:
        ImportError: If mmpose, mmengine, mmcv or a package they need is
            missing, broken or unsupported. The message names all of these.
    """
    with _LOCK:
        if all(name in sys.modules for name in _HOST_MODULES):
            return
        with explain_import_errors(), _quiet_imports():
            check_requirements()
            with _optional_packages():
                for name in _HOST_MODULES:
                    importlib.import_module(name)


@contextlib.contextmanager
def hide_broken_torchvision() -> Iterator[None]:
    """Let a torchvision that does not import count as not installed.

    A torchvision built for another torch raises ``RuntimeError`` or
    ``OSError``. MMEngine's environment report, made whenever a Runner is
    built, expects nothing but ``ModuleNotFoundError``. A torchvision that
    works, or is not there, is left alone.

    Yields:
        Nothing; the effect ends with the ``with`` block.
    """
    broken = import_failure('torchvision', 'torchvision') is not None
    with module_substitutes({'torchvision': None} if broken else {}):
        yield


@contextlib.contextmanager
def _quiet_imports() -> Iterator[None]:
    """Hold back warnings of the hosts that a user can do nothing about.

    That mmcv-lite has no compiled operators, and that mmengine and mim use
    ``pkg_resources``.
    """
    with warnings.catch_warnings():
        for message in (
            'Fail to import ``MultiScaleDeformableAttention',
            'pkg_resources is deprecated',
        ):
            warnings.filterwarnings('ignore', message=message)
        yield


@contextlib.contextmanager
def _optional_packages() -> Iterator[None]:
    """Provide placeholders for the optional packages that do not import."""
    with contextlib.ExitStack() as stack:
        # In this order, as mmdet is built on the other two.
        for find_substitutes in (
            _substitute_torchvision,
            _substitute_mmcv_ops,
            _substitute_mmdet,
            _substitute_xtcocotools,
        ):
            stack.enter_context(module_substitutes(find_substitutes()))
        yield


def _substitute_torchvision() -> dict[str, Optional[ModuleType]]:
    """Return placeholders for torchvision where it does not import."""
    failure = import_failure('torchvision.transforms', 'torchvision')
    if failure is None:
        return {}
    message = (
        f"mmpose's SimCC visualiser needs torchvision ({failure}): "
        'install the build of torchvision that belongs to your torch, '
        'pip install torchvision'
    )
    return {
        'torchvision': make_placeholder_module('torchvision', (), message),
        'torchvision.transforms': make_placeholder_module(
            'torchvision.transforms', ('ToPILImage',), message
        ),
    }


def _substitute_mmcv_ops() -> dict[str, Optional[ModuleType]]:
    """Return a placeholder for ``mmcv.ops`` where it does not import.

    Only the operator that mmpose imports without condition is offered: the
    heads that ask for ``DeformConv2d`` have a switch for its absence.
    """
    failure = import_failure('mmcv._ext', 'mmcv._ext') or import_failure(
        'mmcv.ops', 'mmcv.ops'
    )
    if failure is None:
        return {}
    message = (
        "mmpose's ED-Pose head needs mmcv with compiled operators "
        f"({failure}): mim install 'mmcv{BY_MODULE['mmcv'].versions}'"
    )
    return {
        'mmcv.ops': make_placeholder_module(
            'mmcv.ops', ('MultiScaleDeformableAttention',), message
        )
    }


def _substitute_mmdet() -> dict[str, Optional[ModuleType]]:
    """Return placeholders for what of mmdet does not import."""
    failure = import_failure('mmdet.utils', 'mmdet')
    if failure is not None:
        message = (
            f"mmpose's RTMO head needs mmdet ({failure}): "
            'pip install mmdet, beside mmcv with compiled operators'
        )
        return {
            'mmdet': make_placeholder_module('mmdet', (), message),
            'mmdet.utils': make_placeholder_module(
                'mmdet.utils', ('ConfigType', 'reduce_mean'), message
            ),
        }
    # mmpose's inferencers try mmdet.apis and expect nothing but ImportError.
    # Without operators it cannot import, so it is not even started: its half
    # import would leave classes behind in mmdet's registries.
    if _is_placeholder('mmcv.ops') or import_failure('mmdet.apis', ''):
        return {'mmdet.apis': None}
    return {}


def _substitute_xtcocotools() -> dict[str, Optional[ModuleType]]:
    """Return modules that work like xtcocotools where it does not."""
    # Late, as it needs packages that may be missing.
    from higherhrnet_plugin.compat.coco_tools import xtcocotools_modules

    return {**xtcocotools_modules()}


def _is_placeholder(name: str) -> bool:
    """Tell whether a loaded module is one of ours."""
    module = sys.modules.get(name)
    return module is not None and getattr(module, '__file__', None) is None
