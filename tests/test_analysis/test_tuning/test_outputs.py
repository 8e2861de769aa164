"""Stored outputs give the people that a test finds."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from inference_data import write_model

from higherhrnet_plugin.analysis.tuning import (
    find_records,
    outputs,
    read_settings,
    store_outputs,
)
from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.inference.model import read_config

IMAGES = {7: '0.png', 9: '1.png'}


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp('model')
    config, weights = write_model(folder, max_candidates=3)
    files = {n: folder / 'images' / name for n, name in IMAGES.items()}
    return read_config(config), weights, files


def round_maps(head, args, levels):
    """Round the outputs of a head as half precision does."""
    return [
        tuple(m if m is None else m.half().float() for m in level)
        for level in levels
    ]


def assert_alike(found, expected):
    """Compare people but for the rounding of enlarged maps."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected):
        for key in ('keypoints', 'score'):
            np.testing.assert_allclose(one[key], other[key], atol=1e-5)


@pytest.mark.parametrize(
    ('scales', 'flip'), [((1,), True), ((1,), False), ((1, 0.5), True)]
)
def test_people_are_those_of_a_test(model, tmp_path, scales, flip):
    cfg, weights, files = model
    cfg = cfg.copy()
    cfg.test_dataloader.dataset.scales = list(scales)
    cfg.model.test_cfg.flip_test = flip
    predictor = Predictor.from_files(cfg, weights, 'cpu')
    decoder = predictor.model.head.decoder
    base = read_settings(predictor.model)
    assert (base.scales, base.flip) == (scales, flip)
    stored = {scales: store_outputs(predictor, files, tmp_path / 'maps')}
    # the predictor is as it was
    assert predictor.model.head.decoder is decoder
    assert predictor.model.test_cfg['flip_test'] == flip
    predictor.model.head.register_forward_hook(round_maps)
    expected = [
        {'image_id': number, 'category_id': 3, **record}
        for number, path in files.items()
        for record in predictor(path).to_records()
    ]
    assert len(expected) >= 4
    found = find_records(stored, base, 3)
    owners = [(r['image_id'], r['category_id']) for r in found]
    assert owners == [(r['image_id'], r['category_id']) for r in expected]
    assert_alike(found, expected)
    # another option of the decoder is as in a test with it
    decoder.score_thr = 0.6
    changed = [r for p in files.values() for r in predictor(p).to_records()]
    again = find_records(stored, base.changed(score_thr=0.6), 3)
    assert_alike(again, changed)
    assert [r['score'] for r in again] != [r['score'] for r in found]


def test_what_half_precision_cannot_hold_stays(tmp_path):
    maps = {}
    values = torch.tensor([1.0, 1e5, 1e-3])
    assert outputs._take(None, maps) is None
    assert outputs._take(values, maps) == 0
    assert outputs._take(values[::2], maps) == 1
    assert maps['0'].dtype == np.float32
    np.testing.assert_array_equal(maps['0'], values.numpy())
    assert maps['1'].dtype == np.float16


def test_a_small_disk_is_seen_at_the_first_image(model, tmp_path, monkeypatch):
    cfg, weights, files = model
    predictor = Predictor.from_files(cfg, weights, 'cpu')
    decoder = predictor.model.head.decoder
    monkeypatch.setattr(
        shutil, 'disk_usage', lambda folder: SimpleNamespace(free=1000)
    )
    with pytest.raises(ValueError, match=r'outputs of 2 images.*--images'):
        store_outputs(predictor, files, tmp_path / 'maps')
    assert not list((tmp_path / 'maps').iterdir())
    assert predictor.model.head.decoder is decoder


def test_an_image_that_cannot_be_read_is_named(model, tmp_path):
    cfg, weights, _ = model
    predictor = Predictor.from_files(cfg, weights, 'cpu')
    broken = tmp_path / 'broken.png'
    broken.write_bytes(b'no image')
    with pytest.raises(ValueError, match=r'broken\.png: '):
        store_outputs(predictor, {1: broken}, tmp_path / 'maps')
