"""Images of another size than the annotation file says."""

import json

import cv2
import numpy as np
import pytest
from data_sets import write_data_set
from image_files import encode
from mmengine.registry import init_default_scope
from mmpose.datasets import CombinedDataset

from higherhrnet_plugin import (
    BottomupCocoDataset,
    BottomupCocoMetric,
    LoadBottomupImage,
)
from higherhrnet_plugin.datasets.transforms.segmentation import union_mask

LOADERS = ['LoadBottomupImage', 'LoadImage']


def build(folder, loader, **options):
    init_default_scope('mmpose')
    return BottomupCocoDataset(
        ann_file=str(folder / 'people.json'),
        data_prefix=dict(img=str(folder / 'images')),
        pipeline=[dict(type=loader)],
        **options,
    )


def write_one(folder, name, image):
    """Write a data set of one image, which is a file of its own."""
    file = write_data_set(folder, people=(1,))
    content = json.loads(file.read_text())
    content['images'][0]['file_name'] = name
    file.write_text(json.dumps(content))
    (folder / 'images' / name).write_bytes(image)


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
    pixels = np.zeros((80, 96, 3), np.uint8)
    write_one(tmp_path, '0.jpg', encode(pixels, 'JPEG', 6))
    with pytest.raises(ValueError, match='EXIF') as error:
        build(tmp_path, loader)[0]
    for words in ('0.jpg', '(80, 96)', '(96, 80)'):
        assert words in str(error.value)


@pytest.mark.parametrize('loader', LOADERS)
def test_a_gif_trains(tmp_path, loader):
    pixels = np.random.default_rng(0).integers(0, 256, (80, 96), np.uint8)
    write_one(tmp_path, '0.gif', encode(pixels, 'GIF'))
    image = build(tmp_path, loader)[0]['img']
    np.testing.assert_array_equal(image, pixels[..., None].repeat(3, axis=2))


@pytest.mark.parametrize('loader', LOADERS)
def test_annotations_are_scaled_everywhere(tmp_path, loader):
    """Keypoints, masks of crowds and the truth of the metric agree."""
    file = write_data_set(tmp_path, people=(2,))
    path = tmp_path / 'images' / '0.png'
    cv2.imwrite(str(path), cv2.resize(cv2.imread(str(path)), (48, 160)))
    plain = json.loads(file.read_text())['annotations']
    factors = [0.5, 2]
    data_set = build(tmp_path, loader, annotated_on='resized')
    (info,) = data_set
    assert info['img'].shape == (160, 48, 3)
    assert info['annotated_size'] == (48, 160)
    people = [a for a in plain if not a['iscrowd']]
    points = np.array([a['keypoints'] for a in people]).reshape(2, 17, 3)
    seen = points[..., 2] > 0
    np.testing.assert_allclose(
        info['keypoints'][-2:][seen], points[seen][:, :2] * factors, rtol=1e-5
    )
    mask = union_mask(info['invalid_segs'], (160, 48))
    expected = np.zeros((160, 48))
    expected[:20, :6] = 1
    np.testing.assert_array_equal(mask, expected)
    test_set = build(tmp_path, loader, annotated_on='resized', test_mode=True)
    metric = BottomupCocoMetric(str(file))
    metric.dataset_meta = test_set.metainfo
    truth = metric.coco.dataset['annotations']
    for wanted, found in zip(plain, truth):
        box = np.array(wanted['bbox']) * (factors * 2)
        np.testing.assert_allclose(found['bbox'], box)
        assert found['area'] == pytest.approx(wanted['area'])
        points = np.reshape(wanted['keypoints'], (-1, 3))
        seen = points[:, 2] > 0
        np.testing.assert_allclose(
            np.reshape(found['keypoints'], (-1, 3))[seen, :2],
            points[seen, :2] * factors,
        )


@pytest.mark.parametrize('orientation', [1, 3, 6])
@pytest.mark.parametrize('annotated_on', ['image', 'stored'])
def test_sizes_that_tell_nothing_get_a_hint(
    tmp_path, monkeypatch, orientation, annotated_on
):
    """A photograph that stands on its head has the size of an upright one."""
    file = write_data_set(tmp_path, people=(1, 1))
    content = json.loads(file.read_text())
    pixels = np.zeros((80, 96, 3), np.uint8)
    for i, image in enumerate(content['images']):
        image['file_name'] = f'{i}.jpg'
        (tmp_path / 'images' / f'{i}.jpg').write_bytes(
            encode(pixels, 'JPEG', orientation)
        )
        if orientation == 6 and annotated_on == 'image':
            image.update(width=80, height=96)
    # an encoding of the crowd fits one of the two sizes only
    for annotation in content['annotations']:
        annotation['segmentation'] = []
    file.write_text(json.dumps(content))
    texts = []
    monkeypatch.setattr(
        f'{LoadBottomupImage.__module__}.print_log',
        lambda text, *args: texts.append(text),
    )
    for _ in build(tmp_path, 'LoadImage', annotated_on=annotated_on):
        pass
    if (orientation, annotated_on) != (3, 'image'):
        assert texts == []
        return
    (text,) = texts
    for words in ('0.jpg', 'EXIF orientation 3', "annotated_on='stored'"):
        assert words in text


@pytest.mark.parametrize(
    'pipeline',
    [
        [dict(type='LoadBottomupImage')],
        # configs from before there was a loader of ours
        [
            dict(type='LoadImage'),
            dict(type='BottomupAlignedAffine', input_size=(64, 64)),
        ],
        [
            dict(type='LoadImage'),
            dict(type='BottomupAlignedResize', input_size=(64, 64)),
        ],
    ],
)
def test_combined_data_sets_are_checked(tmp_path, pipeline):
    """Their pipeline is mmpose's own; the sizes come along."""
    init_default_scope('mmpose')
    write_data_set(tmp_path, people=(1,))
    path = tmp_path / 'images' / '0.png'
    cv2.imwrite(str(path), cv2.resize(cv2.imread(str(path)), (48, 40)))
    part = dict(
        type='BottomupCocoDataset',
        ann_file=str(tmp_path / 'people.json'),
        data_prefix=dict(img=str(tmp_path / 'images')),
        pipeline=[],
    )
    combined = CombinedDataset(
        metainfo=dict(from_file='configs/_base_/datasets/coco.py'),
        datasets=[part],
        pipeline=pipeline,
    )
    with pytest.raises(ValueError, match=r'0\.png.*\(48, 40\).*\(96, 80\)'):
        combined[0]
