"""Checkpoints that outlive a crash."""

from __future__ import annotations

import hashlib
import pickle
from collections import deque
from pathlib import Path
from typing import Any, Optional

from mmengine.dist import is_main_process, master_only
from mmengine.fileio import get_file_backend
from mmengine.runner import CheckpointLoader, Runner, save_checkpoint

from ..registry import HOOKS
from .durable_backend import DURABLE, DurableBackend
from .resuming_checkpoint_hook import ResumingCheckpointHook


@HOOKS.register_module()
class DurableCheckpointHook(ResumingCheckpointHook):
    """MMEngine's ``CheckpointHook``, with files that are always whole.

    - A checkpoint is written beside, brought to the disk and renamed; only
      then the old ones are deleted. So are ``last_checkpoint``, the best and
      the published checkpoints.
    - With ``resume=True`` and no ``load_from``, the training goes on from the
      newest sound checkpoint in its own folder, wherever that was moved to.
      Those passed over are named.
    - A training does not start over the checkpoints of another one.
    - If a training was killed between a checkpoint and the end of its
      validation, the validation is repeated.

    Checkpoints on other storage than local files are left to MMEngine.

    Args:
        args (Any): Of ``CheckpointHook``.
        overwrite (bool): Start over existing checkpoints, which are moved to
            the folder ``overwritten_<time>`` beside. Defaults to False.
        kwargs (Any): Of ``CheckpointHook``.

    Examples:
        >>> from higherhrnet_plugin.registry import HOOKS
        >>> hook = dict(type='DurableCheckpointHook', interval=10)
        >>> HOOKS.build(hook).interval
        10
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._old_best: dict[str, Optional[str]] = {}

    def before_train(self, runner: Runner) -> None:
        """Save by files that are whole, and validate what was cut off.

        Args:
            runner (Runner): Of the training, which has loaded its checkpoint.
        """
        is_local = self.find_folder(runner.work_dir) is not None
        super().before_train(runner)
        if is_local:
            self.backend_args = {'backend': DURABLE}
            self.file_backend = get_file_backend(
                self.out_dir, backend_args=self.backend_args
            )
        if self.save_best and self._lacks_validation(runner):
            # so that its new best score is saved in it, too
            self.last_ckpt = self._find_resumed(runner)
            runner.logger.info(
                'Validating the resumed checkpoint, as its training may have '
                'been interrupted before'
            )
            runner.val_loop.run()

    def _lacks_validation(self, runner: Runner) -> bool:
        """Tell whether the checkpoint may lack the validation it was due."""
        loop = runner.train_loop
        if runner.val_loop is None or not runner.iter:
            return False
        now, end = self._progress(runner)
        if now < loop.val_begin or (now % loop.val_interval and now != end):
            return False
        info = runner.message_hub.runtime_info
        best = [v for k, v in info.items() if k.startswith('best_ckpt')]
        name = self.filename_tmpl.format(now)
        return not any(str(path).endswith(f'_{name}') for path in best)

    @staticmethod
    def _progress(runner: Runner) -> tuple[int, int]:
        """Return epoch or iteration, as the loop counts, and the last one."""
        if hasattr(runner.train_loop, 'dataloader_iterator'):
            return runner.iter, runner.max_iters
        return runner.epoch, runner.max_epochs

    def _find_resumed(self, runner: Runner) -> Optional[str]:
        """Return the file of this training that it goes on from."""
        step = runner.epoch if self.by_epoch else runner.iter
        path = self._path(step)
        return path if self.file_backend.isfile(path) else None

    def _path(self, step: int) -> str:
        """Return the path of the checkpoint of an epoch or iteration."""
        name = self.filename_tmpl.format(step)
        return self.file_backend.join_path(self.out_dir, name)

    def _save_checkpoint_with_step(
        self, runner: Runner, step: int, meta: dict[str, Any]
    ) -> None:
        """Save first, then delete what is one too many."""
        self._delete_old_best(runner)
        path = self._path(step)
        self.last_ckpt = path
        hub = runner.message_hub
        hub.update_info('last_ckpt', path)
        kept = [n for n in getattr(self, 'keep_ckpt_ids', ()) if n != step]
        kept.append(step)
        if self.max_keep_ckpts > 0:
            # with the one too many: should this process not live to delete
            # it, MMEngine does so when the training goes on
            hub.update_info('keep_ckpt_ids', kept)
        runner.save_checkpoint(
            self.out_dir,
            self.filename_tmpl.format(step),
            self.file_client_args,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta=meta,
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        if is_main_process():
            note = Path(runner.work_dir) / 'last_checkpoint'
            DurableBackend().put_text(path, note)
        if self.max_keep_ckpts > 0:
            for old in kept[: -self.max_keep_ckpts]:
                self._delete(self._path(old))
            self.keep_ckpt_ids = deque(kept, self.max_keep_ckpts)
            hub.update_info('keep_ckpt_ids', list(self.keep_ckpt_ids))

    def _save_best_checkpoint(
        self, runner: Runner, metrics: dict[str, Any]
    ) -> None:
        """Save a better one first, then delete the one before."""
        if not self.save_best:
            return
        # MMEngine deletes what it knows of before it saves
        self._old_best = self._best()
        self._set_best(dict.fromkeys(self._old_best))
        super()._save_best_checkpoint(runner, metrics)
        self._delete_old_best(runner)
        new = self._best()
        self._set_best({k: new[k] or old for k, old in self._old_best.items()})
        self._old_best = {}

    def _best(self) -> dict[str, Optional[str]]:
        """Return the paths of best checkpoints by metric."""
        if hasattr(self, 'best_ckpt_path'):
            return {'': self.best_ckpt_path}
        return dict(self.best_ckpt_path_dict)

    def _set_best(self, paths: dict[str, Optional[str]]) -> None:
        """Tell MMEngine the paths of best checkpoints."""
        if hasattr(self, 'best_ckpt_path'):
            self.best_ckpt_path = paths['']
        else:
            self.best_ckpt_path_dict = paths

    def _delete_old_best(self, runner: Runner) -> None:
        """Delete best checkpoints in whose place there is a new one."""
        new = self._best() if self._old_best else {}
        for metric, old in self._old_best.items():
            best = new[metric]
            # of one folder, whose path may be relative in only one of them
            if old and best and Path(old).name != Path(best).name:
                self._delete(old)

    @master_only
    def _delete(self, path: str) -> None:
        """Delete a checkpoint, which may be gone."""
        if self.file_backend.isfile(path):
            self.file_backend.remove(path)
        elif self.file_backend.isdir(path):
            # as DeepSpeed writes them
            self.file_backend.rmtree(path)

    @master_only
    def _publish_model(self, runner: Runner, ckpt_path: str) -> None:
        """Save some parts of a checkpoint, as MMEngine names it."""
        content = CheckpointLoader.load_checkpoint(ckpt_path)
        removed = [key for key in content if key not in self.published_keys]
        for key in removed:
            del content[key]
        digest = hashlib.sha256(pickle.dumps(content)).hexdigest()
        path = f'{Path(ckpt_path).with_suffix("")}-{digest[:8]}.pth'
        save_checkpoint(content, path, backend_args=self.backend_args)
        runner.logger.info(
            f'The checkpoint ({ckpt_path}) is published to {path}, without '
            f'{", ".join(removed) or "leaving anything out"}'
        )
