"""A journal of what is done, so that a run can go on where it stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from .inputs import Source

Record = dict[str, Any]


@dataclass
class Done:
    """What the journal holds of one source.

    Attributes:
        stamp (list | None): Size and time of the file; None until the
            source is complete.
        records (list[dict]): Of the image, or of all frames.
        fault (str): What has failed beside them, or ''.
    """

    stamp: Optional[list[int]] = None
    records: list[Record] = field(default_factory=list)
    fault: str = ''


def file_stamp(source: Source) -> list[int]:
    """Return what changes with a file: its size and time.

    Args:
        source (Source): A file or a webcam.

    Returns:
        list[int]: bytes and nanoseconds; nothing for a webcam.
    """
    if source.kind == 'webcam':
        return []
    status = Path(source.path).stat()
    return [status.st_size, status.st_mtime_ns]


class Journal:
    """Append records to a file of JSON lines, and read them again.

    The first line holds the settings of the run; a run with others is
    refused, and any other file, too: both stay as they are. A line that was
    cut off in the middle is dropped.

    Args:
        path (Path): The file, created where it is missing.
        settings (Mapping[str, Any]): What the results depend on, by name.

    Raises:
        ValueError: If the file is of a run with other settings, or damaged.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self.path = path
        text = json.dumps({'settings': settings}, default=str) + '\n'
        # looked at before anything is changed: it may be of another program
        first = _first_line(path)
        if first.endswith(b'\n'):
            self._check(next(self._lines()), json.loads(text))
            _drop_cut_line(path)
        elif text.encode().startswith(first):
            path.write_text(text, encoding='utf-8')
        else:
            raise _damaged(path, 1)
        # as JSON writes names that are no text
        self._file = path.open(
            'a', encoding='utf-8', errors='backslashreplace'
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def begin(self, source: Source) -> None:
        """Forget what was noted of a source.

        Args:
            source (Source): A video, which begins anew, or what cannot be
                read any more.
        """
        self._write({'name': source.name, 'begin': True})

    def add_image(
        self,
        source: Source,
        record: Record,
        stamp: Sequence[int],
        fault: str = '',
    ) -> None:
        """Note an image.

        Args:
            source (Source): The image.
            record (dict): Plain values.
            stamp (Sequence[int]): Its :func:`file_stamp` before it was read.
            fault (str): What has failed beside it. Defaults to ''.
        """
        line = {'name': source.name, 'stamp': list(stamp), 'record': record}
        self._write({**line, 'fault': fault} if fault else line)

    def add_frame(self, source: Source, record: Record) -> None:
        """Note a frame of a video.

        Args:
            source (Source): The video.
            record (dict): Plain values.
        """
        self._write({'name': source.name, 'record': record})

    def finish(
        self, source: Source, stamp: Sequence[int], fault: str = ''
    ) -> None:
        """Note that a video is complete.

        Args:
            source (Source): The video.
            stamp (Sequence[int]): Its :func:`file_stamp` before it was read.
            fault (str): What has failed beside its frames. Defaults to ''.
        """
        line = {'name': source.name, 'stamp': list(stamp)}
        self._write({**line, 'fault': fault} if fault else line)

    def flush(self) -> None:
        """Hand what was noted to the system."""
        self._file.flush()

    def read(self) -> dict[str, Done]:
        """Return what is noted.

        Returns:
            dict[str, Done]: by the names of the sources.

        Raises:
            ValueError: If a line is damaged.
        """
        done: dict[str, Done] = {}
        for number, line in enumerate(self._lines()):
            if not number:
                continue
            name = line['name']
            if 'begin' in line:
                done[name] = Done()
            elif 'record' not in line:
                done[name].stamp = line['stamp']
                done[name].fault = line.get('fault', '')
            elif 'stamp' in line:
                fault = line.get('fault', '')
                done[name] = Done(line['stamp'], [line['record']], fault)
            else:
                done[name].records.append(line['record'])
        return done

    def absorb(self, other: Path) -> None:
        """Take over the journal of another process, and remove it.

        Args:
            other (Path): Of the same settings; what it notes replaces what
                is noted here. Taking it over twice does no harm.

        Raises:
            ValueError: If it is of a run with other settings, or damaged.
        """
        shard = Journal(other, next(self._lines())['settings'])
        shard.close()
        for number, line in enumerate(shard._lines()):
            if number:
                self._write(line)
        self.flush()
        os.fsync(self._file.fileno())
        other.unlink()

    def _write(self, line: Record) -> None:
        """Append a line."""
        text = json.dumps(line, ensure_ascii=False, separators=(',', ':'))
        self._file.write(text + '\n')

    def _lines(self) -> Iterator[Record]:
        """Read all lines."""
        # what is no text becomes what is no JSON, and is named as damaged
        with self.path.open(
            encoding='utf-8', errors='backslashreplace'
        ) as file:
            for number, text in enumerate(file, 1):
                try:
                    line = json.loads(text)
                    line['settings' if number == 1 else 'name']
                except (ValueError, KeyError, TypeError) as error:
                    raise _damaged(self.path, number) from error
                yield line

    def _check(self, found: Record, wanted: Record) -> None:
        """Refuse a journal of a run with other settings."""
        old, new = found['settings'], wanted['settings']
        lines = [
            f'  {key}: was {_show(old, key)}, is {_show(new, key)}'
            for key in sorted({*old, *new})
            if old.get(key) != new.get(key)
        ]
        if lines:
            raise ValueError(
                f'{self.path.parent} holds results of a run with other '
                'settings; choose another --out, or begin anew with '
                '--overwrite:\n' + '\n'.join(lines[:12])
            )


def _show(settings: Record, key: str) -> str:
    """Write a setting shortly."""
    text = json.dumps(settings[key]) if key in settings else 'not set'
    return text if len(text) <= 60 else text[:57] + '...'


def _damaged(path: Path, number: int) -> ValueError:
    """Say that a line is none of a journal."""
    return ValueError(
        f'{path}, line {number}, is no line of a journal: repair or remove '
        'it, choose another --out, or begin anew with --overwrite'
    )


def _first_line(path: Path) -> bytes:
    """Read the first line, with its line break; nothing where none is."""
    if not path.exists():
        return b''
    with path.open('rb') as file:
        return file.readline()


def _drop_cut_line(path: Path) -> None:
    """Remove what a crash has left behind the last line break."""
    with path.open('rb+') as file:
        content = file.read()
        file.truncate(content.rfind(b'\n') + 1)
