"""What a training goes on from, and over what it does not start."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Callable, Optional

from mmengine.dist import broadcast_object_list, is_main_process
from mmengine.hooks import CheckpointHook
from mmengine.logging import print_log
from mmengine.runner import BaseLoop, Runner

from ..checkpoints.host_loading import forget_best
from ..files import remove_leftovers
from .checkpoint_names import compile_template
from .errors import WorkFolderError
from .work_folder import (
    OVERWRITE,
    find_sound,
    list_checkpoints,
    list_outputs,
    require_unused,
    set_aside,
)


class ResumingCheckpointHook(CheckpointHook):
    """MMEngine's hook, which also chooses the start of a training.

    Args:
        args (Any): Of ``CheckpointHook``.
        overwrite (bool): Start over existing checkpoints, which are moved to
            the folder ``overwritten_<time>`` beside. Defaults to False.
        kwargs (Any): Of ``CheckpointHook``.
    """

    def __init__(
        self, *args: Any, overwrite: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.overwrite = overwrite
        # refuses what no checkpoint could be found by
        compile_template(self.filename_tmpl)

    def find_folder(self, work_dir: str) -> Optional[Path]:
        """Say where the checkpoints of a training are.

        Args:
            work_dir (str): Of the training.

        Returns:
            Path | None: the folder, or None on other storage.
        """
        folder = str(self.out_dir or work_dir)
        if self.backend_args or self.file_client_args or '://' in folder:
            return None
        # as MMEngine
        name = '' if folder == work_dir else Path(work_dir).name
        return Path(folder) / name

    def find_start(
        self, work_dir: str, resume: bool, load_from: Optional[str]
    ) -> Optional[str]:
        """Say what a training goes on from.

        Args:
            work_dir (str): Of the training.
            resume (bool): Whether it goes on from a checkpoint.
            load_from (str, optional): This one.

        Returns:
            str | None: the checkpoint, or None if the training starts anew.

        Raises:
            WorkFolderError: If it would start over checkpoints, or none of
                them is sound.
        """
        if resume and self.overwrite:
            raise WorkFolderError(
                '`resume` goes on with a training and `overwrite` starts '
                'anew: take one of them'
            )
        start = load_from if resume else None
        folder = self.find_folder(work_dir)
        if folder is None or self.overwrite:
            return start
        if resume and start is None:
            start = self._find_newest(folder, Path(work_dir))
        require_unused(folder, self.filename_tmpl, start)
        return start

    def _find_newest(self, folder: Path, work_dir: Path) -> Optional[str]:
        """Find the newest sound checkpoint."""
        found = list_checkpoints(folder, self.filename_tmpl)
        start, faults = find_sound(found, self.save_optimizer)
        for fault in faults:
            print_log(f'passed over {fault}', 'current', logging.WARNING)
        if start is not None:
            return str(start.path)
        if found:
            raise WorkFolderError(
                f'none of the {len(found)} checkpoints in {folder} is sound: '
                f'{"; ".join(faults)}. Start anew with {OVERWRITE}'
            )
        note = work_dir / 'last_checkpoint'
        if note.is_file():
            raise WorkFolderError(
                f'{note} names {note.read_text().strip()}, but there is no '
                f'{self.filename_tmpl} in {folder}. Name it with '
                f'--resume FILE, or start anew with {OVERWRITE}'
            )
        return None

    def before_run(self, runner: Runner) -> None:
        """Choose the checkpoint that a training goes on from.

        Args:
            runner (Runner): Of a training, or of a test, which is left alone.

        Raises:
            WorkFolderError: As of :meth:`find_start`.
        """
        # Runner has no public names for what follows
        if not isinstance(runner._train_loop, BaseLoop) or runner.iter:
            # a test, or `Runner.resume` has been called
            return
        resume, load_from = runner._resume, runner._load_from
        start = _on_first_process(
            lambda: self.find_start(runner.work_dir, resume, load_from)
        )
        if not resume or self.find_folder(runner.work_dir) is None:
            return
        runner._resume, runner._load_from = start is not None, start
        if start is None:
            runner.logger.warning(
                f'{runner.work_dir} holds no checkpoint to resume from: the '
                'training starts at the beginning'
            )

    def before_train(self, runner: Runner) -> None:
        """Put the folder in order.

        Args:
            runner (Runner): Of the training, which has loaded its checkpoint.
        """
        folder = self.find_folder(runner.work_dir)
        if folder is not None:
            if is_main_process():
                self._tidy(runner, folder)
            self._check_best(runner, folder)
        super().before_train(runner)

    def _tidy(self, runner: Runner, folder: Path) -> None:
        """Remove halves of files, and move what lies ahead of the start."""
        for place in {folder, Path(runner.work_dir)}:
            for path in remove_leftovers(place):
                runner.logger.info(f'removed {path}, which is unfinished')
        paths = []
        if runner.iter:
            step = runner.epoch if self.by_epoch else runner.iter
            found = list_checkpoints(folder, self.filename_tmpl, True)
            paths = [path for number, path in found if number > step]
        elif self.overwrite:
            paths = list_outputs(folder, self.filename_tmpl)
        target = set_aside(paths, folder)
        if target is not None:
            names = ', '.join(path.name for path in paths)
            runner.logger.warning(f'moved {names} to {target}')

    def _check_best(self, runner: Runner, folder: Path) -> None:
        """Leave best checkpoints of other folders to these.

        They would be deleted for a better one here. Asks no disk, so that all
        processes do the same.
        """
        info = runner.message_hub.runtime_info
        for name in [n for n in info if n.startswith('best_ckpt')]:
            path = Path(str(info[name]))
            if path.parent.resolve() != folder.resolve():
                forget_best(info, name)
                runner.logger.info(f'{path} stays, as it is not in {folder}')
        known = any(name.startswith('best_ckpt') for name in info)
        if runner.iter and self.save_best and not known:
            runner.logger.info(
                'The checkpoint knows of no best one that is still there: '
                'the best one is sought from here on'
            )


def _on_first_process(decide: Callable[[], Optional[str]]) -> Optional[str]:
    """Let one process decide, or refuse, for all."""
    said: list[Any] = ['the first process was stopped', None]
    if not is_main_process():
        broadcast_object_list(said)
        fault, start = said
        if fault is not None:
            raise WorkFolderError(fault)
        return start
    try:
        said = [None, decide()]
    except WorkFolderError as error:
        said[0] = str(error)
        raise
    except Exception as error:
        said[0] = f'the first process ended: {type(error).__name__}: {error}'
        raise
    finally:
        # whatever happened: the others wait for it
        broadcast_object_list(said)
    return said[1]
