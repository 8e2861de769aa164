"""Decoding needs numpy and OpenCV alone below the registered classes."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import random_scene

import higherhrnet_plugin
from higherhrnet_plugin import AggregatingBottomupDecoder

ROOT = Path(higherhrnet_plugin.__file__).parent
# maps on an accelerator
WITH_TORCH = {'device_maps'}
FILES = sorted((ROOT / 'codecs' / 'decoding').glob('*.py'))

SCRIPT = """
import importlib, sys
import numpy as np

root, modules, source, target = sys.argv[1:]
sys.path.insert(0, root)
for name in ('torch', 'mmpose', 'mmengine', 'mmcv'):
    sys.modules[name] = None
loaded = {
    name: importlib.import_module('higherhrnet_plugin.codecs.decoding.' + name)
    for name in modules.split(',')
}
options = loaded['options'].DecodingOptions()
with np.load(source) as maps:
    people = loaded['decode'].decode(maps['heatmaps'], maps['tags'], options)
names = 'keypoints', 'keypoint_scores', 'scores'
np.savez(target, **{name: getattr(people, name) for name in names})
"""


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_who_imports_torch(path):
    modules = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            modules |= {alias.name.split('.')[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules.add(node.module.split('.')[0])
    assert not modules & {'mmpose', 'mmengine', 'mmcv'}
    assert ('torch' in modules) == (path.stem in WITH_TORCH)


@pytest.mark.parametrize('equal_peaks', [False, True])
def test_people_without_torch(equal_peaks, tmp_path):
    rng = np.random.default_rng(31)
    heatmaps, tags = random_scene(rng, 5, 4, 2, (70, 60))
    if equal_peaks:
        # only that they are found: torch has an order of its own
        heatmaps = np.round(heatmaps, 1)
    tags = tags.reshape(-1, 70, 60)
    source, target = tmp_path / 'maps.npz', tmp_path / 'people.npz'
    np.savez(source, heatmaps=heatmaps, tags=tags)
    modules = [
        p.stem for p in FILES if p.stem not in {*WITH_TORCH, '__init__'}
    ]
    arguments = (
        str(ROOT.parent),
        ','.join(sorted(modules)),
        str(source),
        str(target),
    )
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT, *arguments],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    expected = AggregatingBottomupDecoder().decode(heatmaps, tags)
    assert len(expected[0]) >= 5
    with np.load(target) as people:
        names = 'keypoints', 'keypoint_scores', 'scores'
        for name, values in zip(names, expected):
            if equal_peaks:
                assert np.isfinite(people[name]).all()
                assert people[name].shape[1:] == values.shape[1:]
            else:
                np.testing.assert_array_equal(people[name], values)
