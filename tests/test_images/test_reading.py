"""Pixels, size and orientation of image files of every kind."""

import io
import sys
import types

import cv2
import mmcv
import numpy as np
import pytest
from image_files import (
    SHOWN,
    SIZE_WH,
    add_png_chunk,
    corner_picture,
    encode,
    exif_record,
    shown_corners,
)
from PIL import Image, features

from higherhrnet_plugin.images import (
    decode_image,
    read_image,
    read_image_size,
)
from higherhrnet_plugin.images.headers import is_plain_jpeg

KINDS = {
    'jpg': 'JPEG',
    'png': 'PNG',
    'webp': 'WEBP',
    'tif': 'TIFF',
    'avif': 'AVIF',
}
AVIF = pytest.mark.skipif(
    not features.check('avif'), reason='Pillow has no AVIF'
)


def smooth(height=48, width=64, seed=0):
    """Draw a picture that JPEG keeps well, RGB."""
    cells = np.random.default_rng(seed).integers(0, 256, (5, 5, 3))
    return cv2.resize(
        cells.astype(np.uint8), (width, height), interpolation=cv2.INTER_CUBIC
    )


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize(
    'suffix',
    [pytest.param(s, marks=AVIF if s == 'avif' else ()) for s in KINDS],
)
def test_pixels_and_size_are_upright(tmp_path, suffix, orientation):
    path = tmp_path / f'a.{suffix}'
    path.write_bytes(encode(corner_picture(), KINDS[suffix], orientation))
    pixels = read_image(path).pixels
    assert shown_corners(pixels) == SHOWN[orientation]
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    size = SIZE_WH if orientation < 5 else SIZE_WH[::-1]
    assert read_image_size(path) == size == pixels.shape[1::-1]


@pytest.mark.parametrize('late', [False, True])
def test_the_record_of_a_png_may_stand_anywhere(tmp_path, late):
    content = add_png_chunk(
        encode(corner_picture(), 'PNG'), b'eXIf', exif_record(6), late
    )
    path = tmp_path / 'a.png'
    path.write_bytes(content)
    assert shown_corners(read_image(path).pixels) == SHOWN[6]
    assert read_image_size(path) == SIZE_WH[::-1]


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" tiff:Orientation="6"/>'


def add_xmp(jpeg):
    data = b'http://ns.adobe.com/xap/1.0/\0' + XMP
    length = (len(data) + 2).to_bytes(2, 'big')
    return jpeg[:2] + b'\xff\xe1' + length + data + jpeg[2:]


@pytest.mark.parametrize('kind', ['PNG', 'JPEG', 'WEBP'])
def test_xmp_alone_turns_nothing(tmp_path, kind):
    """As in browsers, where people are labelled."""
    if kind == 'PNG':
        text = b'XML:com.adobe.xmp\0\0\0\0\0' + XMP
        content = encode(corner_picture(), 'PNG')
        content = add_png_chunk(content, b'iTXt', text, False)
    elif kind == 'JPEG':
        content = add_xmp(encode(corner_picture(), kind))
    else:
        content = encode(corner_picture(), kind, xmp=XMP)
    (tmp_path / 'a').write_bytes(content)
    assert shown_corners(read_image(tmp_path / 'a').pixels) == SHOWN[1]
    assert read_image_size(tmp_path / 'a') == SIZE_WH


@pytest.mark.parametrize(
    'record',
    [b'Exif\0\0', b'Exif\0\0II*\0\xff\xff\xff\xff', b'Exif\0\0MM\0*\0'],
)
def test_broken_records_turn_nothing(tmp_path, record):
    content = encode(corner_picture(), 'JPEG', exif=record)
    (tmp_path / 'a.jpg').write_bytes(content)
    assert shown_corners(read_image(tmp_path / 'a.jpg').pixels) == SHOWN[1]
    assert read_image_size(tmp_path / 'a.jpg') == SIZE_WH


@pytest.mark.parametrize('value', [0, 9, 65535])
def test_orientations_without_meaning(value):
    content = encode(corner_picture(), 'JPEG', value)
    assert shown_corners(decode_image(content).pixels) == SHOWN[1]


