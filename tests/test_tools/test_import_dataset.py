"""The command that imports labels."""

import json

from labelled_images import make_content
from processes import run_tool

TOOL = 'dataset_converters/import_dataset.py'


def test_from_labels_to_a_file_and_images(tmp_path):
    content = make_content(tmp_path / 'images', (1, 0))
    (tmp_path / 'labels.json').write_text(json.dumps(content))
    before = sorted(p.stat().st_mtime_ns for p in tmp_path.rglob('*.*'))
    args = (tmp_path / 'labels.json', '--out', tmp_path / 'out')
    done = run_tool(TOOL, *args)
    assert done.returncode == 2
    assert 'error: 2 of 2 images or videos are not there: ' in done.stderr
    assert '--images FOLDER searches' in done.stderr
    done = run_tool(TOOL, *args, '--images', tmp_path / 'images', '--copy')
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == (
        'coco: 0 videos, 2 images, 1 people, 4 keypoints labelled, 0 of them '
        'hidden, 0 individuals'
    )
    file = tmp_path / 'out' / 'annotations.json'
    assert lines[-1] == f'written: {file}: 2 images, 1 people'
    (person,) = json.loads(file.read_text())['annotations']
    assert person['keypoints'] == content['annotations'][0]['keypoints']
    after = sorted(
        p.stat().st_mtime_ns
        for p in tmp_path.rglob('*.*')
        if tmp_path / 'out' not in p.parents
    )
    assert after == before


def test_labels_that_are_not_there(tmp_path):
    done = run_tool(TOOL, tmp_path / 'a.slp', '--out', tmp_path / 'out')
    assert done.returncode == 2
    assert 'labels not found' in done.stderr
