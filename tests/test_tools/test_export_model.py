"""The tool that exports, as a user calls it."""

import runpy
import sys

import pytest
from exported import write_case
from processes import ROOT

from higherhrnet_plugin.runtime import open_session

TOOL = ROOT / 'tools/model_converters/export_model.py'


@pytest.fixture(scope='module')
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp('case')
    _, weights, _ = write_case(folder)
    return folder / 'config.py', weights, folder


@pytest.fixture
def call(case, monkeypatch, capsys):
    """Run the tool in this process; return its code and what it printed."""

    def call(*args):
        config, weights, _ = case
        words = ['tool', config, weights, *args]
        monkeypatch.setattr(sys, 'argv', [*map(str, words)])
        code = 0
        try:
            runpy.run_path(str(TOOL), run_name='__main__')
        except SystemExit as stop:
            code = stop.code
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


def test_onnx_by_the_ending(call, case):
    pytest.importorskip('onnx', reason='ONNX files are not written')
    pytest.importorskip('onnxruntime', reason='ONNX files are not run')
    path = case[2] / 'new' / 'people.onnx'
    option = 'model.test_cfg.flip_test=False'
    code, text = call(path, '--cfg-options', option)
    assert code == 0, text
    assert 'float32' in text
    assert 'gives heatmaps_0, tags_0, heatmaps_1 of 17 keypoints' in text
    assert not open_session(path).description.flip


def test_endings_in_capitals(call, case):
    pytest.importorskip('onnx', reason='ONNX files are not written')
    pytest.importorskip('onnxruntime', reason='ONNX files are not run')
    path = case[2] / 'new' / 'PEOPLE.ONNX'
    code, text = call(path)
    assert code == 0, text
    assert open_session(path).description.flip


@pytest.mark.parametrize(
    ('args', 'text'),
    [
        (
            ('a.pth',),
            'a.pth: a file to write ends in one of .onnx, .xml, .pt2',
        ),
        (('a.onnx', '--to', 'openvino'), 'ends in .xml'),
        (('a.onnx', '--int8', '.'), 'a folder without pictures'),
        (('a.pt2', '--fp16'), 'has levels of maps in float32'),
        (('a.onnx', '--max-images', '0'), 'must be 1 or more'),
        (('a.onnx', '--fp16', '--int8', '.'), 'not allowed with'),
    ],
)
def test_what_does_not_fit_is_told(args, text, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, printed = call(*args)
    assert code == 2
    assert text in printed
    assert not list(tmp_path.iterdir())