@pytest.mark.parametrize('orientation', [None, 1, 3, 6, 8])
@pytest.mark.parametrize('suffix', ['.jpg', '.png'])
def test_same_pixels_as_mmcv(tmp_path, suffix, orientation):
    """What networks were trained on, to the bit, whatever the kind."""
    kind = KINDS[suffix[1:]]
    kinds = [smooth(), smooth()[..., 0]]
    if suffix == '.png':
        kinds.append(np.dstack((smooth(), smooth(seed=1)[..., :1])))
    for pixels in kinds:
        content = encode(pixels, kind, orientation)
        (tmp_path / f'a{suffix}').write_bytes(content)
        expected = mmcv.imread(str(tmp_path / f'a{suffix}'))
        found = read_image(tmp_path / f'a{suffix}').pixels
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize('orientation', range(1, 9))
def test_other_kinds_of_one_format(orientation):
    """They are decoded in ways of their own."""
    image = corner_picture()
    opaque = np.dstack((image, image[..., :1]))
    deep = image.astype(np.uint16) * 257
    stream = io.BytesIO()
    Image.fromarray(image).save(
        stream,
        'MPO',
        save_all=True,
        append_images=[Image.fromarray(image[::-1].copy())],
        exif=b'Exif\0\0' + exif_record(orientation),
    )
    good, png = cv2.imencode('.png', deep[..., ::-1])
    assert good
    contents = [
        encode(opaque, 'TIFF', orientation),
        encode(image, 'TIFF', orientation, compression='tiff_lzw'),
        stream.getvalue(),
        add_png_chunk(png.tobytes(), b'eXIf', exif_record(orientation), False),
    ]
    for content in contents:
        image = decode_image(content)
        assert shown_corners(image.pixels) == SHOWN[orientation]
        assert image.hint == ''


@pytest.mark.parametrize('orientation', range(1, 9))
def test_heic(tmp_path, orientation):
    pytest.importorskip('pillow_heif').register_heif_opener()
    image = corner_picture().repeat(4, axis=0).repeat(4, axis=1)
    exif = b'Exif\0\0' + exif_record(orientation)
    (tmp_path / 'a.heic').write_bytes(encode(image, 'HEIF', exif=exif))
    pixels = read_image(tmp_path / 'a.heic').pixels
    assert shown_corners(pixels) == SHOWN[orientation]
    assert read_image_size(tmp_path / 'a.heic') == pixels.shape[1::-1]


def test_plain_jpegs_are_told_at_once():
    plain = encode(corner_picture(), 'JPEG')
    assert is_plain_jpeg(plain)
    assert is_plain_jpeg(encode(corner_picture(), 'JPEG', comment=b'x' * 999))
    for content in (
        encode(corner_picture(), 'JPEG', 6),
        encode(corner_picture(), 'JPEG', 6, comment=b'x' * 999),
        add_xmp(plain),
        encode(corner_picture(), 'PNG'),
        *(plain[:n] for n in (0, 1, 2, 3, 4, 20, 100)),
        plain[:2] + b'x' + plain[2:],
    ):
        assert not is_plain_jpeg(content)


# --- kinds of pixels --------------------------------------------------------


def test_grey_opacity_palette_and_one_bit():
    rgb = smooth()
    grey = rgb[..., 0]
    opacity = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    for kind in ('PNG', 'TIFF', 'WEBP'):
        args = dict(lossless=True, exact=True) if kind == 'WEBP' else {}
        for alpha in (opacity, np.zeros_like(opacity)):
            content = encode(np.dstack((rgb, alpha)), kind, **args)
            found = decode_image(content).pixels
            np.testing.assert_array_equal(found[..., ::-1], rgb)
    for kind in ('PNG', 'TIFF', 'BMP', 'PPM', 'GIF'):
        found = decode_image(encode(grey, kind)).pixels
        np.testing.assert_array_equal(found, grey[..., None].repeat(3, 2))
        found = decode_image(encode(grey > 99, kind)).pixels
        assert (found == 255 * (grey > 99)[..., None]).all()
    palette = Image.fromarray(rgb).quantize(64)
    for kind in ('PNG', 'GIF', 'BMP', 'TIFF'):
        palette.save(stream := io.BytesIO(), kind)
        found = decode_image(stream.getvalue()).pixels
        expected = np.asarray(palette.convert('RGB'))
        np.testing.assert_array_equal(found[..., ::-1], expected)


