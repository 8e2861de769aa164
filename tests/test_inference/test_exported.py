"""Exported files in place of a config and weights."""

import json
import shutil

import cv2
import numpy as np
import pytest
import torch
from exported import largest_gap, write_case
from processes import run_python

from higherhrnet_plugin.export import export_model
from higherhrnet_plugin.inference import Predictor, cli, exported
from higherhrnet_plugin.inference.cli import main
from higherhrnet_plugin.inference.options import parse_args
from higherhrnet_plugin.runtime import open_session

pytest.importorskip('onnx', reason='ONNX files are not written')
pytest.importorskip('onnxruntime', reason='ONNX files are not run')


@pytest.fixture(scope='module')
def case(tmp_path_factory):
    """Write the model in both forms, and pictures in a folder."""
    folder = tmp_path_factory.mktemp('case')
    cfg, weights, pictures = write_case(folder)
    export_model(cfg, weights, folder / 'people.onnx')
    (folder / 'in').mkdir()
    for path in pictures:
        path.rename(folder / 'in' / path.name)
    return cfg, weights, folder


def run(folder, files, *words):
    """Run the command; return its results."""
    args = [*files, folder / 'in', *words]
    args += ['--out', folder / 'out', '--overwrite']
    assert main([*map(str, args), '--device', 'cpu']) == 0
    return json.loads((folder / 'out' / 'predictions.json').read_text())


@pytest.mark.parametrize(
    'words',
    [
        ('--no-draw', '--batch-size', '3'),
        ('--draw-maps', '--scales', '1', '2', '--no-flip'),
        ('--no-draw', '--nms-thr', '0.5', '--no-fill', '--max-instances', '3'),
        ('--no-draw', '--tiles', '1', '--tile-overlap', '0.4', '--tile-whole'),
    ],
)
def test_the_command_finds_the_same(words, case):
    _, weights, folder = case
    wanted = run(folder, [folder / 'config.py', weights], *words)
    names = sorted(p.name for p in (folder / 'out' / 'pictures').glob('*'))
    found = run(folder, [folder / 'people.onnx'], *words)
    drawn = folder / 'out' / 'pictures'
    assert sorted(p.name for p in drawn.glob('*')) == names
    assert names or '--no-draw' in words
    assert len(found) == len(wanted) > 3
    for one, other in zip(found, wanted):
        assert one['image_id'] == other['image_id']
        points, expected = (
            np.reshape(row['keypoints'], (-1, 3)) for row in (one, other)
        )
        np.testing.assert_array_equal(points[:, :2], expected[:, :2])
        np.testing.assert_allclose(points, expected, atol=2e-6)


