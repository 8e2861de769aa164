"""Predictions are rated by OKS, and a network learns to predict it."""

import json
import math

import numpy as np
import pytest
from rated_people import K, made_up, rated_inputs

from higherhrnet_plugin.analysis import scorer_training
from higherhrnet_plugin.analysis.scorer_training import (
    rate_predictions,
    train_scorer,
)

DECODER = dict(person_score='all', fill_missing=True)


def plain_oks(annotation, record):
    """Compute OKS by a loop."""
    total = 0.0
    for k in range(K):
        x, y, _ = annotation['keypoints'][3 * k : 3 * k + 3]
        u, v, _ = record['keypoints'][3 * k : 3 * k + 3]
        square = (x - u) ** 2 + (y - v) ** 2
        total += math.exp(-square / (2 * annotation['area'] * 0.1**2))
    return total / K


def test_ratings_are_the_best_oks_of_the_image():
    content, records = made_up(6)
    # nobody is annotated on the last image
    kept = [a for a in content['annotations'] if a['image_id'] < 6]
    content['annotations'] = kept
    kept[0]['iscrowd'] = 1
    rated = rate_predictions(rated_inputs(content, records))
    assert len(rated.oks) == len(records) == len(rated.people.scores)
    for i, record in enumerate(records):
        found = [
            (plain_oks(a, record), a['id'])
            for a in kept
            if a['image_id'] == record['image_id']
        ]
        best, owner = max(found, default=(0.0, None))
        assert rated.images[i] == record['image_id']
        assert rated.oks[i] == pytest.approx(best, abs=1e-6)
        assert rated.counted[i] == (owner != kept[0]['id'] or best < 0.1)
    assert not rated.counted.all()
    assert (rated.oks[-4:] == 0).all()


@pytest.fixture(scope='module')
def case():
    inputs = rated_inputs(*made_up())
    return inputs, rate_predictions(inputs)


def predicted(scorer, rated, rows):
    """Predict the OKS of some predictions."""
    people = rated.people
    arguments = (people.keypoints, people.keypoint_scores, people.scores)
    scores = scorer(*(values[rows] for values in arguments))
    return scores / people.scores[rows]


def test_it_predicts_oks_of_people_it_has_not_seen(case):
    inputs, rated = case
    seen = rated.images <= 60
    scorer = train_scorer(inputs, rated, seen, DECODER)
    oks = predicted(scorer, rated, ~seen)
    assert np.corrcoef(oks, rated.oks[~seen])[0, 1] > 0.8
    plain = np.corrcoef(rated.people.scores[~seen], rated.oks[~seen])[0, 1]
    assert abs(plain) < 0.4
    assert scorer.keypoint_names == tuple(f'point {i}' for i in range(K))
    assert scorer.links == [(0, 1), (2, 4)]
    assert scorer.sigmas == pytest.approx([0.05] * K)
    assert scorer.decoder == DECODER


def test_a_seed_decides_everything(case, monkeypatch):
    monkeypatch.setattr(scorer_training, 'STEPS', 5)
    everyone = np.ones(len(case[1].oks), bool)
    texts = [
        json.dumps(train_scorer(*case, everyone, DECODER, seed).to_dict())
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_people_to_be_ignored_are_not_learned_from(case, monkeypatch):
    monkeypatch.setattr(scorer_training, 'STEPS', 5)
    inputs, rated = case
    everyone = np.ones(len(rated.oks), bool)
    some = rated.images <= 60
    by_choice = train_scorer(inputs, rated, some, DECODER)
    by_flag = train_scorer(
        inputs, rated._replace(counted=some), everyone, DECODER
    )
    assert by_flag.to_dict() == by_choice.to_dict()
    assert (
        by_flag.to_dict()
        != train_scorer(inputs, rated, everyone, DECODER).to_dict()
    )


def test_too_few_predictions_are_refused(case):
    few = np.arange(len(case[1].oks)) < 99
    with pytest.raises(ValueError, match='99 predictions are left'):
        train_scorer(*case, few, DECODER)
