"""What a failed import of the package asks of the doctor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from higherhrnet_plugin.doctor.diagnosis import diagnose
from higherhrnet_plugin.doctor.environment import read_environment

COMMAND = 'python -m higherhrnet_plugin.doctor'


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
