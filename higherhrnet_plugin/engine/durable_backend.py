"""MMEngine's backend of local files, for files that outlive a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Union

from mmengine.fileio import LocalBackend, register_backend

from ..files import write_whole
from .errors import CheckpointWriteError

DURABLE = 'higherhrnet_durable'


class DurableBackend(LocalBackend):
    """Writes beside, waits for the disk, and renames.

    ``backend_args=dict(backend='higherhrnet_durable')`` selects it.
    """

    def put(
        self, obj: Union[bytes, memoryview], filepath: Union[str, Path]
    ) -> None:
        """Write a file, whole or not at all.

        Args:
            obj (bytes | memoryview): All of it.
            filepath (str | Path): Its folder is made if need be.

        Raises:
            CheckpointWriteError: If it cannot be written. A file of that name
                stays as it was.
        """
        path = Path(filepath)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, obj, sync=True)
        except OSError as error:
            raise CheckpointWriteError(
                f'{path} cannot be written ({error.strerror or error}); what '
                'was written before is as good as it was. Make room, then go '
                'on with --resume'
            ) from error

    def put_text(
        self, obj: str, filepath: Union[str, Path], encoding: str = 'utf-8'
    ) -> None:
        """Write a text, whole or not at all.

        Args:
            obj (str): All of it.
            filepath (str | Path): As for :meth:`put`.
            encoding (str): Defaults to 'utf-8'.

        Raises:
            CheckpointWriteError: As of :meth:`put`.
        """
        self.put(obj.encode(encoding), filepath)


register_backend(DURABLE, DurableBackend, force=True)
