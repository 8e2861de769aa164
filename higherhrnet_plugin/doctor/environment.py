"""What is installed for the running Python, and what of it imports."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Optional

from higherhrnet_plugin.doctor.table import (
    PLUGIN,
    REQUIREMENTS,
    Requirement,
)

# Imports one module after the other and writes a line for each, so that the
# lines before a crash remain. What else is printed meanwhile does not count.
_PROBE = r"""
import importlib, json, os, sys, warnings
out = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)
warnings.simplefilter('ignore')
for name, module, attribute in json.loads(sys.argv[1]):
    print(json.dumps([name, None, None]), file=out, flush=True)
    version, error = None, ''
    try:
        if name == 'torch and numpy':
            import numpy, torch
            torch.from_numpy(numpy.zeros(1))
        elif name == 'devices':
            from torch import cuda
            count = cuda.device_count() if cuda.is_available() else 0
            version = ', '.join(map(cuda.get_device_name, range(count)))
        elif name == 'components':
            import mmpose.registry as host
            tables = [r.module_dict for r in vars(host).values()
                      if isinstance(r, host.Registry)]
            ours = {c for t in tables for c in t.values()
                    if c.__module__.startswith('higherhrnet_plugin.')}
            version = str(len(ours))
        else:
            importlib.import_module(module)
            whole = sys.modules[module.partition('.')[0]]
            if attribute and not hasattr(whole, attribute):
                raise ImportError(f'{module} has no {attribute!r}: files of '
                                  'the package are missing')
            version = getattr(whole, '__version__', None)
    except BaseException as failure:
        error = f'{type(failure).__name__}: {failure}'
    version = version if isinstance(version, str) else None
    print(json.dumps([name, version, error]), file=out, flush=True)
"""

# What is looked at beside the packages.
TORCH_AND_NUMPY = 'torch and numpy'
DEVICES = 'devices'
COMPONENTS = 'components'


@dataclass(frozen=True)
class Environment:
    """What a diagnosis is made from.

    Attributes:
        distributions: Version of each installed distribution of the table, by
            its normalised name.
        missing: Modules of the table that Python does not find.
        versions: Version that a module states itself, by module; beside them
            the names of the GPUs that torch sees, by ``DEVICES``, and how
            many components are registered, by ``COMPONENTS``.
        failures: Type and text of the exception that an import raised, by
            module.
        python: Version of Python.
        driver: Whether there is a driver of an NVIDIA GPU.
        unwritable: The current folder, if it cannot be written to, or ''.
    """

    distributions: Mapping[str, str]
    missing: frozenset[str] = frozenset()
    versions: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    python: tuple[int, ...] = sys.version_info[:2]
    driver: bool = False
    unwritable: str = ''

    def providers(self, requirement: Requirement) -> list[str]:
        """Return the installed distributions that provide a module."""
        return [
            name
            for name in requirement.distributions
            if name in self.distributions
        ]

    def version(self, requirement: Requirement) -> str:
        """Return the version of a package, or '' if it is not known."""
        if requirement.module in self.versions:
            return self.versions[requirement.module]
        providers = self.providers(requirement)
        return self.distributions[providers[0]] if providers else ''


def read_environment() -> Environment:
    """Look up what is installed, without importing it."""
    importlib.invalidate_caches()
    wanted = {name for item in REQUIREMENTS for name in item.distributions} | {
        'xtcocotools'
    }
    distributions = {}
    for name in wanted:
        version = installed_version(name)
        if version is not None:
            distributions[name] = version
    return Environment(
        distributions,
        frozenset(
            item.module for item in REQUIREMENTS if not _is_found(item.module)
        ),
    )


def probe_environment(environment: Environment) -> Environment:
    """Import in another process what is there, and the plugin itself.

    Args:
        environment: What :func:`read_environment` found.

    Returns:
        The same with the versions and failures of the imports.
    """
    jobs = [
        (item.module, item.probe or item.module, item.attribute)
        for item in REQUIREMENTS
        if item.module not in environment.missing
    ]
    if 'xtcocotools' in environment.distributions:
        jobs.append(('xtcocotools', 'xtcocotools.mask', ''))
    if not {'torch', 'numpy'} & environment.missing:
        jobs.append((TORCH_AND_NUMPY, '', ''))
    if 'torch' not in environment.missing:
        jobs.append((DEVICES, '', ''))
    # a part that needs the host
    jobs.append((PLUGIN, f'{PLUGIN}.models', ''))
    jobs.append((COMPONENTS, '', ''))
    versions, failures = _probe(jobs)
    return replace(
        environment,
        versions=versions,
        failures=failures,
        driver=shutil.which('nvidia-smi') is not None,
        unwritable='' if os.access('.', os.W_OK) else str(Path.cwd()),
    )


def installed_version(name: str) -> Optional[str]:
    """Return the version of a distribution, or None if there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _is_found(module: str) -> bool:
    """Tell whether Python finds a module that can hold something."""
    try:
        with warnings.catch_warnings():
            # setuptools' on its way of standing in for distutils
            warnings.simplefilter('ignore')
            spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    # A folder that an uninstalled package left is found as a namespace.
    return spec is not None and spec.origin is not None


def _probe(
    jobs: list[tuple[str, str, str]],
) -> tuple[dict[str, str], dict[str, str]]:
    """Import modules in a process of their own, in a new one after a crash.

    Args:
        jobs: Name for the answer, module, and attribute that it must have.

    Returns:
        Versions by name, and failures by name.
    """
    versions: dict[str, str] = {}
    failures: dict[str, str] = {}
    while jobs:
        done = subprocess.run(
            [sys.executable, '-c', _PROBE, json.dumps(jobs)],
            capture_output=True,
            text=True,
            check=False,
        )
        started = ''
        for name, version, error in _answers(done.stdout.splitlines()):
            started = name if error is None else ''
            if error:
                failures[name] = error
            if version:
                versions[name] = version
        if not started:
            break
        failures[started] = f'the process ended with {done.returncode}'
        names = [name for name, _, _ in jobs]
        jobs = jobs[names.index(started) + 1 :]
    return versions, failures


def _answers(lines: Iterable[str]) -> list[Any]:
    """Parse the lines of the probing process."""
    return [json.loads(line) for line in lines if re.match(r'\["', line)]
