"""mmpose trains and evaluates in a process without xtcocotools."""

import json
import os

import numpy as np
import pytest
from processes import ROOT, run_python

from higherhrnet_plugin.compat import coco_tools

# the worker imports mmpose's data sets, which fail before the plugin is there
START = """
import runpy, sys
{block}
import higherhrnet_plugin
assert not {blocked} or sys.modules['xtcocotools'] is None
runpy.run_path(sys.argv[2], run_name='__main__')
"""

SUPPORT = ROOT / 'tests' / 'support'


def figures(folder, blocked):
    """Run the worker; return what it prints."""
    block = "sys.modules['xtcocotools'] = None" if blocked else ''
    folder.mkdir()
    done = run_python(
        *('-c', START.format(block=block, blocked=blocked)),
        folder,
        SUPPORT / 'scoring_worker.py',
        timeout=200,
        PYTHONPATH=os.pathsep.join((str(ROOT), str(SUPPORT))),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.rpartition('FIGURES')[2])


@pytest.mark.slow
def test_metrics_of_mmpose_and_ours(tmp_path):
    found = figures(tmp_path / 'without', blocked=True)
    training = found.pop('train')
    assert np.isfinite(list(training.values())).all()
    assert training['train/loss'] > 0
    assert 'val/coco/AP' in training
    assert set(found) == {
        'coco',
        'coco, ours',
        'crowdpose',
        'aic',
        'coco-wholebody',
        'coco-wholebody, ours',
    }
    for values in found.values():
        assert 0.05 < next(v for k, v in values.items() if '/AP' in k) < 0.95
    for name in ('coco', 'coco-wholebody'):
        assert found[name] == found[f'{name}, ours']
    assert 'coco/AP(M)' in found['crowdpose']
    if coco_tools.xtcocotools_failure is None:
        theirs = figures(tmp_path / 'with', blocked=False)
        del theirs['train']
        assert found == theirs
