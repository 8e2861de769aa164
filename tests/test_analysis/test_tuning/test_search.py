"""Options are chosen by some images, and judged by others."""

import json

import numpy as np
import pytest
from rated_people import made_up, rated_inputs
from scorers import scorer_content

from higherhrnet_plugin.analysis.coco_scores import CocoEvaluation
from higherhrnet_plugin.analysis.tuning import (
    Search,
    Settings,
    candidates,
    cfg_options,
    take_spread,
    tune,
)
from higherhrnet_plugin.analysis.tuning.settings import DECODER, variants
from higherhrnet_plugin.codecs.decoding.decoder import Decoder

BASE = Settings((1,), True, Decoder(num_keypoints=5).settings())


@pytest.fixture(scope='module')
def case():
    content, records = made_up(24)
    return rated_inputs(content, records), records


def by_threshold(records, good):
    """Find all people with one threshold, and fewer with others."""
    calls = []

    def find(settings):
        calls.append(settings.key)
        off = abs(settings.decoder['score_thr'] - good)
        return [r for i, r in enumerate(records) if i % 10 >= 30 * off]

    return find, calls


def test_the_best_value_is_found_and_told(case):
    inputs, records = case
    find, calls = by_threshold(records, 0.2)
    search = Search(inputs, find, BASE)
    everything = np.ones(24, int)
    choice = search.choose(everything)
    assert [name for name, _ in choice.steps] == ['score_thr']
    assert cfg_options(choice.settings, BASE) == {
        'model.head.decoder.score_thr': 0.2
    }
    whole = CocoEvaluation(inputs.content, records, inputs.sigmas).scores()
    assert choice.steps[0][1] == pytest.approx(whole.ap())
    assert choice.before == pytest.approx(search.ap(BASE, everything))
    assert choice.before < choice.steps[0][1] - 0.1
    # nothing is decoded twice
    assert len(calls) == len(set(calls))
    search.choose(everything)
    assert len(calls) == len(set(calls))

    found = tune(search, (0, 1), 50)
    assert found.compared.difference.verdict == 'gain'
    assert [c.settings for c in found.halves] == [choice.settings] * 4
    expected = 100 * (choice.steps[0][1] - choice.before)
    assert found.compared.difference.values == pytest.approx([expected] * 2)


def test_ap_is_that_of_the_images_that_count(case):
    inputs, records = case
    search = Search(inputs, lambda settings: records, BASE)
    inside = (np.arange(24) % 3 == 0).astype(int)
    coco = CocoEvaluation(inputs.content, records, inputs.sigmas)
    some = coco.scores(set(search.ids[inside > 0].tolist())).ap()
    assert search.ap(BASE, inside) == pytest.approx(some)


def test_no_image_is_judged_by_what_it_has_chosen(case):
    inputs, records = case

    def find(settings):
        # each image is found by one of the two alone
        kept = settings.decoder['keep_equal_tags']
        return [r for r in records if r['image_id'] % 2 == kept]

    search = Search(inputs, find, BASE)
    choices, mixed = search.swap_halves(1)
    order = np.random.default_rng(1).permutation(24)
    halves = [set(search.ids[order[i::2]].tolist()) for i in (0, 1)]
    for choice, half in zip(choices, halves):
        kept = choice.settings.decoder['keep_equal_tags']
        more = sum(number % 2 == 1 for number in half)
        assert kept == (more > len(half) / 2)
        others = [r for r in mixed if r['image_id'] not in half]
        assert {r['image_id'] % 2 for r in others} == {int(kept)}
    assert {r['image_id'] for r in mixed} <= set(search.ids.tolist())


def test_luck_is_no_gain(case):
    inputs, records = case

    def find(settings):
        # every setting finds other people, none of them more
        seed = sum(map(ord, settings.key))
        rng = np.random.default_rng(seed)
        return [r for r in records if rng.random() < 0.6]

    found = tune(Search(inputs, find, BASE), (0, 1, 2), 100)
    assert found.choice.steps
    gain = found.choice.steps[-1][1] - found.choice.before
    assert gain > 0.01
    assert found.compared.difference.values.mean() < 50 * gain
    assert found.compared.difference.verdict != 'gain'


def test_every_candidate_is_one_of_the_decoder():
    names = candidates(BASE, [(1,), (2, 1)], ['s.json'])
    assert names[0] == 'scales'
    assert names[-1] == 'scorer'
    assert set(names[1:-1]) == {'flip', *DECODER}
    for name in DECODER:
        tried = list(variants(BASE, name))
        assert any(s.key == BASE.key for s in tried)
        assert len({s.key for s in tried}) == len(tried) > 1
        for settings in tried:
            sigmas = dict(settings.decoder, sigmas=[0.05] * 5)
            Decoder(**sigmas)
    scaled = list(variants(BASE, 'scales', [(1,), (2, 1)]))
    assert [s.scales for s in scaled] == [(1,), (2, 1)]
    udp = BASE.changed(use_udp=True)
    assert 'align_flip' not in candidates(udp)


def test_scorers_bring_the_options_that_they_need(tmp_path):
    file = tmp_path / 'scorer.json'
    content = scorer_content(5, person_score='found', fill_missing=True)
    file.write_text(json.dumps(content))
    (settings,) = variants(BASE, 'scorer', (), [str(file)])
    assert settings.decoder['scorer'] == content
    Decoder(**settings.decoder)
    assert cfg_options(settings, BASE) == {
        'model.head.decoder.person_score': 'found',
        'model.head.decoder.scorer': str(file),
    }
    # those that it was trained with stay
    names = candidates(settings)
    assert not {'person_score', 'fill_missing'} & set(names)


def test_options_of_a_config_are_named():
    other = Settings((2.0, 1.0), False, BASE.decoder)
    assert cfg_options(other, BASE) == {
        'test_dataloader.dataset.scales': [2.0, 1.0],
        'model.test_cfg.flip_test': False,
    }
    assert cfg_options(BASE, BASE) == {}


def test_images_are_taken_from_all_over_the_file(case):
    inputs, _ = case
    some = take_spread(inputs, 5)
    ids = [image['id'] for image in some.content['images']]
    assert ids == [1, 7, 13, 18, 24]
    owners = {a['image_id'] for a in some.content['annotations']}
    assert owners == set(ids)
    assert take_spread(inputs, 24) is inputs
