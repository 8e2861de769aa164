"""Where a cell of the matrix runs, and with which interpreter."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from matrix_cells import Cell


class StepError(RuntimeError):
    """A step of a cell did not succeed; the text is the end of its log."""


@dataclass(frozen=True)
class Context:
    """What the steps of a cell work with.

    Attributes:
        cell: The cell.
        interpreter: Python that makes the environment.
        folder: The cell's own folder: environment, logs, runs.
        wheel: The built wheel.
        root: The source tree, for tests only.
        demo: Folder with ``config.py`` and ``model.pth``.
        data: Folder that holds ``synthetic_people``.
        wheels: Folder with wheels built from source, if any.
    """

    cell: Cell
    interpreter: Path
    folder: Path
    wheel: Path
    root: Path
    demo: Path
    data: Path
    wheels: Optional[Path]

    @property
    def python(self) -> Path:
        """Python of the environment."""
        return self.folder / 'env' / 'bin' / 'python'

    @property
    def tools(self) -> Path:
        """The installed folder that ``mim`` looks into."""
        (found,) = self.folder.glob(
            'env/lib/python*/site-packages/higherhrnet_plugin/.mim'
        )
        return found

    def call(self, log: str, *args: object, cwd: Optional[Path] = None) -> str:
        """Run the environment's Python and return what it printed.

        Args:
            log: Name of the log file in the cell's folder.
            args: Arguments of Python.
            cwd: Working folder, default: the cell's folder.

        Returns:
            Standard output and error.

        Raises:
            StepError: If the exit status is not 0.
        """
        done = subprocess.run(
            [str(self.python), *map(str, args)],
            cwd=cwd or self.folder,
            env={
                **os.environ,
                'OMP_NUM_THREADS': '1',
                'PIP_CONSTRAINT': str(self.folder / 'pins.txt'),
                'PYTHONDONTWRITEBYTECODE': '1',
            },
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        (self.folder / f'{log}.log').write_text(done.stdout)
        if done.returncode:
            raise StepError(f'{log}.log ends: {done.stdout[-1500:]}')
        return done.stdout


def find_python(version: str) -> Optional[Path]:
    """Find an interpreter among pyenv's and on the path.

    Args:
        version: Major and minor version.

    Returns:
        The interpreter, or ``None``.
    """
    root = Path(os.environ.get('PYENV_ROOT', Path.home() / '.pyenv'))
    found = [*root.glob(f'versions/{version}.*/bin/python')]
    on_path = shutil.which(f'python{version}')
    for path in [*sorted(found), *([Path(on_path)] if on_path else [])]:
        done = subprocess.run(
            [
                str(path),
                '-c',
                'import sys; print("%d.%d" % sys.version_info[:2])',
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.strip() == version:
            return path
    return None
