"""The benchmark of trackers: its videos, its scores, and a short run."""

import importlib
import json
import sys

import numpy as np
import pytest
from small_configs import ROOT

FOLDER = str(ROOT / 'tools' / 'benchmarks')


@pytest.fixture
def load(monkeypatch):
    """Import the benchmark or one of its parts, as its own folder sees it."""
    monkeypatch.syspath_prepend(FOLDER)
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if 'tracking' in name and FOLDER in str(
            getattr(sys.modules[name], '__file__', None)
        ):
            del sys.modules[name]


def pairs_of(load, rows):
    """Make pairs of {person: number} for each frame, all alike or not."""
    kind = load('tracking_parts.scores').Pairs
    people = sorted({p for row in rows for p in row})
    numbers = sorted({n for row in rows for n in row.values() if n})
    return [
        kind(
            np.array([people.index(p) for p in row], dtype=int),
            np.array([numbers.index(n) for n in row.values() if n], dtype=int),
            np.array(
                [
                    [1.0 if row[p] == n else 0.0 for n in row.values() if n]
                    for p in row
                ]
            ).reshape(len(row), -1),
        )
        for row in rows
    ]


def right(number, count):
    return [{'a': number, 'b': 2}] * count


CASES = {
    'perfect': (right(1, 8), (1, 1, 1, 1, 0, 0)),
    # of a, half the frames have either number; b has 8 of 8
    'switch': (
        [*right(1, 4), *right(3, 4)],
        (1, 0.75, 0.75**0.5, 0.75, 1, 0),
    ),
    # a is missed on 2 of 8 frames, in the middle
    'gap': (
        [*right(1, 3), *right(None, 2), *right(1, 3)],
        (14 / 16, (6 * 0.75 + 8) / 14, None, 28 / 30, 0, 1),
    ),
}


@pytest.mark.parametrize('case', CASES)
def test_scores_of_cases_done_by_hand(load, case):
    rows, (detected, associated, hota, idf1, switches, fragments) = CASES[case]
    found = load('tracking_parts.scores').score(pairs_of(load, rows))
    hota = (detected * associated) ** 0.5 if hota is None else hota
    expected = dict(
        HOTA=hota,
        AssA=associated,
        DetA=detected,
        IDF1=idf1,
        switches=switches,
        fragments=fragments,
    )
    assert found == pytest.approx(expected)


def test_scores_are_those_of_the_library(load):
    pytest.importorskip('trackers', reason='a library of other trackers')
    scores, peers = load('tracking_parts.scores'), load('tracking_parts.peers')
    rng = np.random.default_rng(0)
    pairs = []
    for _ in range(30):
        true = np.flatnonzero(rng.random(6) < 0.8)
        given = np.flatnonzero(rng.random(8) < 0.7)
        similar = rng.random((len(true), len(given))) ** 3
        pairs.append(scores.Pairs(true, given, similar))
    for number in range(6):
        # each is there once at least
        pairs[0] = pairs[0]._replace(
            true=np.arange(6), given=np.arange(8), similarity=np.eye(6, 8)
        )
        assert number in pairs[0].true
    found = scores.score(pairs)
    assert found == pytest.approx(peers.library_scores(pairs), abs=1e-9)


@pytest.fixture
def short(load, monkeypatch):
    """Make videos of 40 frames."""
    situations = load('tracking_parts.situations')
    monkeypatch.setattr(situations, 'FRAMES', 40)
    return situations


def test_videos_are_the_same_every_time_and_hide_who_is_behind(short):
    video = short.make_video('occlusion', 3)
    again = short.make_video('occlusion', 3)
    hidden = 0
    for truth, same in zip(video.truths(), again.truths()):
        np.testing.assert_array_equal(truth.keypoints, same.keypoints)
        np.testing.assert_array_equal(truth.seen, same.seen)
        x, y = truth.keypoints[truth.seen].T
        assert min(x.min(), y.min()) >= 0
        assert x.max() <= 853
        assert y.max() <= 479
        for left, end in video.pillars:
            assert not ((x > left) & (x < end)).any()
        hidden += int((~truth.seen).sum())
    assert hidden > 100


