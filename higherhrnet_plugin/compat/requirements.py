"""Host packages that the plugin needs, and what to say if they are not there.

The messages name the package at fault and the command that installs it.
"""

import importlib
import re
from types import ModuleType
from typing import NamedTuple, NoReturn


class _Requirement(NamedTuple):
    """Versions of a host package that the plugin accepts."""

    name: str
    minimum: tuple[int, ...]
    below: tuple[int, ...]
    install: str


_REQUIREMENTS = (
    _Requirement('mmengine', (0, 6), (1,), "pip install 'mmengine>=0.10,<1'"),
    _Requirement(
        'mmcv',
        (2, 0, 1),
        (2, 3),
        "mim install 'mmcv>=2.0.1,<2.3', or without compiled operators "
        "pip install 'mmcv-lite>=2.0.1,<2.3'",
    ),
    _Requirement(
        'mmpose',
        (1, 1),
        (2,),
        "mim install 'mmpose>=1.2,<2', or where its requirements cannot be "
        "resolved pip install --no-deps 'mmpose>=1.2,<2'",
    ),
)

# Import names whose distribution has another name.
_DISTRIBUTIONS = {
    'cv2': 'opencv-python',
    'json_tricks': 'json-tricks',
    'PIL': 'pillow',
    'yaml': 'pyyaml',
}


def check_requirements() -> None:
    """Import mmengine, mmcv and mmpose, and check their versions.

    Raises:
        ImportError: If one of them is missing or has an unsupported version.
    """
    for requirement in _REQUIREMENTS:
        _check_requirement(requirement)


def _check_requirement(requirement: _Requirement) -> None:
    """Import one host package and compare its version with the range."""
    name, minimum, below, install = requirement
    try:
        module = import_host_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ImportError(
            f'higherhrnet_plugin needs {name}, which is not installed: '
            f'{install}'
        ) from error
    version = str(getattr(module, '__version__', ''))
    if not minimum <= _parse_version(version) < below:
        raise ImportError(
            f'higherhrnet_plugin needs {name} >={_join(minimum)},'
            f'<{_join(below)}, found {version or "no version"}: {install}'
        )


def _parse_version(version: str) -> tuple[int, ...]:
    """Read the leading numbers of a version, e.g. (2, 1, 0) of 2.1.0rc1."""
    match = re.match(r'\d+(\.\d+)*', version)
    return tuple(map(int, match.group().split('.'))) if match else ()


def _join(version: tuple[int, ...]) -> str:
    """Write a version tuple with dots."""
    return '.'.join(map(str, version))


def import_host_module(name: str) -> ModuleType:
    """Import a module of a host; explain the failures that are known.

    Args:
        name: Full name of the module.

    Returns:
        The module.

    Raises:
        ImportError: If it cannot be imported.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        _explain_missing(name, error)
    except AssertionError as error:
        # mmpose checks the versions of mmcv and mmengine by assertions.
        raise ImportError(f'{name} refuses to be imported: {error}') from error
    except (ImportError, ValueError) as error:
        if 'numpy.dtype size changed' in str(error):
            raise ImportError(
                f'{name} imports a package that was compiled for another '
                'major version of numpy (usually xtcocotools): pip install '
                "'numpy<2'"
            ) from error
        raise


def _explain_missing(name: str, error: ModuleNotFoundError) -> NoReturn:
    """Name the distribution to install for a module that was not found."""
    missing = (error.name or '').partition('.')[0]
    if not missing or missing == name.partition('.')[0]:
        raise error
    distribution = _DISTRIBUTIONS.get(missing, missing)
    raise ImportError(
        f'{name} needs the package {missing!r}, which is not installed: '
        f'pip install {distribution}',
        name=missing,
    ) from error
