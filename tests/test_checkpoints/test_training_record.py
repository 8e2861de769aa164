"""What a file tells of its training."""

import small_training
import torch

from higherhrnet_plugin.checkpoints import load_whole, read_training_record

EMPTY = dict(
    data_set=None,
    keypoints=(),
    epochs=None,
    iterations=None,
    seed=None,
    saved=None,
    best={},
    versions={},
    source=None,
)


def record(content):
    return read_training_record(content)._asdict()


def test_a_file_of_the_runner(tmp_path):
    runner = small_training.runner(tmp_path, epochs=3)
    runner.train()
    found = record(load_whole(tmp_path / 'epoch_3.pth'))
    # four samples, two a batch
    assert (found['epochs'], found['iterations']) == (3, 6)
    assert found['seed'] == runner.seed
    assert found['versions'].keys() == {'mmengine'}
    # the Runner saves again once the value is known
    assert found['best'] == {'acc': float(small_training.Metric.count)}
    (best,) = tmp_path.glob('best_acc_*.pth')
    found = record(load_whole(best))
    assert found['best'] == {'acc': float(small_training.Metric.count)}


def test_a_file_of_mmpose_1():
    content = {
        'state_dict': {},
        'meta': {
            'epoch': 7,
            'iter': 70,
            'dataset_meta': {
                'dataset_name': 'mice',
                'keypoint_id2name': {1: 'tail', 0: 'nose'},
            },
            'mmengine_version': '0.10.7',
            'time': '20250101_000000',
        },
        'message_hub': {
            'runtime_info': {
                'best_score': 0.5,
                'best_ckpt': 'work/best_mice_AP_epoch_5.pth',
            }
        },
    }
    assert record(content) == {
        **EMPTY,
        'data_set': 'mice',
        'keypoints': ('nose', 'tail'),
        'epochs': 7,
        'iterations': 70,
        'saved': '20250101_000000',
        'best': {'mice_AP': 0.5},
        'versions': {'mmengine': '0.10.7'},
    }


def test_several_metrics():
    info = {'best_score_coco/AP': 0.5, 'best_score_coco/AR': 0.75}
    content = {'message_hub': {'runtime_info': info}}
    assert record(content) == {
        **EMPTY,
        'best': {'coco/AP': 0.5, 'coco/AR': 0.75},
    }


def test_a_file_of_mmpose_0x():
    meta = {
        'mmpose_version': '0.29.0',
        'epoch': 300,
        'iter': 9,
        'hook_msgs': {'best_score': 0.25, 'best_ckpt': 'x.pth'},
    }
    assert record({'meta': meta, 'state_dict': {}}) == {
        **EMPTY,
        'epochs': 300,
        'iterations': 9,
        'best': {'best': 0.25},
        'versions': {'mmpose': '0.29.0'},
    }


def test_a_file_of_the_official_training():
    content = {'epoch': 12, 'model': 'pose', 'perf': 0.6, 'state_dict': {}}
    assert record(content) == {**EMPTY, 'epochs': 12, 'best': {'AP': 0.6}}


def test_bare_weights():
    assert record({'conv1.weight': torch.zeros(1)}) == EMPTY
    assert record([1, 2]) == EMPTY


def test_entries_of_another_kind_count_as_missing():
    content = {
        'meta': {
            'epoch': '7',
            'iter': True,
            'seed': None,
            'time': 7,
            'dataset_meta': {
                'dataset_name': 3,
                'keypoint_id2name': {0: 'nose', 2: 'tail'},
            },
            'x_version': 3,
            7: 8,
        },
        'message_hub': {'runtime_info': {'best_score': 'x', 3: 4}},
        'perf': True,
    }
    assert record(content) == EMPTY


def test_terminals_obey_nothing():
    meta = {'time': 'a\x1b[31mb\n' + 'c' * 500, 'a\x1b_version': '1\r2'}
    found = record({'meta': meta})
    assert found['saved'] == ('a [31mb ' + 'c' * 500)[:120]
    assert found['versions'] == {'a': '1 2'}