def test_drawn_people_stand_where_the_truth_says(short, load):
    """A video without its people has the same pixels elsewhere."""
    video = short.make_video('walking', 1, (160, 128))
    empty = type(video)(video.size, [], video.camera)
    drawn, back = next(video.draw(0)), next(empty.draw(0))
    changed = (drawn != back).any(axis=-1)
    truth = next(video.truths())
    points = truth.keypoints[truth.seen].round().astype(int)
    # eyes may have the colour of what is behind
    assert changed[points[:, 1], points[:, 0]].mean() > 0.9
    assert changed.mean() < 0.7


def test_people_found_have_the_faults_asked_for(short, load):
    noise = load('tracking_parts.noise')
    video = short.make_video('walking', 0)

    def found(seed=0, **faults):
        options = noise.Noise(**faults)
        rng = np.random.default_rng(seed)
        return list(noise.find_people(video, options, rng))

    none = dict(jitter=0, outliers=0, dropped=0, missed=0, ghosts=0)
    for truth, people in found(**none):
        assert len(people.scores) == len(truth.ids)
        gaps = np.abs(people.keypoints[:, None] - truth.keypoints)
        assert gaps.shape[0] == gaps.shape[1]
        same = (gaps < 1e-3).all(-1) | (people.keypoint_scores <= 0)[:, None]
        assert (same.all(-1).sum(axis=1) == 1).all()
    count = {
        name: sum(len(people.scores) for _, people in found(**faults))
        for name, faults in {
            'none': none,
            'missed': {**none, 'missed': 0.5},
            'ghosts': {**none, 'ghosts': 3.0},
        }.items()
    }
    assert count['missed'] < 0.7 * count['none']
    assert count['ghosts'] > count['none'] + 40


def test_a_run(short, load, tmp_path, capsys):
    out = tmp_path / 'figures.json'
    load('tracking').main(
        [
            *('--seeds', '1', '--situations', 'false'),
            *('--trackers', 'ours', 'one round', '--out', str(out)),
        ]
    )
    figures = json.loads(out.read_text())['false']
    (ours,) = figures['ours']
    assert 0.5 < ours['IDF1'] <= 1
    printed = capsys.readouterr().out
    assert printed.count('| false |') == 5
    assert 'in brackets on how many ours is better and worse' in printed


def test_what_is_missing_for_others_is_said(load, monkeypatch):
    monkeypatch.setitem(sys.modules, 'trackers', None)
    with pytest.raises(SystemExit, match=r"trackers is missing.*'trackers>="):
        load('tracking_parts.peers').make_peer('bytetrack', 25.0)


def test_filters_of_the_benchmark(short, load, monkeypatch, capsys):
    filters = load('tracking_parts.filters')
    way = np.sin(np.arange(60) / 6)[:, None, None] * np.ones((1, 3, 2))
    late = np.concatenate((way[:1], way[:1], way[:-2]))
    error, _, lag = filters.judge(late, way)
    assert lag == pytest.approx(2)
    assert error == pytest.approx(np.linalg.norm(late - way, axis=-1).mean())
    still = np.ones((9, 3, 2))
    np.testing.assert_allclose(filters.one_euro(still, 25, 1, 1), still)
    # a plain loop for one number
    values, smoothed, speed = way[:, 0, 0], [way[0, 0, 0]], 0.0
    for value in values[1:]:
        turn = 2 * np.pi / 25
        speed += turn / (turn + 1) * ((value - smoothed[-1]) * 25 - speed)
        turn = 2 * np.pi * (1 + 0.5 * abs(speed)) / 25
        smoothed.append(
            smoothed[-1] + turn / (turn + 1) * (value - smoothed[-1])
        )
    np.testing.assert_allclose(
        filters.one_euro(way, 25, 1, 0.5)[:, 0, 0], smoothed
    )
    monkeypatch.setattr(filters, 'LEVELS', (0.01,))
    monkeypatch.setattr(filters, 'WINDOWS', (5,))
    monkeypatch.setattr(filters, 'EURO', ())
    load('tracking').main(
        ['--smoothing', '--seeds', '1', '--situations', 'walking']
    )
    lines = capsys.readouterr().out.splitlines()
    errors = [float(line.split('|')[4]) for line in lines[2:4]]
    assert errors[1] < 0.8 * errors[0]
