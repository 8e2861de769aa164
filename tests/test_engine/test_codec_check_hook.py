"""A run does not start with different codecs."""

import pytest
from data_sets import write_data_set
from mmengine.runner import Runner
from scorers import coco_scorer
from small_configs import TINY, load_small

from higherhrnet_plugin import CodecCheckHook


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        # as mmpose's own tools apply them
        ({'codec.use_udp': True}, r'`codec\.use_udp` is True.*not handed on'),
        (
            {'test_dataloader.dataset.codec.input_size': 96},
            r'`model\.head\.codec\.input_size` is 64, but `test_dataloader'
            r'\.dataset\.codec\.input_size` is 96',
        ),
    ],
)
def test_a_shipped_config_is_checked_first(tmp_path, options, words):
    cfg = load_small(TINY, write_data_set(tmp_path), tmp_path / 'work')
    cfg.merge_from_dict(options)
    runner = Runner.from_cfg(cfg)
    assert any(isinstance(hook, CodecCheckHook) for hook in runner.hooks)
    with pytest.raises(ValueError, match=words):
        runner.test()


def test_nothing_starts_with_the_scorer_of_other_keypoints(tmp_path):
    cfg = load_small(TINY, write_data_set(tmp_path), tmp_path / 'work')
    # tiny weights find nobody in seconds, and everybody in minutes
    cfg.model.head.decoder.update(score_thr=0.9, scorer=coco_scorer())
    names = coco_scorer()['keypoint_names']
    Runner.from_cfg(cfg).test()
    turned = coco_scorer(keypoint_names=names[::-1])
    cfg.model.head.decoder.scorer = turned
    for run in (Runner.test, Runner.val, Runner.train):
        cfg.visualizer.name = f'{tmp_path}-{run.__name__}'
        with pytest.raises(ValueError, match='trained for the keypoints'):
            run(runner := Runner.from_cfg(cfg))
        assert runner.iter == 0
