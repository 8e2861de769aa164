"""What ``import higherhrnet_plugin`` asks of the doctor."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Optional

from higherhrnet_plugin.doctor.diagnosis import diagnose
from higherhrnet_plugin.doctor.environment import read_environment

COMMAND = 'python -m higherhrnet_plugin.doctor'
_COMMANDS = ('higherhrnet_plugin.doctor', 'higherhrnet_plugin.infer')


def is_command_starting() -> bool:
    """Tell whether the package is only imported to find a command in it.

    ``python -m higherhrnet_plugin.COMMAND`` imports the package first. For the
    doctor that must not fail, whatever is missing; ``infer`` reads its
    arguments, then completes the import.
    """
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get('__name__') == '__main__':
            # the command runs already
            return False
        if frame.f_code.co_name == '_run_module_as_main':
            wanted = str(frame.f_locals.get('mod_name'))
            return wanted.startswith(_COMMANDS)
        frame = frame.f_back
    return False


@contextlib.contextmanager
def explain_import_errors() -> Iterator[None]:
    """Name everything that is missing when an import fails.

    Yields:
        Nothing.

    Raises:
        ImportError: If the block raises; with the reason, all that is found to
            be missing or unsuitable, and the command that mends it.
    """
    try:
        yield
    except Exception as error:
        lines = [f'{type(error).__name__}: {error}']
        lines += [
            f'  - {finding.text}'
            for finding in diagnose(read_environment())
            if finding.severity == 'error'
        ]
        lines.append(f'{COMMAND} tells more and, with --fix, mends it')
        raise ImportError(
            'higherhrnet_plugin cannot be used here: ' + '\n'.join(lines),
            name=getattr(error, 'name', None),
        ) from error
