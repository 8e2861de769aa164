"""A gain is told of images that the network has not seen."""

import numpy as np
import pytest
from rated_people import made_up, rated_inputs

from higherhrnet_plugin.analysis import scorer_folds, scorer_training
from higherhrnet_plugin.analysis.coco_scores import CocoEvaluation
from higherhrnet_plugin.analysis.resampling import resample_weights
from higherhrnet_plugin.analysis.scorer_folds import (
    compare,
    cross_fit,
    resampled_ap,
    with_scores,
)
from higherhrnet_plugin.analysis.scorer_training import rate_predictions

DECODER = dict(person_score='all', fill_missing=True)


@pytest.fixture(scope='module')
def case():
    inputs = rated_inputs(*made_up())
    return inputs, rate_predictions(inputs)


def test_geometry_that_tells_of_quality_gains(case, monkeypatch):
    monkeypatch.setattr(scorer_training, 'STEPS', 300)
    inputs, rated = case
    base = resampled_ap(inputs, inputs.predictions, 100)
    runs = [
        resampled_ap(
            inputs,
            with_scores(inputs, cross_fit(*case, DECODER, 2, seed)),
            100,
        )
        for seed in (0, 1)
    ]
    compared = compare(base, runs, (0, 1))
    assert compared.difference.verdict == 'gain'
    assert compared.difference.values.min() > 5
    assert compared.aps == [run[0] for run in runs]
    # a ranking by OKS itself is the most that scores can give
    ideal = resampled_ap(inputs, with_scores(inputs, rated.oks), 1)
    assert base[0] < max(compared.aps) <= ideal[0]


def test_no_network_has_seen_the_images_that_it_scores(case, monkeypatch):
    _, rated = case
    seen = []

    def train(inputs, rated, chosen, decoder, seed):
        seen.append((set(rated.images[chosen].tolist()), seed))
        number = len(seen)
        return lambda points, *_: np.full(len(points), float(number))

    monkeypatch.setattr(scorer_folds, 'train_scorer', train)
    scores = cross_fit(*case, DECODER, 3, 7)
    assert [seed for _, seed in seen] == [7, 7, 7]
    held = [set(rated.images[scores == i + 1].tolist()) for i in range(3)]
    everything = set(rated.images.tolist())
    for (trained, _), scored in zip(seen, held):
        assert trained.isdisjoint(scored)
        assert trained | scored == everything
    assert sorted(map(len, held)) == [26, 27, 27]


def test_noise_gains_nothing(case, monkeypatch):
    inputs, rated = case
    monkeypatch.setattr(scorer_training, 'STEPS', 20)
    mixed = np.random.default_rng(3).permutation(rated.oks)
    rated = rated._replace(oks=mixed)
    base = resampled_ap(inputs, inputs.predictions, 100)
    runs = [
        resampled_ap(
            inputs,
            with_scores(inputs, cross_fit(inputs, rated, DECODER, 2, seed)),
            100,
        )
        for seed in (0, 1)
    ]
    assert compare(base, runs, (0, 1)).difference.verdict != 'gain'


def test_resampled_ap_is_that_of_the_tool(case):
    inputs, _ = case
    aps = resampled_ap(inputs, inputs.predictions, 2)
    coco = CocoEvaluation(inputs.content, inputs.predictions, inputs.sigmas)
    assert aps[0] == pytest.approx(coco.scores().ap())
    assert len(aps) == 3
    # an image that is drawn once counts as the tool counts it
    ids = [image['id'] for image in inputs.content['images']]
    (draw,) = resample_weights(len(ids), 1)
    assert draw.max() > 1
    assert 0 < aps[1] < 1


def test_differences_are_paired():
    rng = np.random.default_rng(0)
    base = rng.uniform(0.4, 0.6, 1001)
    noise = rng.normal(0.01, 0.001, (2, 1001))
    found = compare(base, base + noise, (4, 5)).difference
    assert found.seeds == [4, 5]
    np.testing.assert_allclose(found.values, 100 * noise[:, 0])
    low, high = np.quantile(100 * noise[:, 1:].mean(axis=0), (0.025, 0.975))
    assert found.interval == pytest.approx((low, high))
    assert found.verdict == 'gain'
    assert compare(base, [base]).difference.verdict == 'not shown'


@pytest.mark.parametrize('folds', [1, 81])
def test_impossible_parts_are_refused(case, folds):
    with pytest.raises(ValueError, match=f'80 images.*{folds} parts'):
        cross_fit(*case, DECODER, folds)
