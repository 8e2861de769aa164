"""Libraries that run exported files, and their devices."""

from types import SimpleNamespace

import pytest
import torch
from seen_people import SeeingSession
from torch import nn

from higherhrnet_plugin.runtime import open_session, sessions
from higherhrnet_plugin.runtime.description import KEY

ABOUT = SeeingSession().description.to_text()
CPU, CUDA = 'CPUExecutionProvider', 'CUDAExecutionProvider'


@pytest.fixture
def open_onnx(tmp_path, monkeypatch):
    """Open a file in an onnxruntime that only notes what it is asked for."""

    def open_on(device, started=(CPU, CUDA)):
        asked = []

        def start(path, options, providers, enable_fallback):
            asked.append((providers, enable_fallback))
            meta = SimpleNamespace(custom_metadata_map={KEY: ABOUT})
            return SimpleNamespace(
                get_providers=lambda: list(started),
                get_inputs=lambda: [SimpleNamespace(name='images')],
                get_modelmeta=lambda: meta,
            )

        library = SimpleNamespace(
            SessionOptions=SimpleNamespace,
            get_available_providers=lambda: [CUDA, CPU],
            InferenceSession=start,
        )
        monkeypatch.setattr(sessions, '_import', lambda *_: library)
        path = tmp_path / 'people.onnx'
        path.write_bytes(b'')
        open_session(path, device)
        return asked

    return open_on


@pytest.mark.parametrize(
    ('device', 'provider'),
    [
        (None, (CPU, {})),
        ('cpu', (CPU, {})),
        ('cuda', (CUDA, {'device_id': 0})),
        ('cuda:1', (CUDA, {'device_id': 1})),
    ],
)
def test_onnxruntime_runs_on_the_gpu_of_that_number(
    open_onnx, device, provider
):
    assert open_onnx(device) == [([provider], False)]


@pytest.mark.parametrize('device', ['cuda:x', 'cuda:', 'gpu', 'cpu:one'])
def test_devices_that_onnxruntime_does_not_have(open_onnx, device):
    with pytest.raises(ValueError, match=f"'{device}'.*'cuda:1'"):
        open_onnx(device)


def test_a_gpu_that_does_not_start_is_told(open_onnx):
    with pytest.raises(ValueError, match=r"'cuda:1'.*does not start"):
        open_onnx('cuda:1', started=[CPU])


def write_program(path):
    """Write a small program of torch.export."""
    layer = nn.Conv2d(3, 1, 1).eval()
    program = torch.export.export(layer, (torch.zeros(1, 3, 4, 4),))
    with path.open('wb') as file:
        torch.export.save(program, file, extra_files={KEY: ABOUT})


def test_other_files_as_programs_of_torch(tmp_path):
    path = tmp_path / 'people.pt2'
    write_program(path)
    assert open_session(path).description.input_size == (64, 64)
    content = path.read_bytes()
    for wrong in (b'', b'junk', content[: len(content) // 2]):
        path.write_bytes(wrong)
        with pytest.raises(ValueError, match=r'people\.pt2: not read: '):
            open_session(path)


def test_endings_in_capitals(tmp_path, caplog):
    write_program(tmp_path / 'PEOPLE.PT2')
    caplog.clear()
    assert open_session(tmp_path / 'PEOPLE.PT2').description.rgb is False
    assert not [r for r in caplog.records if r.levelname == 'WARNING']


@pytest.mark.parametrize(
    'device',
    [
        'no such device',
        pytest.param(
            'cuda',
            marks=pytest.mark.skipif(
                torch.cuda.is_available(), reason='needs a CPU machine'
            ),
        ),
        'cuda:99',
    ],
)
def test_devices_that_torch_does_not_have(tmp_path, device):
    path = tmp_path / 'people.pt2'
    write_program(path)
    with pytest.raises(ValueError, match=f'device {device!r}: '):
        open_session(path, device)
