"""The command: failures, bad usage, exit codes."""

import json
import shutil

import pytest
from inference_data import read_results
from mmengine.config import Config

from higherhrnet_plugin.inference.cli import main


def test_failures_are_told_and_skipped(call, data, tmp_path, capsys):
    (data / 'a' / '15.png').write_bytes(b'no picture')
    (data / 'b' / 'empty.jpg').write_bytes(b'')
    (data / 'b' / 'bad.mp4').write_bytes(b'no video')
    for size in (3, 1):
        capsys.readouterr()
        assert call('--batch-size', size, '--overwrite') == 1
        lines = capsys.readouterr().out.splitlines()
        failed = [line for line in lines if line.startswith('failed: ')]
        assert failed == [
            'failed: a/15.png: cannot be read as an image',
            'failed: b/bad.mp4: cannot be opened as a video: Invalid data '
            'found when processing input; it is no video, or broken or '
            'cut off',
            'failed: b/empty.jpg: cannot be read as an image: the file is '
            'empty',
        ]
        assert any('5 images, 1 videos' in line for line in lines)
    images = json.loads((tmp_path / 'out' / 'images.json').read_text())
    assert len(images['images']) == 5 + 8
    # mended inputs are tried again
    shutil.copy(data / 'a' / '1.png', data / 'a' / '15.png')
    (data / 'b' / 'empty.jpg').unlink()
    (data / 'b' / 'bad.mp4').unlink()
    assert call() == 0
    assert call(out='fresh') == 0
    assert read_results(tmp_path / 'out') == read_results(tmp_path / 'fresh')


def test_all_inputs_fail(call, tmp_path):
    (tmp_path / 'bad.jpg').write_bytes(b'')
    assert call(inputs=('bad.jpg',)) == 1
    out = tmp_path / 'out'
    assert json.loads((out / 'predictions.json').read_text()) == []


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (dict(inputs=('no',)), 'no file or folder'),
        (dict(inputs=('empty',)), 'no image and no video'),
        (dict(config='no.py'), 'config file not found: no.py'),
        (dict(weights='no.pth'), 'checkpoint file not found: no.pth'),
        (dict(weights='notes.txt'), 'this is a text'),
        (dict(args=('--device', 'cuda:99')), 'torch sees'),
        (dict(args=('--scales', '2')), '`scales` must be'),
        (dict(args=('--ann-file', 'no.json')), 'no.json'),
        (
            dict(
                args=(
                    '--cfg-options',
                    'train_dataloader.dataset.type=BottomupCrowdPoseDataset',
                )
            ),
            'has 14 keypoints, its head 17',
        ),
        (
            dict(args=('--cfg-options', 'model.head.decoder.no_such=5')),
            'no_such',
        ),
        (dict(inputs=('in/webcam_0.mp4', 'webcam:0')), 'the same file'),
    ],
)
def test_bad_usage(
    model_files, data, tmp_path, monkeypatch, capsys, change, words
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'notes.txt').write_text('x')
    shutil.copy(data / 'walk.avi', data / 'webcam_0.mp4')
    code = main(
        [
            change.get('config', model_files[0]),
            change.get('weights', model_files[1]),
            *change.get('inputs', ('in/a',)),
            *('--out', 'out', *change.get('args', ())),
        ]
    )
    assert code == 2
    err = capsys.readouterr().err
    # a warning about options may come first
    assert err.splitlines()[-1].startswith('error: ')
    assert words in err
    assert not (tmp_path / 'out' / 'predictions.jsonl').exists()


def test_ids_come_from_an_annotation_file(call, tmp_path, capsys):
    listed = {31: 'a/1.png', 7: '2.jpg', 9: 'größe 3.png', 5: 'other.jpg'}
    images = [dict(id=i, file_name=n) for i, n in listed.items()]
    (tmp_path / 'ann.json').write_text(json.dumps(dict(images=images)))
    args = ('--ann-file', tmp_path / 'ann.json')
    assert call(*args, inputs=('in/a',)) == 0
    out = tmp_path / 'out'
    rows = json.loads((out / 'predictions.json').read_text())
    assert {row['image_id'] for row in rows} == {31, 7, 9}
    # what was done to the file is told as by the data sets
    told = capsys.readouterr().out
    assert "ann.json': 4 images, 0 labelled people" in told
    assert 'repaired: 1 `categories` filled in (id 1)' in told
    assert call(*args, inputs=('in',), out='no') == 2


def test_other_estimators_have_no_batches(model_files, data, tmp_path, capsys):
    """They pad images of several shapes, which changes the results."""
    cfg = Config.fromfile(model_files[0])
    cfg.model.type = 'BottomupPoseEstimator'
    del cfg.model.channels_last
    cfg.dump(tmp_path / 'plain.py')
    args = [
        *(str(tmp_path / 'plain.py'), model_files[1], str(data / 'a')),
        *('--out', str(tmp_path / 'out')),
    ]
    assert main([*args, '--batch-size', '2']) == 2
    assert 'needs MultiScaleBottomupPoseEstimator' in capsys.readouterr().err
    assert main(args) == 0
    assert '3 images' in capsys.readouterr().out
