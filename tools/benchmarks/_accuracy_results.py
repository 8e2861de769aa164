"""The file of results of the study of accuracy: one record a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from higherhrnet_plugin.files import write_whole

Record = dict[str, Any]


class Results:
    """Records of finished runs, on the disk at once.

    Args:
        path (Path): The file; it need not exist.
        protocol (Mapping): What all runs have in common.
        data (Mapping): Options that the data set was made with.

    Raises:
        ValueError: If the file holds runs of another protocol or data set.
    """

    def __init__(
        self, path: Path, protocol: Mapping[str, Any], data: Mapping[str, Any]
    ) -> None:
        self.path = path
        self.runs: dict[str, Record] = {}
        self._shared = {'protocol': dict(protocol), 'data': dict(data)}
        if not path.is_file():
            return
        content = json.loads(path.read_text())
        for name, wanted in self._shared.items():
            if content.get(name) != wanted:
                raise ValueError(
                    f'{path} holds runs with {name} {content.get(name)}, not '
                    f'{wanted}; give another file to --results'
                )
        self.runs = content['runs']

    @property
    def data(self) -> dict[str, Any]:
        """dict: options that the data set was made with."""
        return self._shared['data']

    def has(self, arm: str, seed: int) -> bool:
        """Tell whether a run is there."""
        return _name(arm, seed) in self.runs

    def add(self, record: Record) -> None:
        """Add a run, and write the file."""
        self.runs[_name(record['arm'], record['seed'])] = record
        self._write()

    def merge(self, other: Results) -> None:
        """Add the runs of another file that are not there yet.

        Args:
            other (Results): The other file.

        Raises:
            ValueError: If they are of another protocol or data set.
        """
        if other._shared != self._shared:
            raise ValueError(
                f'{other.path} holds runs with {other._shared}, {self.path} '
                f'with {self._shared}'
            )
        self.runs = {**other.runs, **self.runs}
        self._write()

    def _write(self) -> None:
        """Write the file, a line for each run."""
        lines = ',\n'.join(
            f'{json.dumps(name)}: {json.dumps(self.runs[name])}'
            for name in sorted(self.runs)
        )
        shared = ''.join(
            f'"{name}": {json.dumps(value)},\n'
            for name, value in self._shared.items()
        )
        write_whole(self.path, f'{{{shared}"runs": {{\n{lines}\n}}}}\n')

    def by_arm(self) -> dict[str, dict[int, Record]]:
        """Return the runs by arm and seed."""
        found: dict[str, dict[int, Record]] = {}
        for record in self.runs.values():
            found.setdefault(record['arm'], {})[record['seed']] = record
        return found


def read_results(path: Path) -> Results:
    """Read a file of results as it is.

    Args:
        path (Path): The file.

    Returns:
        Results: with the protocol and the data set that it names.

    Raises:
        FileNotFoundError: If there is none.
    """
    content = json.loads(path.read_text())
    return Results(path, content['protocol'], content['data'])


def _name(arm: str, seed: int) -> str:
    """Name a run."""
    return f'{arm}-{seed}'
