"""The Python of docs/scaling.md runs as it stands there, on Ray."""

import importlib.util
import re
from functools import partial

import cv2
import numpy as np
import pandas as pd
import pytest
from inference_data import picture, write_model
from processes import ROOT, run_python

from higherhrnet_plugin.inference import Predictor

# dies once, as out of memory, in the midst of the work
DEATH = """
import os, signal
find = FindPeople.find

def find_or_die(self, path):
    note = Path(path).parents[1] / 'dead'
    if path.endswith('9.jpg') and not note.exists():
        note.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return find(self, path)

FindPeople.find = find_or_die

"""


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec('ray') is None,
    reason='ray is not installed, see requirements/extra.lock.txt',
)
@pytest.mark.parametrize('form', ['parquet', 'json'])
def test_two_nodes_find_what_one_process_finds(tmp_path, form):
    config, weights = write_model(tmp_path)
    folder, out = tmp_path / 'photos', tmp_path / 'out'
    folder.mkdir()
    for i in range(12):
        content = picture(64 + 8 * (i % 3), 80, i)
        cv2.imwrite(str(folder / f'{i}.jpg'), content)
    (folder / 'bad.jpg').write_bytes(b'no picture')
    text = (ROOT / 'docs' / 'scaling.md').read_text(encoding='utf-8')
    (block,) = re.findall(r'```python\n(.*?)```', text, re.DOTALL)
    start = block.index('config, weights, folder')
    block = block[:start] + DEATH + block[start:]
    block = block.replace('batch_size=16', 'batch_size=2')
    block = block.replace('write_parquet', f'write_{form}')
    script = tmp_path / 'find_people.py'
    script.write_text(block, encoding='utf-8')
    done = run_python(
        ROOT / 'tests' / 'support' / 'ray_cluster.py',
        script,
        config,
        weights,
        folder,
        out,
        timeout=200,
        RAY_USAGE_STATS_ENABLED='0',
    )
    assert done.returncode == 0, done.stderr
    assert '2 nodes' in done.stdout
    assert (tmp_path / 'dead').exists()
    read = {
        'parquet': pd.read_parquet,
        'json': partial(pd.read_json, lines=True),
    }[form]
    rows = pd.concat([read(path) for path in out.iterdir()])
    rows = rows.set_index('path')
    assert sorted(rows.index) == sorted(map(str, folder.iterdir()))
    predictor = Predictor.from_files(config, weights, device='cpu')
    for path, row in rows.iterrows():
        if path.endswith('bad.jpg'):
            assert 'cannot be read as an image' in row.error
            continue
        people = predictor(path)
        assert row.error is None or np.isnan(row.error)
        points = np.float32(list(row.keypoints)).reshape(-1, 17, 3)
        np.testing.assert_array_equal(points[..., :2], people.keypoints)
        np.testing.assert_array_equal(points[..., 2], people.keypoint_scores)
        np.testing.assert_array_equal(np.float32(row.scores), people.scores)
