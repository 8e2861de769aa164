"""A disk without room ends a training in one line."""

import sys

import pytest
from data_sets import write_data_set
from processes import ROOT, run_python
from small_configs import TINY, load_small

# as the tool, but no file may grow beyond this
LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
script = sys.argv.pop(1)
sys.argv[0] = script
sys.path.insert(0, script.rsplit('/', 1)[0])
runpy.run_path(script, run_name='__main__')
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == 'win32', reason='needs limits of POSIX')
def test_it_ends_in_one_line(tmp_path):
    work_dir = tmp_path / 'work'
    cfg = load_small(TINY, write_data_set(tmp_path), work_dir)
    cfg.default_hooks.checkpoint.update(interval=1)
    cfg.dump(tmp_path / 'config.py')
    tool = ROOT / 'tools' / 'train.py'
    done = run_python('-c', LIMITED, tool, tmp_path / 'config.py', timeout=250)
    assert done.returncode == 1
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith(f'error: {work_dir / "epoch_1.pth"} cannot be ')
    assert 'File too large' in line
    assert 'Traceback' not in done.stderr
    assert not list(work_dir.glob('*.pth'))
    assert not list(work_dir.glob('.*'))
