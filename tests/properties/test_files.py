"""Files of any content end in the errors that are documented."""

import json

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from inference_data import picture
from own_data import clean_file, read

from higherhrnet_plugin.checkpoints import (
    WeightsError,
    convert_state_dict,
    read_checkpoint,
)
from higherhrnet_plugin.datasets.coco_repair import CocoOptions, load_coco
from higherhrnet_plugin.images import read_geometry, read_image

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        [
            '1',
            '-3',
            '1e999',
            'nan',
            '\u0661',
            '0x1',
            '',
            '12345678901234567890123',
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(['id', 'x', 'keypoints', 'counts', 'size']),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


SUFFIXES = ('.bmp', '.jpg', '.png', '.tif', '.webp')
PARTS = (
    '',
    '0',
    '1',
    'backbone',
    'bias',
    'conv1',
    'deconv_layers',
    'head',
    'final_layers',
    'keypoint_head',
    'module',
    'stage2',
    'weight',
    'ä',
)
NAMES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map('.'.join)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp('files')


def attempt(function, *args, errors=(OSError, ValueError)):
    """Return what a call gives, and what it says where it refuses."""
    try:
        return function(*args), None
    except errors as error:
        return None, str(error)


@given(content=st.binary(max_size=300), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_are_no_image_or_one(folder, content, suffix):
    file = folder / f'x{suffix}'
    file.write_bytes(content)
    for function in (read_geometry, read_image):
        _, message = attempt(function, file)
        assert message is None or message


@given(data=st.data(), suffix=st.sampled_from(SUFFIXES))
def test_a_damaged_image_is_refused_or_read(folder, data, suffix):
    whole = bytearray(cv2.imencode(suffix, picture(24, 16))[1].tobytes())
    file = folder / f'y{suffix}'
    file.write_bytes(damage(data, whole))
    image, message = attempt(read_image, file)
    if image is None:
        assert message
    else:
        assert image.pixels.dtype == np.uint8
        assert image.pixels.shape[2:] == (3,)


def damage(data, whole):
    """Change some bytes, and cut some off."""
    ends = st.integers(0, len(whole) - 1)
    for place in data.draw(st.lists(ends, max_size=3)):
        whole[place] = data.draw(st.integers(0, 255))
    return bytes(whole[: data.draw(st.one_of(st.just(len(whole)), ends))])


@pytest.fixture(scope='module')
def clean(folder):
    return read(clean_file(folder / 'clean', 3))


@given(data=st.data())
def test_any_value_anywhere_is_repaired_or_refused(folder, clean, data):
    content = json.loads(json.dumps(clean))
    kind = data.draw(st.sampled_from(['images', 'annotations', 'categories']))
    rows = content[kind]
    row = rows[data.draw(st.integers(0, len(rows) - 1))]
    key = data.draw(st.sampled_from([*sorted(row), 'segmentation', 'iscrowd']))
    row[key] = data.draw(JSON)
    file = folder / 'any.json'
    file.write_text(json.dumps(content))
    options = CocoOptions(3, missing_images='ignore')
    loaded, message = attempt(load_coco, str(file), options, errors=ValueError)
    if loaded is None:
        assert 'any.json' in message
        return
    used = loaded[0]
    images = {image['id'] for image in used['images']}
    assert all(isinstance(number, int) for number in images)
    for annotation in used['annotations']:
        assert annotation['image_id'] in images
        assert isinstance(annotation['id'], int)
        assert len(annotation['keypoints']) == 9
        values = [*annotation['keypoints'], *annotation['bbox']]
        assert np.isfinite([*values, annotation['area']]).all()
        assert annotation['iscrowd'] in (0, 1)


@given(data=st.data(), legacy=st.booleans())
def test_a_damaged_checkpoint_is_refused_or_read(folder, data, legacy):
    file = folder / 'z.pth'
    torch.save(
        {'state_dict': {'a.weight': torch.arange(6.0).reshape(2, 3)}},
        file,
        _use_new_zipfile_serialization=not legacy,
    )
    file.write_bytes(damage(data, bytearray(file.read_bytes())))
    weights, message = attempt(read_checkpoint, file, errors=WeightsError)
    if weights is None:
        assert 'z.pth' in message
    else:
        assert all(isinstance(v, torch.Tensor) for v in weights.values())


@given(names=st.lists(NAMES, min_size=1, max_size=5, unique=True))
def test_any_names_convert_without_loss(names):
    weights = {
        name: torch.full((1,), float(i)) for i, name in enumerate(names)
    }
    converted, message = attempt(convert_state_dict, weights)
    if converted is None:
        assert message
    else:
        kept = sorted(value.item() for value in converted.values())
        assert kept == list(map(float, range(len(names))))
