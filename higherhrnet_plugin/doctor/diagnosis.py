"""From what is installed to what is wrong with it, and what mends that."""

from __future__ import annotations

import re

from higherhrnet_plugin.doctor.environment import (
    COMPONENTS,
    DEVICES,
    TORCH_AND_NUMPY,
    Environment,
)
from higherhrnet_plugin.doctor.finding import (
    Finding,
    installation,
    same_version,
)
from higherhrnet_plugin.doctor.packages import (
    check_package,
    several_providers,
)
from higherhrnet_plugin.doctor.table import (
    BY_MODULE,
    PLUGIN,
    REQUIREMENTS,
    Requirement,
    leading_numbers,
)


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
        found = check_package(item, environment, bad)
        if found is not None:
            findings.append(found)
            bad.add(item.module)
        elif len(environment.providers(item)) > 1:
            findings.append(several_providers(item, environment, 'note'))
    findings.extend(_check_numpy(environment, bad))
    findings.extend(_check_mim(environment, bad))
    if PLUGIN in environment.failures and not any(
        finding.severity == 'error' for finding in findings
    ):
        findings.append(_unexplained(environment))
    findings.extend(_check_machine(environment))
    order = ('error', 'optional', 'note')
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
            **installation(item),
        )
    ]


def _check_machine(environment: Environment) -> list[Finding]:
    """Tell of a GPU that torch does not see, and of a locked folder."""
    findings = []
    torch = environment.versions.get('torch')
    if environment.driver and torch and DEVICES not in environment.versions:
        findings.append(
            Finding(
                'there is an NVIDIA driver, but '
                f'torch {torch} sees no GPU and the CPU is used: choose the '
                'build for your GPU, https://pytorch.org/get-started/locally',
                'note',
            )
        )
    if environment.versions.get(COMPONENTS) == '0':
        findings.append(
            Finding(
                f'{PLUGIN} imports, but registers nothing: install it anew'
            )
        )
    if environment.unwritable:
        findings.append(
            Finding(
                f'{environment.unwritable} cannot be written to: run '
                'commands elsewhere, or give them --work-dir and --out',
                'note',
            )
        )
    return findings


def _unexplained(environment: Environment) -> Finding:
    """Describe a plugin that does not import beside packages that do."""
    failure = environment.failures[PLUGIN]
    text = f'{PLUGIN} does not import: {failure.splitlines()[0]}'
    part = re.search(r"No module named '(\w+)\.", failure)
    item = BY_MODULE.get(part[1]) if part else None
    if item is None or item.fixed or not environment.providers(item):
        return Finding(text)
    name = environment.providers(item)[0]
    return Finding(
        f'{text} (a part of {name} is gone)',
        reinstall=(same_version(name, environment),),
    )
