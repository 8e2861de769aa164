"""What ``tools/dev/flat_memory.py`` reads is what processes have written."""

import os
import sys

import pytest
from processes import ROOT


@pytest.fixture
def watched(monkeypatch):
    """Import the module, as the tool sees it."""
    monkeypatch.syspath_prepend(str(ROOT / 'tools' / 'dev'))
    import _watched_memory

    return _watched_memory


WRITES = """
import subprocess, sys, time
kept = bytearray(64 << 20)
if sys.argv[1:]:
    time.sleep(2)
else:
    subprocess.run([sys.executable, __file__, 'child'], check=True)
"""


@pytest.mark.skipif(sys.platform != 'linux', reason='Linux alone tells it')
def test_all_processes_of_a_command_count(watched, tmp_path):
    script = tmp_path / 'writes.py'
    script.write_text(WRITES)
    samples = watched.watch(
        [sys.executable, str(script)],
        lambda: 7,
        tmp_path / 'log',
        dict(os.environ),
        0.05,
    )
    assert {sample.done for sample in samples} == {7}
    assert 64 < max(sample.main for sample in samples) < 100
    assert 128 < max(sample.mib for sample in samples) < 200


def test_a_failing_command_is_named(watched, tmp_path):
    command = [sys.executable, '-c', 'raise SystemExit(3)']
    with pytest.raises(SystemExit, match=r'failed, see .*log'):
        watched.watch(command, int, tmp_path / 'log', dict(os.environ))


def test_growth_is_between_the_second_fifth_and_the_last(watched):
    samples = [
        # a start that grows, and one moment of much memory
        watched.Sample(i, 500 + min(i, 20) + 0.1 * i + 999 * (i == 90), 0)
        for i in range(101)
    ]
    assert watched.growth(samples, 100) == pytest.approx(6, abs=0.2)
    with pytest.raises(SystemExit, match='too short'):
        watched.growth(samples[:50], 100)
    table = watched.to_table(samples, 100, 'images').splitlines()
    assert table[2] == '| 10 | 511 | 0 |'
    assert len(table) == 12
