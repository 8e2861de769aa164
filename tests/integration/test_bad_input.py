"""Bad input ends in one clear error that names the file or the key."""

import json

import pytest
from data_sets import write_data_set
from mmengine.runner import Runner
from small_configs import TINY, load_small

import higherhrnet_plugin  # noqa: F401


@pytest.fixture
def annotations(tmp_path):
    return write_data_set(tmp_path)


@pytest.fixture
def cfg(annotations, tmp_path):
    return load_small(TINY, annotations, tmp_path / 'work')


def train(cfg, tmp_path):
    cfg.experiment_name = tmp_path.name
    Runner.from_cfg(cfg).train()


def test_missing_image(cfg, annotations, tmp_path):
    (tmp_path / 'images' / '1.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'1\.png'):
        train(cfg, tmp_path)


def test_broken_image(cfg, annotations, tmp_path):
    (tmp_path / 'images' / '2.png').write_bytes(b'not an image')
    with pytest.raises(Exception, match=r'2\.png'):
        train(cfg, tmp_path)


def test_broken_json(cfg, annotations, tmp_path):
    annotations.write_text(annotations.read_text()[:-20])
    with pytest.raises(ValueError, match=r'people\.json.*cannot be read'):
        train(cfg, tmp_path)


def test_missing_annotation_file(cfg, annotations, tmp_path):
    annotations.unlink()
    with pytest.raises(FileNotFoundError, match=r'people\.json.*ann_file'):
        train(cfg, tmp_path)


def test_wrong_number_of_keypoints_in_the_data(cfg, annotations, tmp_path):
    write_data_set(tmp_path, num_keypoints=14)
    with pytest.raises(ValueError, match=r'14 keypoints.*17.*num_keypoints'):
        train(cfg, tmp_path)


def test_wrong_number_of_keypoints_in_the_head(cfg, tmp_path):
    cfg.model.head.num_keypoints = 14
    with pytest.raises(ValueError, match=r'17 keypoints.*num_keypoints.*14'):
        train(cfg, tmp_path)


def test_heatmap_size_that_does_not_divide(cfg, tmp_path):
    codec = cfg.train_dataloader.dataset.codec
    codec.heatmap_sizes = [(16, 16), (30, 30)]
    with pytest.raises(ValueError, match=r'heatmap_sizes\[1\].*\(30, 30\)'):
        train(cfg, tmp_path)


def test_heatmap_sizes_of_another_network(cfg, tmp_path):
    del cfg.default_hooks['codec']  # let the first step notice
    codec = cfg.train_dataloader.dataset.codec
    codec.heatmap_sizes = [(8, 8), (16, 16)]
    with pytest.raises(ValueError, match=r'level 0.*heatmap_sizes'):
        train(cfg, tmp_path)


def test_not_coco(cfg, annotations, tmp_path):
    content = json.loads(annotations.read_text())
    for image in content['images']:
        del image['file_name']
    annotations.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r'people\.json.*file_name'):
        train(cfg, tmp_path)
