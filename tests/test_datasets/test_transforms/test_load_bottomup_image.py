"""The transform that loads images, and its check of sizes."""

import pickle

import cv2
import numpy as np
import pytest
from image_files import SHOWN, corner_picture, encode, shown_corners
from mmcv.transforms import LoadImageFromFile
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from mmpose.datasets.transforms import LoadImage

from higherhrnet_plugin import BottomupAlignedResize, LoadBottomupImage


@pytest.fixture
def photo(tmp_path):
    """Write a photograph that EXIF turns: (w, h) 32 x 24, upright 24 x 32."""
    path = tmp_path / 'a.webp'
    path.write_bytes(encode(corner_picture(), 'WEBP', 6))
    return str(path)


def test_keys_and_types(photo):
    results = LoadBottomupImage()({'img_path': photo, 'img_id': 7})
    assert results['img'].dtype == np.uint8
    assert results['img_shape'] == results['ori_shape'] == (32, 24)
    assert results['img_id'] == 7
    assert shown_corners(results['img']) == SHOWN[6]
    floats = LoadBottomupImage(to_float32=True)({'img_path': photo})
    assert floats['img'].dtype == np.float32
    np.testing.assert_array_equal(floats['img'], results['img'])


def test_arrays(photo):
    image = corner_picture()
    results = LoadBottomupImage()({'img': image})
    np.testing.assert_array_equal(results['img'], image)
    assert results['ori_shape'] == (24, 32)
    grey = LoadBottomupImage(to_float32=True)({'img': image[..., 0]})
    assert grey['img'].shape == (24, 32, 3)
    assert grey['img'].dtype == np.float32
    with pytest.raises(ValueError, match=r'got \(24, 32, 2\)'):
        LoadBottomupImage()({'img': image[..., :2]})


def test_size_of_the_annotations(photo):
    load = LoadBottomupImage()
    load({'img_path': photo, 'annotated_size': (24, 32)})
    load({'img': np.zeros((32, 24, 3), np.uint8), 'annotated_size': (24, 32)})
    with pytest.raises(ValueError, match=r'a\.webp') as error:
        load({'img_path': photo, 'annotated_size': (32, 24)})
    text = str(error.value)
    assert '(w, h) (24, 32), but the annotation file says (32, 24)' in text
    assert 'EXIF' in text
    with pytest.raises(ValueError, match=r'resized') as error:
        load({'img_path': photo, 'annotated_size': (48, 64)})
    assert 'EXIF' not in str(error.value)


def test_files_that_cannot_be_read(tmp_path):
    path = tmp_path / 'a.png'
    path.write_bytes(b'')
    with pytest.raises(ValueError, match=r"a\.png'.* the file is empty"):
        LoadBottomupImage()({'img_path': str(path)})
    with pytest.raises(FileNotFoundError, match=r'b\.png'):
        LoadBottomupImage()({'img_path': str(tmp_path / 'b.png')})
    skip = LoadBottomupImage(ignore_empty=True)
    assert skip({'img_path': str(path)}) is None
    assert skip({'img_path': str(tmp_path / 'b.png')}) is None


def test_one_hint_about_the_range(tmp_path, monkeypatch):
    for i in range(3):
        values = np.full((8, 9), 4000 + i, np.uint16)
        values[0] = 0
        cv2.imwrite(str(tmp_path / f'{i}.png'), values)
    paths = [str(tmp_path / f'{i}.png') for i in range(3)]
    load = LoadBottomupImage()
    texts = []
    monkeypatch.setattr(
        f'{LoadBottomupImage.__module__}.print_log',
        lambda text, *args: texts.append(text),
    )
    images = [load({'img_path': path})['img'] for path in paths]
    assert [image.max() for image in images] == [15, 15, 15]
    (text,) = texts
    assert '0.png' in text
    assert 'highest value is 4000 of 65535' in text
    stretching = LoadBottomupImage(stretch=True)
    assert stretching({'img_path': paths[0]})['img'].max() == 255
    deep = np.uint16([[0, 4000]])
    assert stretching({'img': deep})['img'].max() == 255


def test_takes_the_place_of_other_loaders(photo):
    old = LoadImage(to_float32=True, ignore_empty=True)
    new = LoadBottomupImage.replacing(old)
    assert type(new) is LoadBottomupImage
    assert new.to_float32
    assert new.ignore_empty
    assert not new.stretch
    plain = LoadBottomupImage.replacing(LoadImageFromFile())
    assert shown_corners(plain({'img_path': photo})['img']) == SHOWN[6]
    # as it was asked for
    grey = LoadBottomupImage.replacing(LoadImage(color_type='grayscale'))
    assert grey({'img_path': photo})['img'].ndim == 2
    with pytest.raises(ValueError, match='annotation file says'):
        grey({'img_path': photo, 'annotated_size': (9, 9)})
    for other in (
        BottomupAlignedResize(input_size=(64, 64)),
        LoadBottomupImage(stretch=True),
    ):
        assert LoadBottomupImage.replacing(other) is other
    assert pickle.loads(pickle.dumps(new)).to_float32
    assert 'stretch=True' in repr(LoadBottomupImage(stretch=True))


def test_from_a_config():
    init_default_scope('mmpose')
    pipeline = Compose([dict(type='LoadBottomupImage', stretch=True)])
    assert pipeline.transforms[0].stretch
