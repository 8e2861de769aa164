"""Images of every kind, alone and in batches, through a small model."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from image_files import exif_record
from inference_data import picture
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmpose.registry import DATASETS
from PIL import Image

from higherhrnet_plugin.inference import Predictor, load_estimator
from higherhrnet_plugin.inference.model import set_stretch

SHAPES = [(96, 80), (80, 96), (64, 64), (200, 70), (33, 121), (96, 80)]


def load(model_files, **options):
    config, weights, _ = model_files
    return Predictor.from_files(config, weights, 'cpu', **options)


@pytest.fixture(scope='module')
def predictor(model_files):
    return load(model_files)


def assert_same(people, others, atol=1e-3):
    assert len(people.scores) == len(others.scores) > 0
    np.testing.assert_allclose(
        people.keypoints, others.keypoints, atol=atol, rtol=0
    )
    for name in ('keypoint_scores', 'scores'):
        np.testing.assert_allclose(
            getattr(people, name), getattr(others, name), atol=1e-5
        )


def test_same_as_the_test_of_the_data_set(predictor, model_files):
    """What tools/test.py would evaluate."""
    folder = model_files[2]
    cfg = Config.fromfile(model_files[0])
    data_set = DATASETS.build(cfg.test_dataloader.dataset)
    for data in data_set:
        with torch.no_grad():
            (sample,) = predictor.model.test_step(pseudo_collate([data]))
        expected = sample.pred_instances
        file = folder / 'images' / data['data_samples'].img_path.split('/')[-1]
        (people,) = predictor.predict([predictor.load(str(file))])
        np.testing.assert_allclose(
            people.keypoints, expected.keypoints, atol=1e-4
        )
        np.testing.assert_allclose(
            people.keypoint_scores, expected.keypoint_scores, atol=1e-6
        )
        np.testing.assert_allclose(
            people.scores, expected.bbox_scores, atol=1e-6
        )
        assert people.keypoints.dtype == people.scores.dtype == np.float32


def test_batches_of_mixed_shapes(predictor):
    assert predictor.exact_batches
    images = [picture(*s, seed=i) for i, s in enumerate(SHAPES)]
    alone = [predictor.predict([predictor.load(i)])[0] for i in images]
    for size in (2, 4, 6):
        together = []
        for start in range(0, len(images), size):
            batch = images[start : start + size]
            together += predictor.predict([predictor.load(i) for i in batch])
        for people, others in zip(alone, together):
            assert_same(people, others)


def write_kinds(folder):
    """Write a picture as files of several kinds; return its pixels."""
    image = picture(90, 70, seed=4)
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    alpha = np.dstack((image, np.full(image.shape[:2], 90, np.uint8)))
    cv2.imwrite(str(folder / 'plain.png'), image)
    cv2.imwrite(str(folder / 'grey.png'), grey)
    cv2.imwrite(str(folder / 'alpha.png'), alpha)
    cv2.imwrite(str(folder / 'deep.png'), image.astype(np.uint16) * 257)
    cv2.imwrite(str(folder / 'plain.bmp'), image)
    return image, cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def test_kinds_of_files(predictor, tmp_path):
    image, grey = write_kinds(tmp_path)
    for name in ('plain.png', 'grey.png', 'alpha.png', 'deep.png'):
        loaded = predictor.load(str(tmp_path / name))
        expected = grey if name == 'grey.png' else image
        assert loaded.image.dtype == np.uint8
        np.testing.assert_array_equal(loaded.image, expected)
        (people,) = predictor.predict([loaded])
        (others,) = predictor.predict([predictor.load(expected)])
        assert_same(people, others)


def test_photographs_are_turned_upright(predictor, tmp_path):
    """As cv2 and mmcv do by default: orientation 6 is a quarter turn."""
    image = picture(96, 64, seed=5)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(image[..., ::-1]).save(
        tmp_path / 'turned.jpg', exif=exif, quality=100, subsampling=0
    )
    loaded = predictor.load(str(tmp_path / 'turned.jpg'))
    assert loaded.image.shape == (96, 64, 3)
    turned = np.rot90(image, -1).astype(float)
    assert np.abs(loaded.image - turned).mean() < 2


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'', 'cannot be read as an image: the file is empty'),
        (b'no image', 'cannot be read as an image'),
        (b'\x89PNG\r\n\x1a\n', 'cannot be read as an image: it is a PNG'),
        (None, 'cannot be read as an image: .*No such file'),
    ],
)
def test_broken_files(predictor, tmp_path, content, words):
    path = tmp_path / 'a.png'
    if content is not None:
        path.write_bytes(content)
    for name in (path, str(path)):
        with pytest.raises(ValueError, match=f'^{words}'):
            predictor.load(name)


def test_the_broken_file_of_a_list_is_named(predictor, tmp_path):
    image, _ = write_kinds(tmp_path)
    (tmp_path / 'bad.png').write_bytes(b'')
    cv2.imwrite(str(tmp_path / 'thin.png'), image[:1])
    plain = tmp_path / 'plain.png'
    for name, words in (('bad', 'cannot be read'), ('thin', 'one side')):
        path = tmp_path / f'{name}.png'
        for images in ([plain, path, image], [str(plain), str(path)], path):
            with pytest.raises(ValueError, match=words) as raised:
                predictor(images)
            assert str(raised.value).startswith(f'{path}: ')


def test_images_in_memory(predictor, tmp_path):
    """Each is predicted like the file that holds the same pixels."""
    image = picture(90, 70, seed=4)
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    cv2.imwrite(str(tmp_path / 'a.png'), image)
    cv2.imwrite(str(tmp_path / 'grey.png'), grey)
    turned = Image.fromarray(np.rot90(image[..., ::-1]).copy())
    turned.info['exif'] = exif_record(6)
    kinds = {
        'a.png': [
            tmp_path / 'a.png',
            image,
            np.dstack((image, grey)),
            image.astype(np.uint16) * 257,
            image / 255,
            Image.fromarray(image[..., ::-1]),
            turned,
        ],
        'grey.png': [
            grey,
            grey[..., None],
            grey.astype(np.uint16) << 8,
            (grey / 255).astype(np.float32),
            Image.fromarray(grey),
        ],
    }
    for name, images in kinds.items():
        expected = predictor(str(tmp_path / name))
        assert len(expected.scores) > 0
        found = predictor(images)
        assert len(found) == len(images)
        for people in found:
            np.testing.assert_array_equal(people.keypoints, expected.keypoints)
            np.testing.assert_array_equal(people.scores, expected.scores)
    together = predictor(tuple(kinds['a.png']), batch_size=3)
    assert len(together) == 7
    for people in together:
        assert_same(people, predictor(image))
    assert predictor([]) == []


@pytest.mark.parametrize(
    ('image', 'error', 'words'),
    [
        (np.zeros((1, 9, 9, 3), np.uint8), ValueError, 'as a list'),
        (np.zeros((9, 9, 2), np.uint8), ValueError, '1, 3 or 4 channels'),
        (np.full((9, 9, 3), 200.0), ValueError, 'from 0 to 1, got 200'),
        (np.full((9, 9), np.nan), ValueError, 'got nan'),
        (np.zeros((0, 9, 3), np.uint8), ValueError, 'without pixels'),
        (torch.zeros(9, 9, 3), TypeError, 'got Tensor'),
        (7, TypeError, 'got int'),
    ],
)
def test_what_is_no_image(predictor, image, error, words):
    for images in (image, [image]):
        with pytest.raises(error, match=words):
            predictor(images)


def test_from_files(model_files, predictor):
    config, weights, _ = model_files
    image = picture(90, 70, seed=4)
    for source in (config, Path(config), Config.fromfile(config)):
        again = Predictor.from_files(source, Path(weights), 'cpu')
        assert again.device == torch.device('cpu')
        assert_same(again(image), predictor(image))
    rich = Predictor.from_files(config, weights, 'cpu', keep_levels=True)
    assert len(rich(image).levels) == 2
    with pytest.raises(FileNotFoundError, match=r'no\.py'):
        Predictor.from_files('no.py', weights)
    with pytest.raises(FileNotFoundError, match=r'no\.pth'):
        Predictor.from_files(config, 'no.pth')
    with pytest.raises(ValueError, match='the device is cuda:99'):
        Predictor.from_files(config, weights, 'cuda:99')


def test_batches_need_an_estimator_that_keeps_shapes(predictor, monkeypatch):
    monkeypatch.setattr(Predictor, 'exact_batches', False)
    with pytest.raises(ValueError, match='batch_size above 1'):
        predictor([picture(64, 64)] * 2, batch_size=2)
    assert len(predictor([picture(64, 64)] * 2)) == 2


def test_deep_images_get_a_hint_or_are_stretched(model_files, tmp_path):
    image = picture(90, 70, seed=4)
    deep = image.astype(np.uint16) * 16
    cv2.imwrite(str(tmp_path / 'deep.png'), deep)
    config, weights, _ = model_files
    cfg = Config.fromfile(config)
    plain = Predictor.from_files(cfg, weights, 'cpu')
    loaded = plain.load(tmp_path / 'deep.png')
    assert loaded.image.max() < 16
    assert 'of 65535' in loaded.hint
    set_stretch(cfg)
    stretching = Predictor.from_files(cfg, weights, 'cpu')
    low, high = int(image.min()), int(image.max())
    expected = np.rint((image.astype(float) - low) * 255 / (high - low))
    for source in (tmp_path / 'deep.png', deep):
        loaded = stretching.load(source)
        np.testing.assert_array_equal(loaded.image, expected)
        assert loaded.hint == ''


def test_shapes_that_cannot_be_resized(predictor, monkeypatch):
    with pytest.raises(ValueError, match='4000 x 79 pixels: one side'):
        predictor.load(np.zeros((79, 4000, 3), np.uint8))
    with pytest.raises(ValueError, match=r'40000 x 800.*up to 32766'):
        predictor.load(np.zeros((800, 40000, 3), np.uint8))
    # as cv2 does for sizes that it cannot hold
    monkeypatch.setattr(
        predictor, '_transform', lambda _: cv2.resize(np.zeros(0), (0, 0))
    )
    with pytest.raises(
        ValueError, match=r'cannot take 30 x 20 pixels: .*ssize'
    ):
        predictor.load(np.zeros((20, 30, 3), np.uint8))


@pytest.mark.parametrize('value', [np.inf, np.nan])
def test_scales_must_be_finite(model_files, value):
    config, weights, _ = model_files
    for scales in ([1, value], [value, 1]):
        cfg = Config.fromfile(config)
        cfg.test_dataloader.dataset.pipeline[1].scales = scales
        with pytest.raises(ValueError, match=f'`scales` must.*{value}'):
            Predictor.from_files(cfg, weights, 'cpu')


def test_levels_and_tags(model_files, predictor):
    rich = load(model_files, keep_levels=True)
    image = picture(150, 80, seed=2)
    (people,) = rich.predict([rich.load(image)])
    (plain,) = predictor.predict([predictor.load(image)])
    assert_same(people, plain)
    np.testing.assert_allclose(people.tags, plain.tags)
    assert plain.levels == []
    h, w = rich.load(image).data['inputs'].shape[1:]
    (maps, tags), (fine, none) = people.levels
    assert maps.shape == tags.shape == (17, h // 4, w // 4)
    assert fine.shape == (17, h // 2, w // 2)
    assert none is None
    # a tag of the plain and one of the mirrored image
    assert people.tags.shape == (len(people.scores), 2)
    # the tag of a person lies among those of the plain map
    assert (people.tags[:, 0] >= tags.min() - 1e-5).all()
    assert (people.tags[:, 0] <= tags.max() + 1e-5).all()
    # the first image of a batch only must not leave its maps to the next
    (other,) = rich.predict([rich.load(picture(64, 64, seed=9))])
    assert other.levels[0][0].shape[1:] == (16, 16)


def test_levels_of_a_batch(model_files):
    rich = load(model_files, keep_levels=True)
    images = [picture(96, 80, seed=i) for i in range(3)]
    alone = rich(images)
    assert (alone[0].levels[0][0] != alone[1].levels[0][0]).any()
    for people, others in zip(rich(images, batch_size=3), alone):
        assert len(people.levels) == 2
        for (maps, tags), (wanted, expected) in zip(
            people.levels, others.levels
        ):
            np.testing.assert_allclose(maps, wanted, atol=1e-5)
            assert (tags is None) == (expected is None)
            if tags is not None:
                np.testing.assert_allclose(tags, expected, atol=1e-5)
    images[1] = picture(64, 64, seed=1)
    with pytest.raises(ValueError, match=r'`keep_levels`.*batch_size=1'):
        rich(images, batch_size=3)
    # nothing is left of it
    assert_same(rich(images[2]), alone[2])


def test_tags_are_read_at_the_keypoints(model_files):
    """Replace the tags by ramps, so that they tell the place."""
    rich = load(model_files)
    rich.model.head.decoder.fill_missing = False
    # of a shape that needs no border
    width, height = 256, 128

    def ramps(head, args, levels):
        maps, tags = levels[0]
        w = maps.shape[3]
        x = (torch.arange(w) + 0.5) / w
        return [(maps, x.expand_as(tags).contiguous()), *levels[1:]]

    rich.model.head.register_forward_hook(ramps)
    rich.model.test_cfg['flip_test'] = False
    (people,) = rich.predict([rich.load(picture(width, height, seed=6))])
    found = people.keypoint_scores > 0
    x = np.clip(people.keypoints[..., 0], 0, width) / width
    expected = (x * found).sum(axis=1) / found.sum(axis=1)
    # flat beyond the outermost of 32 cells
    np.testing.assert_allclose(people.tags[:, 0], expected, atol=1 / 64)


def test_mixed_precision_is_decoded_in_float32(model_files, predictor):
    mixed = load(model_files, amp_dtype=torch.bfloat16, keep_levels=True)
    types = []
    mixed.model.head.final_layers[0].register_forward_hook(
        lambda layer, args, out: types.append(out.dtype)
    )
    seen = []
    decode = mixed.model.head.decoder.predict
    mixed.model.head.decoder.predict = lambda outputs, *args: (
        seen.append(outputs[0][0][0][0].dtype) or decode(outputs, *args)
    )
    image = picture(96, 80, seed=1)
    (people,) = mixed.predict([mixed.load(image)])
    assert set(types) == {torch.bfloat16}
    assert seen == [torch.float32]
    assert people.levels[0][0].dtype == np.float32
    exact = load(model_files, keep_levels=True)
    (others,) = exact.predict([exact.load(image)])
    for (maps, _), (expected, _) in zip(people.levels, others.levels):
        scale = np.abs(expected).max()
        assert 0 < np.abs(maps - expected).max() < 0.05 * scale


def test_the_pipeline_must_load(model_files):
    config, weights, _ = model_files
    cfg = Config.fromfile(config)
    del cfg.test_dataloader.dataset.pipeline[0]
    with pytest.raises(ValueError, match='must begin with LoadBottomupImage'):
        Predictor(load_estimator(cfg, weights, 'cpu'))
