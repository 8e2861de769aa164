"""Arrays and images of Pillow as pixels."""

import numpy as np
import pytest
from image_files import SHOWN, corner_picture, encode, shown_corners
from PIL import Image

from higherhrnet_plugin.images import to_bgr

RNG = np.random.default_rng(0)
BGR = RNG.integers(0, 256, (6, 8, 3), dtype=np.uint8)
GREY = BGR[..., 0]
DEEP = RNG.integers(0, 65536, (6, 8, 3)).astype(np.uint16)


@pytest.mark.parametrize(
    ('image', 'expected'),
    [
        (BGR, BGR),
        (GREY, np.dstack([GREY] * 3)),
        (GREY[..., None], np.dstack([GREY] * 3)),
        (np.dstack((BGR, GREY)), BGR),
        (BGR[:, ::-1], BGR[:, ::-1]),
        (DEEP, DEEP // 256),
        (DEEP[..., 1], np.dstack([DEEP[..., 1] // 256] * 3)),
        (BGR / 255, BGR),
        ((GREY / 255).astype(np.float32), np.dstack([GREY] * 3)),
        (np.array([[0.0, 1.0]]), [[[0] * 3, [255] * 3]]),
        (np.float16([[0.5]]), [[[128] * 3]]),
        (Image.fromarray(BGR[..., ::-1]), BGR),
        (Image.fromarray(GREY), np.dstack([GREY] * 3)),
        (Image.fromarray(np.dstack((BGR[..., ::-1], GREY))), BGR),
        (Image.fromarray(DEEP[..., 1]), np.dstack([DEEP[..., 1] // 256] * 3)),
        (Image.fromarray(GREY > 99), np.dstack([(GREY > 99) * 255] * 3)),
    ],
)
def test_one_rule_for_each(image, expected):
    before = np.array(image)
    found = to_bgr(image)
    assert found.dtype == np.uint8
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.array(image), before)


def test_stretched_to_its_range():
    image = np.uint16([[100, 2098, 4095]])
    found = to_bgr(image, stretch_range=True)
    assert found[..., 0].tolist() == [[0, 128, 255]]
    assert to_bgr(image)[..., 2].tolist() == [[0, 8, 15]]
    flat = to_bgr(np.full((2, 2), 77, np.uint16), stretch_range=True)
    assert not flat.any()


@pytest.mark.parametrize('opacity', [0, 65535])
def test_the_opacity_has_no_part_in_the_range(opacity):
    alpha = np.full(DEEP.shape[:2], opacity, np.uint16)
    # some way off both ends, where the opacity lies
    image = DEEP // 2 + 9999
    found = to_bgr(np.dstack((image, alpha)), stretch_range=True)
    np.testing.assert_array_equal(found, to_bgr(image, stretch_range=True))
    assert (found.min(), found.max()) == (0, 255)


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'TIFF', 'WEBP'])
def test_images_of_pillow_are_turned(tmp_path, orientation, kind):
    (tmp_path / 'a').write_bytes(encode(corner_picture(), kind, orientation))
    with Image.open(tmp_path / 'a') as image:
        assert shown_corners(to_bgr(image)) == SHOWN[orientation]


@pytest.mark.parametrize(
    ('image', 'error', 'words'),
    [
        (BGR[None], ValueError, r'got \(1, 6, 8, 3\); give .* one by one'),
        (GREY[0], ValueError, r'got \(8,\)'),
        (BGR[..., :2], ValueError, r'1, 3 or 4 channels, got \(6, 8, 2\)'),
        (np.zeros((6, 8, 5), np.uint8), ValueError, r'got \(6, 8, 5\)'),
        (BGR.transpose(2, 0, 1), ValueError, 'the channels come last'),
        (np.zeros((0, 8, 3), np.uint8), ValueError, 'without pixels'),
        (np.zeros((0, 0)), ValueError, 'without pixels'),
        (BGR.astype(float), ValueError, 'from 0 to 1, got .* to 2'),
        (BGR / -255, ValueError, 'from 0 to 1, got -'),
        (np.array([[0.1, np.nan]]), ValueError, 'got nan'),
        (np.array([[0.1, np.inf]]), ValueError, 'got 0.1 to inf'),
        (BGR.astype(np.int64), TypeError, 'got int64'),
        (BGR > 9, TypeError, 'got bool'),
        (BGR.tolist(), TypeError, 'got list'),
        (None, TypeError, 'got NoneType'),
        (b'bytes', TypeError, 'got bytes'),
        (Image.fromarray(np.float32([[9]])), ValueError, "the mode 'F'"),
        (Image.fromarray(np.int32([[70000]])), ValueError, '70000'),
    ],
)
def test_what_is_no_image(image, error, words):
    with pytest.raises(error, match=words):
        to_bgr(image)
