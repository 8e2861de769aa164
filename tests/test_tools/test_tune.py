"""Options of a test are found by one command."""

import importlib
import json
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import write_json
from inference_data import write_model
from processes import ROOT

from higherhrnet_plugin.analysis.tuning import Settings, candidates
from higherhrnet_plugin.codecs.decoding.decoder import Decoder
from higherhrnet_plugin.inference import Predictor

FOLDER = ROOT / 'tools' / 'analysis_tools'


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    """A model, and four images whose people it finds with weak peaks alone."""
    folder = tmp_path_factory.mktemp('model')
    config, weights = write_model(folder, max_candidates=3)
    predictor = Predictor.from_files(config, weights, 'cpu')
    file = folder / 'people.json'
    content = json.loads(file.read_text())
    people, images = [], []
    for number in range(4):
        name = f'{number % 3}.png'
        (folder / 'images' / f'n{number}.png').write_bytes(
            (folder / 'images' / name).read_bytes()
        )
        old = next(i for i in content['images'] if i['file_name'] == name)
        images.append(dict(old, id=number + 1, file_name=f'n{number}.png'))
        found = predictor(folder / 'images' / name)
        for points in found.keypoints:
            low, size = points.min(axis=0), np.ptp(points, axis=0)
            rows = np.c_[points, np.full(17, 2)]
            people.append(
                dict(
                    id=len(people) + 1,
                    image_id=number + 1,
                    category_id=content['categories'][0]['id'],
                    iscrowd=0,
                    area=float(size.prod()),
                    bbox=[*low.tolist(), *size.tolist()],
                    keypoints=rows.ravel().tolist(),
                    num_keypoints=17,
                )
            )
    write_json(file, dict(content, images=images, annotations=people))
    return config, weights


@pytest.fixture
def tune(model, monkeypatch, capsys):
    """Call the tool within this process."""

    def call(*words):
        words = ['tune.py', *model, '--device', 'cpu', *words]
        monkeypatch.setattr(sys, 'argv', list(map(str, words)))
        monkeypatch.setattr(sys, 'path', list(sys.path))
        runpy.run_path(str(FOLDER / 'tune.py'), run_name='__main__')
        return capsys.readouterr().out

    return call


COMMON = ('--seeds', 0, '--resamples', 20)


def test_a_bad_threshold_is_found_and_put_right(tune, tmp_path):
    text = tune(
        *COMMON,
        *('--options', 'score_thr', '--cache', tmp_path / 'cache'),
        *('--cfg-options', 'model.head.decoder.score_thr=0.7'),
    )
    lines = text.splitlines()
    assert len([line for line in lines if 'seed 0, half' in line]) == 2
    (gain,) = re.findall(r'choice: ([+-][\d.]+) points', text)
    assert float(gain) > 5
    option = lines[-1].split('score_thr=')
    assert option[0] == '    --cfg-options model.head.decoder.'
    assert float(option[1]) < 0.7
    # nothing stays
    assert list((tmp_path / 'cache').iterdir()) == []


def test_where_all_is_well_nothing_is_changed(tune):
    text = tune(*COMMON, '--options', 'score_thr', 'flip')
    assert text.count('with nothing changed') == 3
    assert text.splitlines()[-1].startswith('nothing is gained')
    assert '--cfg-options' not in text


def test_scales_are_searched(tune):
    text = tune(
        *COMMON,
        *('--options', 'scales', '--scales', '2,1', '--cfg-options'),
        'test_dataloader.dataset.resize.size_factor=32',
    )
    assert len(text.splitlines()) == 5


@pytest.mark.parametrize(
    ('words', 'error'),
    [
        (('--images', 3), '--images must be from 4 on'),
        (('--resamples', 0), '--resamples must be from 1 on, got 0'),
        (('--options', 'scales'), '--options scales needs --scales'),
        (('--options', 'scorer'), '--options scorer needs --scorers'),
        (
            ('--cfg-options', 'test_dataloader.dataset.tiles=1'),
            'test_dataloader.dataset.tiles=None',
        ),
        (('--scales', '2,0.5'), 'with 1 among them'),
        (('--scorers', 'nowhere.json'), 'file not found: nowhere.json'),
        (('--ann-file', 'nowhere.json'), 'nowhere.json'),
    ],
)
def test_bad_arguments_end_in_one_line(tune, capsys, words, error):
    with pytest.raises(SystemExit) as stop:
        tune(*words)
    assert stop.value.code == 2
    assert error in capsys.readouterr().err.splitlines()[-1]


def test_the_help_names_all_that_is_searched(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    tool = importlib.import_module('tune')
    assert Path(tool.__file__).parent == FOLDER
    base = Settings((1,), True, Decoder(num_keypoints=5).settings())
    assert list(tool.OPTIONS) == candidates(base, [(2, 1)], ['s.json'])
