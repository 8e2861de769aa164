"""Images of another size than the annotation file says."""

import json

import cv2
import numpy as np
import pytest
from data_sets import write_data_set
from image_files import encode
from mmengine.registry import init_default_scope

from higherhrnet_plugin import BottomupCocoDataset

LOADERS = ['LoadBottomupImage', 'LoadImage']


def build(folder, loader, **options):
    init_default_scope('mmpose')
    return BottomupCocoDataset(
        ann_file=str(folder / 'people.json'),
        data_prefix=dict(img=str(folder / 'images')),
        pipeline=[dict(type=loader)],
        **options,
    )


@pytest.mark.parametrize('loader', LOADERS)
@pytest.mark.parametrize('test_mode', [False, True])
def test_sizes_that_agree(tmp_path, loader, test_mode):
    write_data_set(tmp_path)
    data_set = build(tmp_path, loader, test_mode=test_mode, keep_empty=True)
    assert len(data_set) == 3
    for info in data_set:
        assert info['img'].shape == (80, 96, 3)


@pytest.mark.parametrize('loader', LOADERS)
def test_resized_on_disk(tmp_path, loader):
    write_data_set(tmp_path, people=(1, 1))
    path = tmp_path / 'images' / '1.png'
    cv2.imwrite(str(path), cv2.resize(cv2.imread(str(path)), (48, 40)))
    data_set = build(tmp_path, loader)
    data_set[0]
    with pytest.raises(ValueError, match=r'1\.png') as error:
        data_set[1]
    for words in ('(48, 40)', '(96, 80)', 'resized'):
        assert words in str(error.value)


@pytest.mark.parametrize('loader', LOADERS)
def test_annotated_before_exif_turned_it(tmp_path, loader):
    file = write_data_set(tmp_path, people=(1,))
    content = json.loads(file.read_text())
    content['images'][0]['file_name'] = '0.jpg'
    file.write_text(json.dumps(content))
    pixels = np.zeros((80, 96, 3), np.uint8)
    photo = tmp_path / 'images' / '0.jpg'
    photo.write_bytes(encode(pixels, 'JPEG', 6))
    with pytest.raises(ValueError, match='EXIF') as error:
        build(tmp_path, loader)[0]
    for words in ('0.jpg', '(80, 96)', '(96, 80)'):
        assert words in str(error.value)


@pytest.mark.parametrize('loader', LOADERS)
def test_a_gif_trains(tmp_path, loader):
    file = write_data_set(tmp_path, people=(1,))
    content = json.loads(file.read_text())
    content['images'][0]['file_name'] = '0.gif'
    file.write_text(json.dumps(content))
    pixels = np.random.default_rng(0).integers(0, 256, (80, 96), np.uint8)
    (tmp_path / 'images' / '0.gif').write_bytes(encode(pixels, 'GIF'))
    image = build(tmp_path, loader)[0]['img']
    np.testing.assert_array_equal(image, pixels[..., None].repeat(3, axis=2))
