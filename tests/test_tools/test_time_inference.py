"""time_inference, as a user calls it."""

import re

import cv2
from inference_data import picture, write_model
from processes import run_tool


def test_parts_add_up(tmp_path):
    config, weights = write_model(tmp_path)
    paths = [tmp_path / f'{i}.png' for i in range(2)]
    for i, path in enumerate(paths):
        cv2.imwrite(str(path), picture(96, 80, i))
    out = tmp_path / 'people.jsonl'
    options = (config, weights, *paths, '--out', out)
    done = run_tool('misc/time_inference.py', *options, timeout=120)
    assert done.returncode == 0, done.stderr
    times = dict(re.findall(r'^(\w+) +(-?[\d.]+) ms', done.stdout, re.M))
    *parts, whole = map(float, times.values())
    assert list(times) == ['reading', 'network', 'grouping', 'writing', 'all']
    assert abs(sum(parts) - whole) < 0.01
    # it decodes, and what it writes is not left behind
    assert re.search(r'^2 images, [1-9]\d+ bytes', done.stdout, re.M)
    assert not out.exists()


def test_other_files_are_not_written_to(tmp_path):
    out = tmp_path / 'people.jsonl'
    out.write_text('mine')
    options = ('config.py', 'x.pth', 'a.png', '--out', out)
    done = run_tool('misc/time_inference.py', *options, timeout=120)
    assert done.returncode == 2
    assert 'people.jsonl exists' in done.stderr
    assert out.read_text() == 'mine'


def test_a_broken_image_is_named(tmp_path):
    config, weights = write_model(tmp_path)
    good, broken = tmp_path / 'good.png', tmp_path / 'broken.png'
    cv2.imwrite(str(good), picture(64, 64))
    broken.write_bytes(b'no image')
    out = tmp_path / 'people.jsonl'
    options = (config, weights, good, broken, '--out', out)
    done = run_tool('misc/time_inference.py', *options, timeout=120)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f'error: {broken}: cannot')
    assert 'Traceback' not in done.stderr
    assert not out.exists()


def test_exported_files_are_refused():
    files = ('people.onnx', 'x.pth', 'a.png')
    done = run_tool('misc/time_inference.py', *files, timeout=120)
    assert done.returncode == 2
    assert 'error: people.onnx: an exported file has no' in done.stderr
