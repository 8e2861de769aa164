"""A record of each start of a training, in its work folder."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mmengine.dist import get_world_size, master_only
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ..files import write_whole
from ..registry import HOOKS
from .experiment import (
    command_line,
    describe_commit,
    describe_data,
    describe_device,
    describe_start,
    describe_versions,
)

# the package, wherever it was installed
_PACKAGE = Path(__file__).resolve().parents[1]


@HOOKS.register_module()
class ExperimentHook(Hook):
    """Write down what a training is made of, at each start.

    ``experiment.json`` goes into ``<work_dir>/<time>``, beside the log of the
    start, so that each start of a training that was resumed keeps its own. It
    holds the resolved config, the command, versions of packages, the git
    commits of the package and of the config (with the files that differ), the
    machine, the seed, the checkpoint it began from, and of each data set the
    number of samples and the SHA-256 of its annotation file.

    Examples:
        >>> from higherhrnet_plugin.registry import HOOKS
        >>> HOOKS.build(dict(type='ExperimentHook')).priority
        'NORMAL'
    """

    @master_only
    def before_train(self, runner: Runner) -> None:
        """Write the file.

        Args:
            runner (Runner): Of the training.

        Raises:
            OSError: If it cannot be written.
        """
        text = json.dumps(describe(runner), indent=2) + '\n'
        write_whole(Path(runner.log_dir, 'experiment.json'), text)


def describe(runner: Runner) -> dict[str, Any]:
    """Return what a training is made of.

    Args:
        runner (Runner): Of the training, about to begin.

    Returns:
        dict: for JSON.
    """
    loaders = {
        'train': runner.train_loop.dataloader,
        'val': getattr(runner.val_loop, 'dataloader', None),
    }
    filename = runner.cfg.filename
    folder = Path(filename).resolve().parent if filename else Path.cwd()
    return {
        'started': datetime.now(timezone.utc).isoformat(timespec='seconds'),
        'command': command_line(),
        'config_file': filename and str(Path(filename).resolve()),
        'config': runner.cfg.pretty_text,
        'versions': describe_versions(),
        'commits': {
            'higherhrnet_plugin': describe_commit(_PACKAGE),
            'config': describe_commit(folder),
        },
        'device': {**describe_device(), 'processes': get_world_size()},
        'seed': runner.seed,
        'start': {
            'epoch': runner.epoch,
            'iteration': runner.iter,
            **describe_start(runner._load_from, bool(runner._resume)),
        },
        'data': {
            name: describe_data(loader.dataset)
            for name, loader in loaders.items()
            if loader is not None
        },
    }
