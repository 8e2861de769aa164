"""Large images in tiles, by the estimator, the test and the command."""

import json

import numpy as np
import pytest
import torch
from inference_data import picture
from mmengine.dataset import pseudo_collate
from mmpose.registry import DATASETS

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options
from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.inference.model import read_config
from higherhrnet_plugin.inference.options import parse_args
from higherhrnet_plugin.inference.settings import load_config
from higherhrnet_plugin.structures.tile_merging import fits_a_tile, merge_tiles
from higherhrnet_plugin.structures.tiles import place_tiles

SIZE = (150, 100)
TILES = dict(pixels=1, overlap=0.3, whole=True)
KEY = 'test_dataloader.dataset.tiles'


def build(model_files, options=None, tiles=None, **keywords):
    config, weights, _ = model_files
    cfg = read_config(config)
    apply_cfg_options(cfg, options or {})
    return Predictor.from_files(cfg, weights, 'cpu', tiles=tiles, **keywords)


def assert_same(people, others, atol=1e-4):
    for name in ('keypoints', 'keypoint_scores', 'scores', 'found', 'tags'):
        one, other = getattr(people, name), getattr(others, name)
        assert len(one) == len(other) > 0
        np.testing.assert_allclose(one, other, atol=atol)
        assert one.dtype == other.dtype


@pytest.mark.parametrize(
    'options',
    [
        {},
        {'model.test_cfg.flip_test': False},
        {'test_dataloader.dataset.scales': [2, 1]},
        {'codec.use_udp': True},
    ],
    ids=['flip', 'no flip', 'scales', 'udp'],
)
@pytest.mark.parametrize('whole', [True, False])
def test_each_tile_is_tested_as_an_image(whole, options, model_files):
    """By hand, with the predictor that knows no tiles."""
    plain = build(model_files, options)
    image = picture(*SIZE, seed=1)
    # a tile is 64 pixels, and begins at multiples of 32
    boxes = place_tiles(SIZE, (64, 64), 0.3, 32)
    found = []
    for x, y, *_ in boxes:
        tile = np.zeros((64, 64, 3), np.uint8)
        part = image[y : y + 64, x : x + 64]
        tile[: part.shape[0], : part.shape[1]] = part
        people = plain(tile)
        moved = people.keypoints + np.float32([x, y])
        found.append(people._replace(keypoints=moved))
    if whole:
        people = plain(image)
        large = ~fits_a_tile(people, (64, 64))
        assert large.any()
        found.append(people.choose(np.flatnonzero(large)))
        boxes = np.vstack((boxes, (0, 0, *SIZE)))
    sigmas = np.array(plain.dataset_meta['sigmas'])
    expected = merge_tiles(found, boxes, SIZE, sigmas)
    tiled = build(model_files, options, dict(TILES, whole=whole))
    assert_same(tiled(image), expected)


def test_batches_and_images_that_fit_into_a_tile(model_files):
    tiled = build(model_files, tiles=TILES)
    images = [picture(*s, seed=7) for s in (SIZE, (64, 64), (90, 70), (40, 9))]
    alone = [tiled(image) for image in images]
    for people, others in zip(tiled(images, batch_size=3), alone):
        assert_same(people, others)
    plain = build(model_files)
    for image, people in zip(images[1::2], alone[1::2]):
        other = plain(image)
        for name in ('keypoints', 'keypoint_scores', 'scores', 'tags'):
            one = getattr(people, name)
            np.testing.assert_array_equal(one, getattr(other, name))


def test_the_test_of_a_data_set_finds_the_same(model_files):
    """What tools/test.py would evaluate."""
    config, _, folder = model_files
    tiled = build(model_files, {KEY: 0.5})
    cfg = read_config(config)
    apply_cfg_options(cfg, {KEY: 0.5})
    data_set = DATASETS.build(cfg.test_dataloader.dataset)
    assert len(tiled.load(str(folder / 'images' / '0.png')).data) == 2
    batch = [data_set[i] for i in range(2)]
    with torch.no_grad():
        samples = tiled.model.test_step(pseudo_collate(batch))
    for sample in samples:
        assert 'tiles' not in sample
        name = sample.img_path.split('/')[-1]
        people = tiled(str(folder / 'images' / name))
        found = sample.pred_instances
        assert len(found.bbox_scores) == len(people.scores) > 0
        np.testing.assert_allclose(
            found.keypoints, people.keypoints, atol=1e-4
        )