# all that training needs, and exported files do not
WITHOUT = """
import runpy
import sys
for name in (
    *('torch', 'torchvision', 'mmpose', 'mmengine', 'mmcv', 'scipy'),
    *('matplotlib', 'pycocotools', 'xtcocotools', 'jinja2', 'pandas'),
):
    sys.modules[name] = None
from higherhrnet_plugin.inference.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize('words', [('--draw-maps',), ('--batch-size', '3')])
def test_the_command_runs_without_torch(words, case):
    *_, folder = case
    wanted = run(folder, [folder / 'people.onnx'], *words)
    drawn = {
        path.name: path.read_bytes()
        for path in (folder / 'out' / 'pictures').glob('*')
    }
    assert len(wanted) > 3
    args = [folder / 'people.onnx', folder / 'in', *words]
    done = run_python('-c', WITHOUT, *args, '--out', folder / 'bare')
    assert done.returncode == 0, done.stderr
    found = (folder / 'bare' / 'predictions.json').read_text()
    assert json.loads(found) == wanted
    assert drawn
    for path in (folder / 'bare' / 'pictures').glob('*'):
        assert drawn.pop(path.name) == path.read_bytes()
    assert not drawn
    # what needs more says so
    args = [folder / 'config.py', folder / 'weights.pth', folder / 'in']
    done = run_python('-c', WITHOUT, *args, '--out', folder / 'other')
    assert done.returncode == 2
    assert 'torch' in done.stderr
    assert 'Traceback' not in done.stderr
    shutil.rmtree(folder / 'bare')


def test_an_image_that_opencv_does_not_take_fails_alone(
    case, tmp_path, capsys
):
    *_, folder = case
    wide = tmp_path / 'wide.png'
    cv2.imwrite(str(wide), np.zeros((800, 40000, 3), np.uint8))
    words = [folder / 'people.onnx', wide, folder / 'in', '--no-draw']
    words += ['--out', tmp_path / 'out']
    assert main([*map(str, words)]) == 1
    (failed,) = (
        line
        for line in capsys.readouterr().out.splitlines()
        if line.startswith('failed: ')
    )
    assert 'wide.png: 40000 x 800 pixels' in failed
    images = json.loads((tmp_path / 'out' / 'images.json').read_text())
    assert len(images['images']) == 4


def test_a_run_is_not_continued_by_another_file(case, capsys):
    _, weights, folder = case
    run(folder, [folder / 'people.onnx'], '--no-draw')
    words = [folder / 'config.py', weights, folder / 'in', '--no-draw']
    words += ['--device', 'cpu', '--out', folder / 'out']
    assert main([*map(str, words)]) == 2
    assert '--overwrite' in capsys.readouterr().err


def test_a_run_is_not_continued_with_other_weights(case, tmp_path, capsys):
    """OpenVINO's lie in a second file, and the first stays as it is."""
    pytest.importorskip('openvino', reason='OpenVINO is not installed')
    cfg, weights, folder = case
    export_model(cfg, weights, tmp_path / 'people.xml', 'openvino')
    words = [tmp_path / 'people.xml', folder / 'in', '--no-draw']
    words = [*map(str, words), '--out', str(tmp_path / 'out')]
    assert main(words) == 0
    assert main(words) == 0
    assert '4 inputs were done before' in capsys.readouterr().out
    content = bytearray((tmp_path / 'people.bin').read_bytes())
    # of the last number, its lowest byte
    content[-4] ^= 1
    (tmp_path / 'people.bin').write_bytes(content)
    assert main(words) == 2
    assert 'weights_sha256: was ' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('given', 'wanted', 'chosen'),
    [(None, 'cpu', 'cpu'), ('cuda', 'cuda', 'cuda:3')],
)
def test_each_process_has_its_device(
    given, wanted, chosen, case, tmp_path, monkeypatch
):
    """The one that it gets when it joins the others."""
    *_, folder = case
    asked, opened = [], []

    def join(*args):
        asked.append(args)
        return torch.device(chosen)

    def open_on_the_cpu(path, device):
        opened.append(device)
        return open_session(path)

    monkeypatch.setattr(cli, 'join', join)
    monkeypatch.setattr(exported, 'open_session', open_on_the_cpu)
    words = [folder / 'people.onnx', folder / 'in', '--no-draw']
    words += ['--launcher', 'pytorch', '--out', tmp_path]
    words += ['--device', given] if given else []
    assert main([*map(str, words)]) == 0
    assert asked == [('pytorch', wanted)]
    assert opened == [chosen]


def test_a_file_runs_on_the_cpu_unless_told_otherwise(case, capsys):
    *_, folder = case
    words = [folder / 'people.onnx', folder / 'in', '--no-draw', '--overwrite']
    words = [*map(str, words), '--out', str(folder / 'out')]
    assert main(words) == 0
    assert '4 inputs on cpu, float32' in capsys.readouterr().out


def test_the_predictor(case):
    cfg, weights, folder = case
    pictures = sorted((folder / 'in').iterdir())
    file = Predictor.from_files(folder / 'people.onnx', device='cpu')
    found = file(pictures, batch_size=4)
    predictor = Predictor.from_files(cfg, weights, device='cpu')
    assert largest_gap(found, predictor(pictures), 'keypoints') == 0
    assert file.exact_batches
    meta = predictor.dataset_meta
    for name in ('skeleton_links', 'flip_indices', 'keypoint_id2name'):
        assert file.dataset_meta[name] == meta[name]
    np.testing.assert_allclose(file.dataset_meta['sigmas'], meta['sigmas'])
    with pytest.raises(ValueError, match='needs `weights`'):
        Predictor.from_files(cfg)
    with pytest.raises(
        ValueError, match=r'people\.onnx is an exported.*no\.pth'
    ):
        Predictor.from_files(folder / 'people.onnx', 'no.pth')


def test_arguments():
    args = parse_args(['a.onnx', 'b.jpg', 'c.jpg', '--out', 'd'])
    assert (args.weights, args.inputs) == (None, ['b.jpg', 'c.jpg'])
    args = parse_args(['a.xml', '--webcam', '0', '--out', 'd'])
    assert (args.weights, args.inputs) == (None, ['webcam:0'])


@pytest.mark.parametrize(
    ('words', 'text'),
    [
        (['a.onnx'], 'at least one INPUT'),
        (['a.onnx', 'b.jpg', '--amp'], '--amp is for a config, not a.onnx'),
        (['a.onnx', 'b.jpg', '--cfg-options', 'a=1'], '--cfg-options is for'),
        (['config.py'], 'give WEIGHTS'),
    ],
)
def test_arguments_that_do_not_fit(words, text, capsys):
    with pytest.raises(SystemExit):
        parse_args([*words, '--out', 'd'])
    assert text in capsys.readouterr().err
