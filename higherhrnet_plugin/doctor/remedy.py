"""The lines that mend what a diagnosis found."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from higherhrnet_plugin.doctor.environment import (
    Environment,
    installed_version,
)
from higherhrnet_plugin.doctor.finding import Finding
from higherhrnet_plugin.doctor.table import (
    BUILT_ON_NUMPY,
    BY_MODULE,
    leading_numbers,
)


def make_commands(
    findings: Iterable[Finding], environment: Environment
) -> list[list[str]]:
    """Put the remedies of all findings into as few commands as possible.

    Args:
        findings: What was found.
        environment: What is installed, which the commands keep.

    Returns:
        Commands, each a list of words that follow ``python -m pip``.
    """
    found = list(findings)
    remove = _collect(finding.remove for finding in found)
    install = _collect(finding.install for finding in found)
    alone = _collect(finding.install_alone for finding in found)
    again = _collect(finding.reinstall for finding in found)
    commands = []
    if remove:
        commands.append(['uninstall', '-y', *remove])
    if install:
        install = _beside_setuptools(install, environment)
        commands.append(
            ['install', *_beside_numpy(install, environment, set(remove))]
        )
    if again:
        commands.append(['install', '--force-reinstall', '--no-deps', *again])
    if alone:
        commands.append(['install', '--no-deps', *alone])
    return commands


def _collect(groups: Iterable[tuple[str, ...]]) -> list[str]:
    """Join groups of words, each word once, in order."""
    return list(dict.fromkeys(word for group in groups for word in group))


def _beside_numpy(
    install: list[str], environment: Environment, removed: set[str]
) -> list[str]:
    """Keep the major version of numpy, or fit the others to a new one.

    pip raises numpy to 2 if the newest version of a package asks for it, and
    what was built for numpy 1 stops working.
    """
    if 'numpy<2' in install:
        present = [
            name
            for module in BUILT_ON_NUMPY
            for name in environment.providers(BY_MODULE[module])
            if name not in removed
        ]
        return _collect([tuple(install), tuple(present)])
    numpy = environment.version(BY_MODULE['numpy'])
    if numpy and leading_numbers(numpy) < (2,):
        return [*install, 'numpy<2']
    return install


def _beside_setuptools(
    install: list[str], environment: Environment
) -> list[str]:
    """Keep pkg_resources, which the newest setuptools has dropped.

    Newer versions of torch ask for a setuptools that is newer than that of
    many environments, and pip then takes the newest.
    """
    version = environment.distributions.get('setuptools', '')
    old = version and leading_numbers(version) < (81,)
    if old and any(word.startswith('torch>') for word in install):
        return _collect([tuple(install), ('setuptools<81',)])
    return install


def runnable(commands: list[list[str]]) -> list[list[str]]:
    """Return the commands that can be run, by pip or, without it, by uv.

    Args:
        commands: Each what follows ``python -m pip``.

    Returns:
        The commands, after one that installs pip if there is neither.
    """
    uv = shutil.which('uv')
    if not commands or installed_version('pip') is not None:
        first = []
    elif uv is None:
        first = [[sys.executable, '-m', 'ensurepip']]
    else:
        return [_by_uv(uv, words) for words in commands]
    return first + [[sys.executable, '-m', 'pip', *it] for it in commands]


def _by_uv(uv: str, words: list[str]) -> list[str]:
    """Say to uv what was meant for pip."""
    verb, *rest = words
    rest = [word for word in rest if word != '-y']
    return [uv, 'pip', verb, '--python', sys.executable, *rest]


def write_command(command: list[str]) -> str:
    """Write a command as a line to copy, for any shell.

    Args:
        command: Words of the command.

    Returns:
        The line. A Python that ``python`` starts is written like this.
    """
    first, *rest = command
    python = shutil.which('python')
    if first == sys.executable and python is not None:
        same = Path(python).parent == Path(sys.executable).parent
        first = 'python' if same else first
    return ' '.join(_quote(word) for word in (first, *rest))


def _quote(word: str) -> str:
    """Quote a word where a shell would read more into it."""
    return word if re.fullmatch(r'[\w./:\\=+-]+', word) else f'"{word}"'