def test_off_is_as_before(model_files):
    """Not a key more in what goes through the pipeline."""
    plain, tiled = build(model_files), build(model_files, tiles=TILES)
    image = picture(*SIZE)
    one, other = (p.load(image).data['data_samples'] for p in (plain, tiled))
    assert set(other.metainfo_keys()) - set(one.metainfo_keys()) == {'tiles'}
    loaded = tiled.load(image)
    # not copied, however large it is
    assert loaded.data['data_samples'].tiles.image is loaded.image


@pytest.mark.parametrize(
    ('changes', 'keywords', 'words'),
    [
        ({}, dict(keep_levels=True), '--draw-maps'),
        (
            {'model': dict(type='BottomupPoseEstimator')},
            {},
            'needs MultiScaleBottomupPoseEstimator',
        ),
        ({'packer': 'PackPoseInputs'}, {}, 'needs PackBottomupInputs'),
    ],
    ids=['levels', 'estimator', 'packer'],
)
def test_what_would_lose_tiles_is_refused(
    changes, keywords, words, model_files
):
    config, weights, _ = model_files
    cfg = read_config(config)
    cfg.test_dataloader.dataset.tiles = 1
    if 'packer' in changes:
        pipeline = cfg.test_dataloader.dataset.pipeline
        pipeline[2].type = changes['packer']
    for name in ('channels_last', 'metainfo') * ('model' in changes):
        cfg.model.pop(name, None)
    cfg.model.update(changes.get('model', {}))
    with pytest.raises(ValueError, match=f'`tiles`.*{words}'):
        Predictor.from_files(cfg, weights, 'cpu', **keywords)


def test_maps_of_a_test_are_refused(model_files):
    tiled = build(model_files, {'model.test_cfg.output_heatmaps': True}, TILES)
    with pytest.raises(ValueError, match=r'`tiles`.*output_heatmaps'):
        tiled(picture(*SIZE))
    assert len(tiled(picture(64, 64)).scores)


def arguments(config, *words):
    return parse_args([config, 'w.pth', 'a.jpg', '--out', 'o', *words])


def test_arguments_reach_the_pipeline(model_files):
    config = model_files[0]
    words = ('--tiles', '2', '--tile-overlap', '0.5', '--tile-whole')
    cfg = load_config(arguments(config, *words))
    found = cfg.test_dataloader.dataset.pipeline[1].tiles
    assert found == dict(pixels=2, overlap=0.5, whole=True)
    # what a config says is changed, and not begun anew
    words = ('--cfg-options', f'{KEY}.pixels=3', '--tile-whole')
    cfg = load_config(arguments(config, *words))
    found = cfg.test_dataloader.dataset.pipeline[1].tiles
    assert (found.pixels, found.whole) == (3, True)


@pytest.mark.parametrize(
    ('words', 'text'),
    [
        (('--tiles', '0'), r'`tiles\.pixels`.*got 0'),
        (('--tiles', '1', '--tile-overlap', '0.1'), r'`tiles\.overlap`.*0\.1'),
        (('--tile-whole',), '--tiles'),
    ],
)
def test_arguments_that_do_not_fit(words, text, model_files):
    with pytest.raises(ValueError, match=text):
        load_config(arguments(model_files[0], *words))


def test_the_command_draws_and_tracks(call, tmp_path):
    words = ('--tiles', '1', '--track', '--batch-size', '2')
    assert call(*words) == 0
    rows = json.loads((tmp_path / 'out' / 'predictions.json').read_text())
    assert any('track_id' in row for row in rows)
    assert (tmp_path / 'out' / 'videos' / 'walk.avi.mp4').stat().st_size
    assert len([*(tmp_path / 'out' / 'pictures').rglob('*.*')]) == 5
    # another run is not continued
    assert call('--track', '--batch-size', '2') == 2
