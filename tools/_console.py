"""A Runner whose long reports go to the log file alone."""

from __future__ import annotations

import importlib
import logging
import platform
from pathlib import Path
from typing import Any

from mmengine.device import get_device
from mmengine.logging import MMLogger
from mmengine.runner import Runner
from torch import nn

from higherhrnet_plugin.compat import require_syncable_norms

# Reports of the Runner: environment, config, order of hooks.
LONG_REPORT = 10
# What mmengine's own hooks cause, and a user can do nothing about.
HOST_WARNINGS = ('"FileClient" will be', '"HardDiskBackend" is the alias')
PACKAGES = ('torch', 'mmengine', 'mmpose', 'numpy', 'higherhrnet_plugin')


class ConsoleRunner(Runner):
    """MMEngine's Runner with a console that one can read.

    The environment, the config and the order of the hooks, which fill
    hundreds of lines, are only written to the log file; one line tells where
    it is.
    """

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        """Build the logger, whose file takes everything.

        Args:
            args: Of the Runner's method.
            kwargs: Of the Runner's method.

        Returns:
            The logger.
        """
        logger = super().build_logger(*args, **kwargs)
        for handler in logger.handlers:
            if not isinstance(handler, logging.FileHandler):
                handler.addFilter(is_for_console)
        versions = [f'Python {platform.python_version()}']
        versions += [f'{name} {_version(name)}' for name in PACKAGES]
        file = Path(self._log_dir) / f'{self.timestamp}.log'
        logger.info(
            f'{", ".join(versions)}; {get_device()}, seed {self.seed}. '
            f'Environment, config and the rest: {file}'
        )
        return logger

    def wrap_model(
        self, model_wrapper_cfg: Any, model: nn.Module
    ) -> nn.Module:
        """Wrap the model, if it can be.

        Args:
            model_wrapper_cfg: Of the Runner's method.
            model: Of the Runner's method.

        Returns:
            What the Runner's method returns.

        Raises:
            SystemExit: If processes of CPUs are to share batch norms.
        """
        try:
            require_syncable_norms(model, self.cfg.get('sync_bn'))
        except ValueError as error:
            raise SystemExit(f'error: {error}') from error
        return super().wrap_model(model_wrapper_cfg, model)


def is_for_console(record: logging.LogRecord) -> bool:
    """Tell whether a line of the log is shown.

    Args:
        record: The line.

    Returns:
        False for the reports of the Runner.
    """
    message = record.getMessage()
    if record.module == 'runner' and message.count('\n') > LONG_REPORT:
        return False
    return not message.startswith(HOST_WARNINGS)


def _version(name: str) -> str:
    """Return the version that a package states, whatever provides it."""
    return str(getattr(importlib.import_module(name), '__version__', '?'))
