"""The Python of docs/evaluation.md runs as it stands there."""

import json
import re
import runpy

from helpers import write_json
from own_data import clean_file
from processes import ROOT
from report_data import predictions_of


def test_every_block_runs(tmp_path, monkeypatch, capsys):
    text = (ROOT / 'docs' / 'evaluation.md').read_text(encoding='utf-8')
    blocks = re.findall(r'```python\n(.*?)```', text, re.DOTALL)
    assert len(blocks) == 2
    file = clean_file(tmp_path)
    predictions = predictions_of(json.loads(file.read_text()), noise=0)
    write_json(tmp_path / 'results.json', predictions)
    monkeypatch.chdir(tmp_path)
    names = {}
    for i, block in enumerate(blocks):
        path = tmp_path / f'block{i}.py'
        path.write_text(block, encoding='utf-8')
        names.update(runpy.run_path(str(path)))
    assert names['analysis'].scores['AP'] == 1
    assert names['worst'].missed == 0
    assert names['findings'].passed
    assert '{1: 1, 2: 1, 4: 1}' in capsys.readouterr().out
