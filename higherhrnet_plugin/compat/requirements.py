"""Versions of the hosts, checked while they are imported."""

import importlib

from higherhrnet_plugin.doctor.table import BY_MODULE

_HOSTS = ('mmengine', 'mmcv', 'mmpose')


def check_requirements() -> None:
    """Import mmengine, mmcv and mmpose, and check their versions.

    Raises:
        ImportError: If one of them is missing or has an unsupported version.
    """
    for name in _HOSTS:
        module = importlib.import_module(name)
        version = str(getattr(module, '__version__', ''))
        if not BY_MODULE[name].accepts(version):
            raise ImportError(
                f'{name} {BY_MODULE[name].versions} is needed, found '
                f'{version or "no version"}',
                name=name,
            )
