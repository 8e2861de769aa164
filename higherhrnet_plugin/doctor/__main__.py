"""Say what is missing or broken for the plugin, and mend it on request.

::

    python -m higherhrnet_plugin.doctor
    python -m higherhrnet_plugin.doctor --fix
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from typing import Optional

from higherhrnet_plugin.doctor.diagnosis import diagnose
from higherhrnet_plugin.doctor.environment import (
    COMPONENTS,
    DEVICES,
    Environment,
    probe_environment,
    read_environment,
)
from higherhrnet_plugin.doctor.finding import Finding
from higherhrnet_plugin.doctor.on_import import COMMAND
from higherhrnet_plugin.doctor.remedy import (
    make_commands,
    runnable,
    write_command,
)
from higherhrnet_plugin.doctor.table import REQUIREMENTS
from higherhrnet_plugin.version import __version__

_HEADINGS = {
    'error': 'Missing or broken:',
    'optional': 'Only some commands need:',
    'note': 'To know:',
}


def parse_args(
    argv: Optional[Sequence[str]], program: str
) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog=program,
        description='Names every package that is missing or broken, and the '
        'lines that mend it. A torch that is there is never touched. Exit '
        'status: 0 if the plugin can be used.',
    )
    parser.add_argument(
        '--fix', action='store_true', help='run the lines, after asking'
    )
    parser.add_argument(
        '--yes', action='store_true', help='do not ask (with --fix)'
    )
    return parser.parse_args(argv)


def main(argv: Optional[Sequence[str]] = None, program: str = COMMAND) -> int:
    """Run the doctor.

    Args:
        argv: Command line; default: that of the process.
        program: What the help calls the command.

    Returns:
        Exit status: 0 if the plugin can be used, 1 if not.
    """
    args = parse_args(argv, program)
    done: list[list[str]] = []
    while True:
        environment = probe_environment(read_environment())
        findings = diagnose(environment)
        report(findings, environment)
        commands = lines_to_run(findings, environment)
        # What was mended may show the next fault; what did not help once
        # will not help again.
        if not args.fix or not commands or commands == done:
            break
        if not _is_wanted(args.yes):
            break
        if not run(commands):
            return 1
        done = commands
    return int(any(finding.severity == 'error' for finding in findings))


def report(findings: list[Finding], environment: Environment) -> None:
    """Print what was found and the lines that mend it.

    Args:
        findings: What was found.
        environment: What is installed.
    """
    python = '.'.join(map(str, environment.python))
    print(f'higherhrnet_plugin {__version__}, Python {python}')
    installed = {
        name: f'{name} {environment.distributions[name]}'
        for item in REQUIREMENTS
        for name in environment.providers(item)
    }
    print(f'Found: {", ".join(installed.values()) or "nothing"}')
    devices = environment.versions.get(DEVICES, 'the CPU alone')
    components = environment.versions.get(COMPONENTS, '0')
    print(f'Devices: {devices}. Components registered: {components}')
    for severity, heading in _HEADINGS.items():
        these = [item for item in findings if item.severity == severity]
        if these:
            print(f'\n{heading}')
            print('\n'.join(f'  - {item.text}' for item in these))
        if severity == 'note':
            _print_lines(runnable(make_commands(these, environment)))
    commands = lines_to_run(findings, environment)
    if commands:
        print('\nThese lines mend it:')
        _print_lines(commands)
    elif not any(item.severity == 'error' for item in findings):
        print('\nEverything works.')
    sys.stdout.flush()


def _print_lines(commands: list[list[str]]) -> None:
    """Print commands as lines to copy."""
    for command in commands:
        print(f'  {write_command(command)}')


def lines_to_run(
    findings: list[Finding], environment: Environment
) -> list[list[str]]:
    """Return the commands that mend everything but what works for now."""
    wanted = [item for item in findings if item.severity != 'note']
    return runnable(make_commands(wanted, environment))


def _is_wanted(yes: bool) -> bool:
    """Ask whether the lines shall be run."""
    if yes:
        return True
    try:
        answer = input('\nRun them now? [y/N] ')
    except EOFError:
        return False
    return answer.strip().lower() in ('y', 'yes')


def run(commands: list[list[str]]) -> bool:
    """Run commands one after the other.

    Args:
        commands: Words of each command.

    Returns:
        Whether all of them succeeded; the rest is left out after a failure.
    """
    for command in commands:
        print(f'\n$ {write_command(command)}', flush=True)
        status = subprocess.run(command, check=False).returncode
        if status != 0:
            print(f'error: this line ended with status {status}')
            return False
    print(flush=True)
    return True


if __name__ == '__main__':
    sys.exit(main())
