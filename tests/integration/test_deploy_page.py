"""The Python of docs/deploy.md runs as it stands there."""

import re
import runpy

import pytest
from exported import write_case
from processes import ROOT

from higherhrnet_plugin.export import export_model

pytest.importorskip('onnx', reason='ONNX files are not written')
pytest.importorskip('onnxruntime', reason='ONNX files are not run')

PAGE = ROOT / 'docs' / 'deploy.md'


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Write every file that the page names."""
    folder = tmp_path_factory.mktemp('page')
    cfg, weights, pictures = write_case(folder)
    export_model(cfg, weights, folder / 'people.onnx')
    for path, name in zip(pictures, ('photo.jpg', 'a.jpg', 'b.jpg')):
        path.rename(folder / name)
    return folder


def test_all_blocks_run(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    text = PAGE.read_text(encoding='utf-8')
    blocks = re.findall(r'```python\n(.*?)```', text, re.DOTALL)
    assert len(blocks) == 2
    file = tmp_path / 'block.py'
    file.write_text(blocks[0], encoding='utf-8')
    names = runpy.run_path(str(file))
    people = names['people']
    assert people.keypoints.shape == (len(people.scores), 17, 2)
    assert len(people.scores) > 0
    assert len(names['several']) == 2
    assert names['names'][0] == 'nose'
    file.write_text(blocks[1], encoding='utf-8')
    names = runpy.run_path(str(file))
    assert not names['predictor'].description.flip
    assert len(names['found'].scores) > 0
    # what was found without the mirrored image has one tag
    assert names['found'].tags.shape[1] == 1
    assert people.tags.shape[1] == 2
