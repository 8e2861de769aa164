"""What does not fit into memory fails alone."""

import json

import cv2
import numpy as np
import pytest
import torch
from inference_data import random_people

from higherhrnet_plugin.inference import Loaded
from higherhrnet_plugin.inference.memory import is_out_of_memory, predict_each
from higherhrnet_plugin.inference.predictor import Predictor


def test_the_error_of_this_torch_is_known():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError('CUDA out of memory. Tried'))
    assert not is_out_of_memory(RuntimeError('mat1 and mat2 do not fit'))


def test_the_error_of_this_opencv_is_known():
    with pytest.raises(cv2.error) as caught:
        cv2.resize(np.zeros((9, 9), np.uint8), (2**20, 2**27))
    assert is_out_of_memory(caught.value)


class FailError(Exception):
    """As onnxruntime's, which is derived from nothing more special."""


class Exported:
    """Stand for an exported file that memory is too small for."""

    def __init__(self, text):
        self.text = text

    def predict(self, batch):
        if any(loaded.image.shape[1] > 100 for loaded in batch):
            raise FailError(self.text)
        return [random_people(1, 2) for _ in batch]


def load(width):
    image = np.zeros((60, width, 3), np.uint8)
    return Loaded(image, {'inputs': np.moveaxis(image, -1, 0)})


def test_an_exported_file_fails_alone():
    # of onnxruntime 1.32, where memory was limited to a few MB
    predictor = Exported(
        '[ONNXRuntimeError] : 1 : FAIL : Non-zero status code returned while '
        "running Conv node. Name:'/backbone/relu/Relu_output_0_nchwc' Status "
        'Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:'
        '360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, '
        'onnxruntime::Stream*) Failed to allocate memory for requested '
        'buffer of size 101711872'
    )
    found = predict_each(predictor, [load(60), load(200), load(60)])
    assert [isinstance(people, ValueError) for people in found] == [
        *(False, True, False)
    ]
    assert 'not enough memory for an input of 200 x 60' in str(found[1])
    with pytest.raises(FailError, match='invalid shape'):
        predict_each(Exported('invalid shape'), [load(200)])


@pytest.mark.parametrize('size', [1, 3])
@pytest.mark.parametrize(
    'make', [MemoryError, lambda: torch.empty(2**60, dtype=torch.uint8)]
)
def test_a_large_image_fails_alone(
    call, tmp_path, monkeypatch, capsys, size, make
):
    predict = Predictor.predict

    def limited(self, batch):
        for loaded in batch:
            if loaded.image.shape[1] == 120:
                error = make()
                raise error
        return predict(self, batch)

    assert call(out='whole') == 0
    monkeypatch.setattr(Predictor, 'predict', limited)
    assert call('--batch-size', size) == 1
    printed = capsys.readouterr().out
    assert 'failed: a/größe 3.png: not enough memory for an input of ' in (
        printed
    )
    assert 'made from 120 x 64; fewer or smaller --scales need less' in printed

    def people(out):
        rows = (tmp_path / out / 'predictions.json').read_text()
        images = json.loads((tmp_path / out / 'images.json').read_text())
        names = {i['id']: i['file_name'] for i in images['images']}
        return [
            (names[row['image_id']], row['score']) for row in json.loads(rows)
        ]

    expected = [p for p in people('whole') if p[0] != 'a/größe 3.png']
    assert len(expected) < len(people('whole'))
    found = people('out')
    assert [name for name, _ in found] == [name for name, _ in expected]
    assert [s for _, s in found] == pytest.approx(
        [s for _, s in expected], abs=1e-5
    )


def test_other_errors_are_not_hidden(call, monkeypatch):
    def broken(self, batch):
        raise RuntimeError('mat1 and mat2 do not fit')

    monkeypatch.setattr(Predictor, 'predict', broken)
    with pytest.raises(RuntimeError, match='mat1'):
        call()
