"""A scorer is trained by one command, and used by an option."""

import json
import re
import runpy
import sys

import numpy as np
import pytest
from helpers import write_json
from inference_data import write_model
from processes import ROOT
from rated_people import made_up, own_metainfo
from report_data import write_config
from scorers import coco_scorer

from higherhrnet_plugin.analysis import scorer_training
from higherhrnet_plugin.codecs.decoding.person_scorer import PersonScorer
from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.inference.model import read_config

TOOL = ROOT / 'tools' / 'analysis_tools' / 'train_scorer.py'


@pytest.fixture
def train(monkeypatch, tmp_path, capsys):
    """Call the tool within this process, on made-up people."""
    monkeypatch.setattr(scorer_training, 'STEPS', 300)
    content, records = made_up()
    file = tmp_path / 'people.json'
    write_json(file, content)
    config = write_config(
        tmp_path / 'c.py',
        file,
        dataset=dict(metainfo=own_metainfo(), missing_images='ignore'),
    )
    results = write_json(tmp_path / 'r.json', records)

    def call(*words):
        words = ['train_scorer.py', config, results, *words]
        monkeypatch.setattr(sys, 'argv', list(map(str, words)))
        monkeypatch.setattr(sys, 'path', list(sys.path))
        runpy.run_path(str(TOOL), run_name='__main__')
        return capsys.readouterr().out

    return call


def test_table_and_file(train, tmp_path):
    out = tmp_path / 'scorer.json'
    _, records = made_up()
    other = [dict(record, score=1 - record['score']) for record in records]
    text = train(
        *('--out', out, '--folds', 2, '--seeds', 3, 4, '--resamples', 50),
        *('--against', f'turned={write_json(tmp_path / "o.json", other)}'),
    )
    rows = [
        [cell.strip() for cell in line.split('|')[1:-1]]
        for line in text.splitlines()
        if line.startswith('| ')
    ][2:]
    names = [row[0] for row in rows]
    assert names == [
        'person_score=all',
        'mean of all keypoints, filled in or not',
        'turned',
        'scorer, 2 folds',
    ]
    assert rows[0][2:] == [''] * 4
    # made-up scores are that mean
    assert rows[1][1:] == rows[0][1:]
    ap, gain, interval, seeds, verdict = rows[3][1:]
    assert verdict == 'gain'
    assert len(seeds.split(', ')) == 2
    low, high = map(float, interval.split(' to '))
    assert 0 < low < float(gain) < high
    assert float(ap) == pytest.approx(
        float(rows[0][1]) + float(gain) / 100, abs=2e-4
    )
    scorer = PersonScorer.read(out)
    assert scorer.decoder == dict(person_score='all', fill_missing=True)
    assert re.search(r'model\.head\.decoder\.scorer=.*scorer\.json', text)


def test_options_of_the_decoder_are_noted(train, tmp_path):
    out = tmp_path / 'scorer.json'
    text = train(
        *('--out', out, '--folds', 0, '--cfg-options'),
        'model.head.decoder.fill_missing=False',
    )
    assert '|' not in text
    assert PersonScorer.read(out).decoder['fill_missing'] is False


def test_nobody_was_predicted(train, tmp_path, capsys):
    (tmp_path / 'r.json').write_text('[]')
    with pytest.raises(SystemExit, match=r'^2$'):
        train('--resamples', 2)
    assert '0 predictions are left' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('words', 'error'),
    [
        (('--folds', 1), '--folds must be 0, or from 2 on'),
        (('--resamples', 0), '--resamples must be from 1 on, got 0'),
        (('--against', 'file.json'), "'file.json' is no NAME=FILE"),
        (('--against', 'a=nowhere.json'), 'file not found: nowhere.json'),
        (
            ('--cfg-options', 'model.head.decoder.scorer=old.json'),
            '`scorer` of the decoder is set',
        ),
        (('--folds', 81), '80 images cannot be split in 81 parts'),
    ],
)
def test_bad_arguments_end_in_one_line(train, capsys, words, error):
    with pytest.raises(SystemExit) as stop:
        train(*words)
    assert stop.value.code == 2
    assert error in capsys.readouterr().err.splitlines()[-1]


def test_the_score_is_the_same_wherever_people_are_found(tmp_path):
    """From the file of a test, and in the decoder."""
    path, weights = write_model(tmp_path)
    cfg = read_config(path)
    picture = tmp_path / 'images' / '0.png'
    plain = Predictor.from_files(cfg, weights, 'cpu')
    content = coco_scorer()
    cfg.model.head.decoder.scorer = str(tmp_path / 'scorer.json')
    (tmp_path / 'scorer.json').write_text(json.dumps(content))
    scored = Predictor.from_files(cfg, weights, 'cpu')(picture)
    people = plain(picture)
    np.testing.assert_array_equal(scored.keypoints, people.keypoints)
    # in image pixels, as a file has them
    scores = PersonScorer.read(content)(
        people.keypoints, people.keypoint_scores, people.scores
    )
    np.testing.assert_allclose(scored.scores, scores, rtol=1e-3)
    assert not np.allclose(scored.scores, people.scores, rtol=1e-2)

    content['keypoint_names'][0] = 'beak'
    cfg.model.head.decoder.scorer = content
    with pytest.raises(ValueError, match='trained for the keypoints'):
        Predictor.from_files(cfg, weights, 'cpu')
