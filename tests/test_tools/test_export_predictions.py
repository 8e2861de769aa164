"""The command that writes found people for other tools."""

import json

import pytest
from labelled_images import KEYPOINTS, LINKS
from processes import run_tool

TOOL = 'dataset_converters/export_predictions.py'


def test_a_table(tmp_path):
    pytest.importorskip(
        'sleap_io', reason='sleap-io is in requirements/extra.lock.txt'
    )
    category = dict(id=1, name='mouse', keypoints=KEYPOINTS, skeleton=LINKS)
    image = dict(id=1, file_name='1.png', width=96, height=64)
    person = dict(
        image_id=1, category_id=1, keypoints=[1, 2, 0.5] * 4, score=0.5
    )
    (tmp_path / 'images.json').write_text(
        json.dumps(dict(images=[image], categories=[category]))
    )
    (tmp_path / 'predictions.json').write_text(json.dumps([person]))
    out = tmp_path / 'mice.csv'
    args = (tmp_path / 'predictions.json', '--out', out)
    done = run_tool(TOOL, *args)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f'written: {out}: 1 images, 1 people, 0 tracks\n'
    assert len(out.read_text().splitlines()) == 2
    done = run_tool(TOOL, *args)
    assert done.returncode == 2
    assert 'exists: choose another name' in done.stderr
    done = run_tool(TOOL, *args[:2], out / 'below.csv')
    assert done.returncode == 2
    assert 'error: [Errno' in done.stderr


def test_predictions_that_are_not_there(tmp_path):
    done = run_tool(TOOL, tmp_path / 'p.json', '--out', tmp_path / 'a.slp')
    assert done.returncode == 2
    assert 'predictions not found' in done.stderr
