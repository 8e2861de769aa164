"""Images of other numbers than those of 8 and 16 bits."""

import cv2
import numpy as np
import pytest
from image_files import encode

from higherhrnet_plugin.images import (
    decode_image,
    read_image,
    read_image_size,
)

RAMP = np.linspace(0, 1, 24 * 32).reshape(24, 32)
COLOUR = np.dstack((RAMP, RAMP * 0, RAMP * 0 + 0.5))


def write(path, values, dtype):
    """Write an image by OpenCV, in the numbers that are asked for."""
    good, content = cv2.imencode(path.suffix, values.astype(dtype))
    assert good
    path.write_bytes(content.tobytes())
    return path


@pytest.mark.parametrize('stretch', [False, True])
@pytest.mark.parametrize(
    ('suffix', 'values', 'dtype', 'words'),
    [
        ('.tiff', COLOUR, np.float32, 'of float32 with values'),
        ('.pfm', COLOUR, np.float32, 'of float32 with values from 0.0 to 1'),
        ('.pfm', RAMP, np.float32, "the mode 'F' with values from 0.0 to 1"),
        ('.tiff', RAMP * 0 - 5, np.int16, "'I' with values from -5 to -5"),
        ('.tiff', COLOUR - 5, np.int16, 'of int16 with values from -5 to -4'),
        ('.tiff', RAMP * 0 - 5, np.int8, 'of int8 with values from -5 to -5'),
    ],
)
def test_numbers_without_a_rule_are_refused(
    tmp_path, suffix, values, dtype, stretch, words
):
    """OpenCV brings them to 8 bits, and does not say how."""
    path = write(tmp_path / f'a{suffix}', values, dtype)
    with pytest.raises(ValueError, match=f'as an image: .*{words}') as error:
        read_image(path, stretch)
    assert 'bring it to 8 or 16 bits first' in str(error.value)


def test_what_pillow_does_not_know_has_no_size_either(tmp_path):
    path = write(tmp_path / 'a.tiff', COLOUR, np.float32)
    with pytest.raises(ValueError, match=r'as an image: .* of float32'):
        read_image_size(path)


def test_radiance_is_from_0_to_1(tmp_path):
    path = write(tmp_path / 'a.hdr', COLOUR, np.float32)
    pixels = read_image(path).pixels
    assert pixels.dtype == np.uint8
    # its numbers share one exponent a pixel
    assert np.abs(pixels - COLOUR * 255).max() < 2
    assert read_image_size(path) == (32, 24)


def test_signed_numbers_that_fit_follow_the_rule_of_16_bits(tmp_path):
    values = np.rint(RAMP * 9000)
    path = write(tmp_path / 'a.tiff', values, np.int16)
    picture = read_image(path)
    np.testing.assert_array_equal(picture.pixels[..., 1], values // 256)
    assert 'highest value is 9000 of 65535' in picture.hint
    picture = read_image(path, stretch_range=True)
    expected = np.rint(values * 255 / 9000)
    np.testing.assert_array_equal(picture.pixels[..., 1], expected)


def test_the_range_in_the_message_is_that_of_the_image():
    content = encode(np.full((9, 9), 70000, np.int32), 'TIFF')
    with pytest.raises(ValueError, match='from 70000 to 70000'):
        decode_image(content)
