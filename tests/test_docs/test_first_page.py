"""The Python of the first page runs as it stands there."""

import runpy
import shutil

from exported import write_case
from pages import blocks_of
from processes import ROOT


def test_the_block_runs(tmp_path, monkeypatch, capsys):
    (block,) = blocks_of(ROOT / 'docs' / 'index.md', 'python')
    for folder in ('work_dirs/demo', 'data/synthetic_people/val'):
        (tmp_path / folder).mkdir(parents=True)
    cfg, weights, pictures = write_case(tmp_path)
    cfg.dump(tmp_path / 'work_dirs/demo/config.py')
    shutil.copy(weights, tmp_path / 'work_dirs/demo/model.pth')
    shutil.copy(pictures[0], tmp_path / 'data/synthetic_people/val/000001.jpg')
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'block.py').write_text(block, encoding='utf-8')
    people = runpy.run_path(str(tmp_path / 'block.py'))['people']
    lines = capsys.readouterr().out.splitlines()
    assert len(people.scores) > 0
    assert [float(line.split()[0]) for line in lines] == [
        round(float(score), 2) for score in people.scores
    ]
