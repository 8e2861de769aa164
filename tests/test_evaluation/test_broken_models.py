"""A network that has diverged, or learnt nothing, is evaluated all the same.

The other cases are elsewhere: single maps in tests/test_codecs, a model that
finds nobody in tests/test_known_ap.py.
"""

import json
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from mmengine.runner import Runner
from small_configs import TINY, load_small

import higherhrnet_plugin  # noqa: F401

SIDE, INPUT = 200, 256


@pytest.fixture
def runner(tmp_path):
    """Build a test of one image, with the official settings."""
    file = write_data_set(tmp_path, people=(3,), size=(SIDE, SIDE))
    cfg = load_small(TINY, file, tmp_path / 'work')
    cfg.test_dataloader.dataset.pipeline[1].input_size = (INPUT, INPUT)
    cfg.test_evaluator.outfile_prefix = str(tmp_path / 'found')
    cfg.experiment_name = str(tmp_path)
    torch.manual_seed(0)
    return Runner.from_cfg(cfg)


def evaluate(runner, prefix):
    """Run the test; return metrics, people (N, 17, 3) and warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        metrics = runner.test()
    found = json.loads(Path(f'{prefix}.keypoints.json').read_text())
    people = np.array([row['keypoints'] for row in found], dtype=float)
    texts = [str(w.message) for w in caught]
    return (
        metrics,
        people.reshape(-1, 17, 3),
        [text for text in texts if 'not finite' in text],
    )


def give_noise(head, where=None, value=0.0):
    """Let a head give noise, with a peak every few cells.

    Args:
        head: The head.
        where: 'everything', or 'heatmap' or 'tag' of keypoint 3 at the first
            level, to break.
        value: What is there instead.
    """
    broken = {'everything': slice(None), 'heatmap': 3, 'tag': 17 + 3}
    generator = torch.Generator().manual_seed(0)

    def forward(feats):
        side = feats[0].shape[-1]
        low, high = (
            torch.randn(1, channels, size, size, generator=generator)
            for channels, size in ((34, side), (17, 2 * side))
        )
        low[:, 17:] *= 10
        if where is not None:
            low[:, broken[where]] = value
        return [(low[:, :17], low[:, 17:]), (high, None)]

    head.forward = forward


def check(metrics, people):
    """Expect numbers, and keypoints in the image or not at all."""
    assert np.isfinite(list(metrics.values())).all()
    assert np.isfinite(people).all()
    # no more people than candidates
    assert len(people) <= 30 * 17
    assert (people[..., :2] > -1).all()
    assert (people[..., :2] < SIDE + 1).all()
    assert (people[..., 2] >= 0).all()


@pytest.mark.parametrize(
    ('where', 'value'),
    [
        ('everything', np.nan),
        ('heatmap', np.nan),
        ('heatmap', np.inf),
        ('heatmap', -np.inf),
        ('tag', np.nan),
    ],
)
def test_broken_outputs_are_evaluated(runner, tmp_path, where, value):
    give_noise(runner.model.head, where, value)
    metrics, people, told = evaluate(runner, tmp_path / 'found')
    assert len(told) == 1
    check(metrics, people)
    assert (len(people) > 0) == (where != 'everything')
    # neither heat nor tag is known of this one
    assert (people[:, 3] == 0).all()


@pytest.mark.parametrize('flip', [False, True], ids=['plain', 'flip'])
def test_noise_is_decoded_in_time(runner, tmp_path, flip):
    give_noise(runner.model.head)
    runner.model.test_cfg['flip_test'] = flip
    decode, seconds = runner.model.head.predict, []

    def timed(*args, **kwargs):
        start = time.process_time()
        result = decode(*args, **kwargs)
        seconds.append(time.process_time() - start)
        return result

    runner.model.head.predict = timed
    metrics, people, told = evaluate(runner, tmp_path / 'found')
    # of one core, whatever else runs; 0.3 s without a flip test and 1.5 s
    # with it were measured
    assert len(seconds) == 1
    assert seconds[0] < 5
    assert not told
    assert len(people) > 30
    check(metrics, people)