@pytest.mark.parametrize('kind', ['JPEG', 'TIFF'])
def test_printing_colours(kind):
    rgb = smooth()
    cmyk = Image.fromarray(rgb).convert('CMYK')
    cmyk.save(stream := io.BytesIO(), kind)
    found = decode_image(stream.getvalue()).pixels[..., ::-1]
    assert np.abs(found.astype(int) - rgb).mean() < 3


@pytest.mark.parametrize('suffix', ['.png', '.tif', '.pgm'])
def test_sixteen_bits(tmp_path, suffix):
    values = (np.arange(48 * 64).reshape(48, 64) * 20).astype(np.uint16)
    cv2.imwrite(str(tmp_path / f'a{suffix}'), values)
    picture = read_image(tmp_path / f'a{suffix}')
    assert picture.hint == ''
    expected = (values // 256)[..., None].repeat(3, axis=2)
    np.testing.assert_array_equal(picture.pixels, expected)


@pytest.mark.parametrize('suffix', ['.png', '.tif'])
@pytest.mark.parametrize('color', [False, True])
def test_twelve_bits_of_sixteen(tmp_path, suffix, color):
    shape = (48, 64, 3) if color else (48, 64)
    values = np.linspace(100, 4095, np.prod(shape)).reshape(shape)
    values = values.astype(np.uint16)
    path = tmp_path / f'a{suffix}'
    cv2.imwrite(str(path), values)
    picture = read_image(path)
    # OpenCV rounds those of TIFF files in colour
    rounded = color and suffix == '.tif'
    assert picture.pixels.max() == (16 if rounded else 15)
    assert 'highest value is 4095 of 65535' in picture.hint
    assert 'stretch' in picture.hint
    picture = read_image(path, stretch_range=True)
    expected = np.rint((values.astype(float) - 100) * 255 / 3995)
    expected = expected if color else expected[..., None].repeat(3, axis=2)
    np.testing.assert_array_equal(picture.pixels, expected)
    assert picture.hint == ''


def test_dark_images_of_eight_bits_are_just_dark():
    picture = decode_image(encode(smooth() // 16, 'PNG'))
    assert picture.pixels.max() < 16
    assert picture.hint == ''
    stretched = decode_image(encode(smooth() // 16, 'PNG'), stretch_range=True)
    np.testing.assert_array_equal(stretched.pixels, picture.pixels)


@pytest.mark.parametrize('kind', ['PNG', 'TIFF', 'WEBP'])
def test_drawings_in_the_opacity_alone_get_a_hint(kind):
    args = dict(lossless=True, exact=True) if kind == 'WEBP' else {}
    pixels = np.zeros((24, 32, 4), np.uint8)
    pixels[8:16, 8:16, 3] = 255
    assert 'opacity' in decode_image(encode(pixels, kind, **args)).hint
    pixels[0, 0, 0] = 9
    assert decode_image(encode(pixels, kind, **args)).hint == ''
    assert decode_image(encode(pixels[..., 3] * 0, kind, **args)).hint == ''


def test_thirty_two_bits_that_fit_into_sixteen():
    values = np.arange(0, 65536, 64, dtype=np.int32).reshape(32, 32)
    picture = decode_image(encode(values, 'TIFF'))
    expected = (values // 256)[..., None].repeat(3, axis=2)
    np.testing.assert_array_equal(picture.pixels, expected)


# --- formats ----------------------------------------------------------------


@pytest.mark.parametrize(
    'kind', ['GIF', 'TIFF', 'PNG', 'WEBP', pytest.param('AVIF', marks=AVIF)]
)
def test_the_first_of_several_images(kind):
    pages = [Image.fromarray(smooth(seed=i)) for i in range(3)]
    stream = io.BytesIO()
    args = dict(lossless=True) if kind == 'WEBP' else {}
    pages[0].save(stream, kind, save_all=True, append_images=pages[1:], **args)
    image = decode_image(stream.getvalue())
    assert 'first of several images' in image.hint
    found = image.pixels[..., ::-1]
    assert np.abs(found.astype(int) - smooth()).mean() < 12
    assert np.abs(found.astype(int) - smooth(seed=1)).mean() > 30


@pytest.mark.parametrize(('kind', 'hint'), [(0, False), (1, True), (4, False)])
def test_the_preview_of_a_raw_image(kind, hint):
    """The first image of a DNG is a TIFF of few pixels."""
    image = decode_image(encode(smooth(), 'TIFF', tiffinfo={254: kind}))
    assert image.pixels.shape == (48, 64, 3)
    assert image.hint.startswith('a preview') == hint


def test_the_content_counts_not_the_suffix(tmp_path):
    content = encode(corner_picture(), 'JPEG', 6)
    for name in ('x.JFIF', 'w.heic', 'noext', 'a.png', 'B.JPG'):
        (tmp_path / name).write_bytes(content)
        assert shown_corners(read_image(tmp_path / name).pixels) == SHOWN[6]


@pytest.mark.skipif(
    not features.check('jpg_2000'), reason='Pillow has no JPEG 2000'
)
def test_jpeg_2000():
    content = encode(smooth(), 'JPEG2000')
    np.testing.assert_array_equal(
        decode_image(content).pixels[..., ::-1], smooth()
    )


def test_heic_is_left_to_its_package(monkeypatch):
    from higherhrnet_plugin.images import formats

    calls = []
    package = types.ModuleType('pillow_heif')
    package.register_heif_opener = lambda: calls.append(1)
    monkeypatch.setitem(sys.modules, 'pillow_heif', package)
    formats.register_decoders.cache_clear()
    decode_image(encode(smooth(), 'PNG'))
    decode_image(encode(smooth(), 'PNG'))
    assert calls == [1]
    formats.register_decoders.cache_clear()


# --- what is no image -------------------------------------------------------


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'', 'the file is empty'),
        (b'no image', 'cannot be read as an image$'),
        (b'\x89PNG\r\n\x1a\n', 'a PNG that is broken or cut off'),
        (encode(smooth(), 'PNG')[:900], 'a PNG that is broken or cut off'),
        (encode(smooth(), 'WEBP')[:300], 'a WebP that is broken'),
        (b'\0\0\0\x18ftypheic' + bytes(99), 'HEIC, which needs .*pillow-heif'),
        (b'\0\0\0\x18ftypmp42' + bytes(99), 'a video'),
        (b'version https://git-lfs.github.com/spec/v1\n', 'git lfs pull'),
        (b'\n<!DOCTYPE html><html>', 'a web page'),
        (b'{"message": "Not Found"}', 'a message in place of a download'),
        (b'\xff\x0a' + bytes(99), 'JPEG XL, which is not read'),
        (bytes(128) + b'DICM' + bytes(99), 'DICOM'),
        (b'\x93NUMPY' + bytes(99), 'give the array'),
        (encode(np.zeros((9, 9), np.float32), 'TIFF'), "the mode 'F'"),
        (encode(np.full((9, 9), 99999, np.int32), 'TIFF'), '99999'),
        (encode(smooth(), 'TIFF')[:500], 'a TIFF that is broken'),
    ],
)
def test_what_cannot_be_read(tmp_path, monkeypatch, content, words):
    # as without pillow-heif
    monkeypatch.delitem(Image.EXTENSION, '.heic', raising=False)
    (tmp_path / 'a.png').write_bytes(content)
    with pytest.raises(ValueError, match=words):
        read_image(tmp_path / 'a.png')


@pytest.mark.parametrize('missing', [1, 2, 9, 200])
@pytest.mark.parametrize('progressive', [False, True])
@pytest.mark.parametrize('filled', [0, 99])
def test_a_jpeg_that_is_cut_off(missing, progressive, filled):
    # a preview, whose own end is there
    for exif in (b'', b'Exif\0\0' + encode(smooth(), 'JPEG')):
        content = encode(smooth(), 'JPEG', progressive=progressive, exif=exif)
        decode_image(content + bytes(99))
        # as copies that stop leave them on some disks
        content = content[:-missing] + bytes(filled)
        with pytest.raises(ValueError, match='it is a JPEG that is cut off'):
            decode_image(content)


def test_no_file(tmp_path):
    for read in (read_image, read_image_size):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / 'a.png')
    (tmp_path / 'a.png').write_bytes(b'')
    with pytest.raises(ValueError, match='the file is empty'):
        read_image_size(tmp_path / 'a.png')


def test_images_that_pillow_takes_for_bombs(tmp_path, monkeypatch):
    (tmp_path / 'a.jpg').write_bytes(encode(corner_picture(), 'JPEG', 6))
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 99)
    assert shown_corners(read_image(tmp_path / 'a.jpg').pixels) == SHOWN[6]
    assert read_image_size(tmp_path / 'a.jpg') == SIZE_WH[::-1]
