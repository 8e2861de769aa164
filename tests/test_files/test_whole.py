"""A file is there as a whole, or as it was."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from processes import run_python

from higherhrnet_plugin.files import remove_leftovers, write_whole


def names(folder):
    """List a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize('sync', [False, True])
def test_a_file_is_replaced(tmp_path, sync):
    for content in (b'old', b'a new one', memoryview(b'')):
        write_whole(tmp_path / 'f', content, sync=sync)
        assert (tmp_path / 'f').read_bytes() == content
        assert names(tmp_path) == ['f']


def test_rights_are_those_of_any_new_file(tmp_path):
    (tmp_path / 'plain').write_bytes(b'')
    write_whole(tmp_path / 'f', b'')
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1


@pytest.mark.skipif(sys.platform == 'win32', reason='needs limits of POSIX')
def test_a_disk_without_room(tmp_path):
    (tmp_path / 'f').write_bytes(b'old')
    from full_disk import no_file_beyond

    with no_file_beyond(10), pytest.raises(OSError, match='File too large'):
        write_whole(tmp_path / 'f', b'x' * 100, sync=True)
    assert (tmp_path / 'f').read_bytes() == b'old'
    assert names(tmp_path) == ['f']


def test_ctrl_c_while_the_disk_is_waited_for(tmp_path, monkeypatch):
    def interrupt(number):
        raise KeyboardInterrupt

    (tmp_path / 'f').write_bytes(b'old')
    monkeypatch.setattr(os, 'fsync', interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / 'f', b'new', sync=True)
    assert (tmp_path / 'f').read_bytes() == b'old'
    assert names(tmp_path) == ['f']


def test_threads_write_into_one_folder(tmp_path):
    contents = {f'f{i}': bytes([i]) * 100_000 for i in range(16)}
    paths = [tmp_path / name for name in contents]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            # all results are asked for, as errors come with them
            list(pool.map(write_whole, paths, contents.values()))
    assert names(tmp_path) == sorted(contents)
    assert {p.name: p.read_bytes() for p in paths} == contents


KILLED = """
import os, signal, sys
from pathlib import Path
os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL)
from higherhrnet_plugin.files.whole import write_whole
write_whole(Path(sys.argv[1]), b'new', sync=True)
"""


@pytest.mark.skipif(sys.platform == 'win32', reason='needs SIGKILL')
def test_a_killed_process_leaves_what_is_then_removed(tmp_path):
    (tmp_path / 'f').write_bytes(b'old')
    (tmp_path / 'notes.part').write_bytes(b'of a user')
    done = run_python('-c', KILLED, tmp_path / 'f', timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / 'f').read_bytes() == b'old'
    (left,) = set(names(tmp_path)) - {'f', 'notes.part'}
    assert [path.name for path in remove_leftovers(tmp_path)] == [left]
    assert names(tmp_path) == ['f', 'notes.part']
    below = tmp_path / 'below'
    below.mkdir()
    (below / left).touch()
    assert remove_leftovers(tmp_path) == []
    assert remove_leftovers(tmp_path, below=True) == [below / left]
