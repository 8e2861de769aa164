"""What is wrong with one package, and what mends that."""

from __future__ import annotations

import re

from higherhrnet_plugin.doctor.environment import Environment
from higherhrnet_plugin.doctor.finding import (
    Finding,
    installation,
    same_version,
)
from higherhrnet_plugin.doctor.table import (
    BUILT_ON_NUMPY,
    Requirement,
    is_optional,
    users_of,
)

_SHARED_LIBRARY = re.compile(r'lib\w+\S*\.so\S*: cannot open shared object')


def check_package(
    item: Requirement, environment: Environment, bad: set[str]
) -> Finding | None:
    """Check one package.

    Args:
        item: The package.
        environment: What is installed.
        bad: Modules that are known to be missing or broken.

    Returns:
        What is wrong, or None.
    """
    severity = 'optional' if is_optional(item.module) else 'error'
    version = environment.version(item)
    if item.module in environment.missing:
        return _missing(item, environment, severity)
    if version and not item.accepts(version):
        return _unsuitable(item, environment, severity)
    failure = environment.failures.get(item.module)
    if failure is None or any(item.module in users_of(name) for name in bad):
        return None
    return _broken(item, environment, failure, severity)


def _missing(
    item: Requirement, environment: Environment, severity: str
) -> Finding:
    """Describe a package that Python does not find."""
    providers = environment.providers(item)
    if item.fixed:
        return Finding(
            f'{item.module} is not installed ({item.specifier}): for a build '
            'other than that of pip, first see '
            'https://pytorch.org/get-started/locally',
            severity,
            **installation(item),
        )
    if providers and not item.accepts(environment.version(item)):
        # a setuptools that has dropped pkg_resources
        return _unsuitable(item, environment, severity)
    if providers:
        return Finding(
            f'{item.module}: the files of {" and ".join(providers)} are gone',
            severity,
            remove=tuple(providers[1:]),
            reinstall=(same_version(providers[0], environment),),
        )
    return Finding(
        f'{item.module} is not installed, which {_users(item)} '
        f'({item.specifier})',
        severity,
        **installation(item),
    )


def _unsuitable(
    item: Requirement, environment: Environment, severity: str
) -> Finding:
    """Describe a package whose version is not accepted."""
    providers = environment.providers(item)
    version = environment.version(item) or 'of an unknown version'
    name = providers[0] if providers else item.module
    text = f'{name} {version} is installed, {item.versions} is needed'
    if item.module == 'pkg_resources':
        text += f', with pkg_resources, which {_users(item)}'
    if item.fixed:
        return Finding(
            f'{text}: https://pytorch.org/get-started/locally', severity
        )
    return Finding(
        text,
        severity,
        remove=tuple(name for name in providers if name != item.package),
        **installation(item),
    )


def _broken(
    item: Requirement, environment: Environment, failure: str, severity: str
) -> Finding:
    """Describe a package that is there but does not import."""
    providers = environment.providers(item)
    lines = failure.strip().splitlines() or ['']
    text = f'{item.module} does not import: {lines[0]}'
    if item.fixed:
        return Finding(
            f'{text} (install the build for your machine anew, '
            'https://pytorch.org/get-started/locally)',
            severity,
        )
    if len(providers) > 1:
        several = several_providers(item, environment, severity)
        return Finding(
            f'{text}; {several.text}',
            severity,
            remove=several.remove,
            reinstall=several.reinstall,
        )
    if item.module == 'cv2' and _SHARED_LIBRARY.search(failure):
        return Finding(
            f'{text} (the build without windows does not need it)',
            severity,
            remove=tuple(providers),
            install=(item.specifier,),
        )
    if not providers:
        return Finding(text, severity, **installation(item))
    if item.module in BUILT_ON_NUMPY:
        # often built for another major version of numpy; pip finds one that
        # fits, unless there is one already
        return Finding(
            text,
            severity,
            remove=tuple(providers),
            install=(providers[0] + item.versions,),
        )
    return Finding(
        text,
        severity,
        reinstall=(same_version(providers[0], environment),),
    )


def several_providers(
    item: Requirement, environment: Environment, severity: str
) -> Finding:
    """Describe several distributions that hold the same module."""
    providers = environment.providers(item)
    names = ' and '.join(
        f'{name} {environment.distributions[name]}' for name in providers
    )
    keep = item.package
    # a build that works can open windows, the headless one imports anywhere
    if item.module == 'cv2' and severity == 'note':
        keep = next(
            (name for name in providers if 'headless' not in name), keep
        )
    return Finding(
        f'{names} hold the same module {item.module}: to remove one breaks '
        'the other',
        severity,
        remove=tuple(name for name in providers if name != keep),
        reinstall=(keep + item.versions,),
    )


def _users(item: Requirement) -> str:
    """Say what imports a package."""
    if not item.used_by:
        return 'gives the commands of mim'
    *most, last = item.used_by
    if not most:
        return f'{last} needs'
    return f'{", ".join(most)} and {last} need'
