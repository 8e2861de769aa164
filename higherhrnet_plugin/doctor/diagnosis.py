"""From what is installed to what is wrong with it, and what mends that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from higherhrnet_plugin.doctor.environment import (
    TORCH_AND_NUMPY,
    Environment,
)
from higherhrnet_plugin.doctor.table import (
    BUILT_ON_NUMPY,
    BY_MODULE,
    PLUGIN,
    REQUIREMENTS,
    Requirement,
    is_optional,
    leading_numbers,
    users_of,
)

_SHARED_LIBRARY = re.compile(r'lib\w+\S*\.so\S*: cannot open shared object')


@dataclass(frozen=True)
class Finding:
    """Something that is missing or broken.

    Attributes:
        text: What is wrong, in one line.
        severity: 'error' if the plugin cannot be used, 'mim' if only mim
            cannot, 'note' if everything works for now.
        remove: Distributions to uninstall first.
        install: What to install, as pip reads it.
        install_alone: The same, without what these packages ask for.
        reinstall: What to install anew, although it is there.
    """

    text: str
    severity: str = 'error'
    remove: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    install_alone: tuple[str, ...] = ()
    reinstall: tuple[str, ...] = ()


def diagnose(environment: Environment) -> list[Finding]:
    """Name everything that is missing or broken.

    Args:
        environment: What is installed, and which imports failed.

    Returns:
        The findings, errors first.
    """
    findings: list[Finding] = []
    bad: set[str] = set()
    for item in REQUIREMENTS:
        if not _is_needed(item, environment):
            continue
        found = _check(item, environment, bad)
        if found is not None:
            findings.append(found)
            bad.add(item.module)
        elif len(environment.providers(item)) > 1:
            findings.append(_several(item, environment, 'note'))
    findings.extend(_check_numpy(environment, bad))
    findings.extend(_check_mim(environment, bad))
    if PLUGIN in environment.failures and not any(
        finding.severity == 'error' for finding in findings
    ):
        findings.append(
            Finding(
                f'{PLUGIN} does not import: '
                + environment.failures[PLUGIN].splitlines()[0]
            )
        )
    order = ('error', 'mim', 'note')
    return sorted(findings, key=lambda found: order.index(found.severity))


def _is_needed(item: Requirement, environment: Environment) -> bool:
    """Tell whether what is installed asks for a package."""
    if item.package != 'setuptools':
        return True
    # an older setuptools has both
    needs_old = _needs_pkg_resources(environment)
    return needs_old == (item.module == 'pkg_resources')


def _needs_pkg_resources(environment: Environment) -> bool:
    """Tell whether mmengine or mim import pkg_resources, the forks do not."""
    return any(
        environment.providers(BY_MODULE[host]) != [fork]
        for host, fork in (
            ('mmengine', 'onedl-mmengine'),
            ('mim', 'onedl-mim'),
        )
    )


def _check(
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
    severity = 'mim' if is_optional(item.module) else 'error'
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
            f'{item.module} is not installed: choose the build for your '
            'machine, https://pytorch.org/get-started/locally'
        )
    if item.module == 'pkg_resources' and providers:
        return _unsuitable(item, environment, severity)
    if providers:
        return Finding(
            f'{item.module}: the files of {" and ".join(providers)} are gone',
            severity,
            remove=tuple(providers[1:]),
            reinstall=(_same_version(providers[0], environment),),
        )
    return Finding(
        f'{item.module} is not installed, which {_users(item)} '
        f'({item.specifier})',
        severity,
        **_installation(item),
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
        **_installation(item),
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
        several = _several(item, environment, severity)
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
        return Finding(text, severity, **_installation(item))
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
        reinstall=(_same_version(providers[0], environment),),
    )


def _several(
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


def _check_numpy(environment: Environment, bad: set[str]) -> list[Finding]:
    """Check torch and xtcocotools against numpy."""
    findings = []
    failure = environment.failures.get(TORCH_AND_NUMPY)
    numpy = environment.version(BY_MODULE['numpy'])
    if failure and not {'torch', 'numpy'} & bad:
        torch = environment.version(BY_MODULE['torch'])
        findings.append(
            Finding(
                f'torch {torch} was built for numpy 1, numpy {numpy} is '
                'installed',
                install=('numpy<2',),
            )
            if leading_numbers(numpy) >= (2,)
            else Finding(f'torch {torch} cannot use numpy {numpy}: {failure}')
        )
    failure = environment.failures.get('xtcocotools')
    if failure and 'numpy' not in bad:
        findings.append(
            Finding(
                'xtcocotools does not import beside numpy '
                f'{numpy} and is not used: {failure.splitlines()[0]}',
                'note',
                remove=('xtcocotools',),
            )
        )
    return findings


def _check_mim(environment: Environment, bad: set[str]) -> list[Finding]:
    """Tell of the mim that does not find the plugin."""
    item = BY_MODULE['mim']
    version = environment.distributions.get('onedl-mim')
    if environment.providers(item) != ['onedl-mim'] or 'mim' in bad:
        return []
    return [
        Finding(
            f'onedl-mim {version} finds the tools of the plugin only after '
            'pip install -e, and does not list or search it; openmim does',
            'note',
            remove=('onedl-mim',),
            **_installation(item),
        )
    ]


def _installation(item: Requirement) -> dict[str, tuple[str, ...]]:
    """Return how a package is installed, as arguments of a finding."""
    key = 'install_alone' if item.alone else 'install'
    return {key: (item.specifier,)}


def _same_version(name: str, environment: Environment) -> str:
    """Pin a distribution to the version that is installed."""
    return f'{name}=={environment.distributions[name]}'


def _users(item: Requirement) -> str:
    """Say what imports a package."""
    if not item.used_by:
        return 'gives the commands of mim'
    *most, last = item.used_by
    if not most:
        return f'{last} needs'
    return f'{", ".join(most)} and {last} need'
