"""Where tiles lie, and which options they take."""

import numpy as np
import pytest

from higherhrnet_plugin.structures.tiles import (
    BORDER,
    TileOptions,
    change_tiles,
    parse_tiles,
    place_tiles,
    trusted_boxes,
)

OVERLAPS = (0.2, 0.25, 0.5, 0.9)


@pytest.mark.parametrize('overlap', OVERLAPS)
@pytest.mark.parametrize('length', [1, 63, 64, 65, 100, 127, 128, 129, 1000])
def test_tiles_cover_an_image_and_overlap(length, overlap):
    boxes = place_tiles((length, 30), (64, 64), overlap)
    assert (boxes[:, 2:] - boxes[:, :2] == 64).all()
    assert (boxes[:, 1] == 0).all()
    starts = boxes[:, 0]
    assert starts[0] == 0
    # the last ends with the image, and a single one may be longer
    assert starts[-1] + 64 == max(length, 64)
    steps = np.diff(starts)
    assert ((steps > 0) & (64 - steps >= overlap * 64)).all()
    # one fewer would overlap less
    if len(steps) > 1:
        assert (length - 64) / (len(steps) - 1) > int(64 * (1 - overlap))


def test_tiles_are_in_reading_order():
    boxes = place_tiles((100, 80), (60, 40), 0.25)
    xs, ys = sorted({*boxes[:, 0]}), sorted({*boxes[:, 1]})
    assert boxes.tolist() == [[x, y, x + 60, y + 40] for y in ys for x in xs]
    assert len(xs) == 2
    assert len(ys) == 3


@pytest.mark.parametrize('overlap', OVERLAPS)
def test_a_person_as_large_as_the_trusted_overlap_is_whole_somewhere(overlap):
    boxes = place_tiles((500, 64), (64, 64), overlap)
    trusted = trusted_boxes(boxes, (500, 64))
    extent = int((overlap - 2 * BORDER) * 64)
    for start in range(500 - extent):
        low, high = trusted[:, 0] <= start, trusted[:, 2] >= start + extent
        assert (low & high).any()


def test_borders_of_the_image_cut_nothing():
    trusted = trusted_boxes(place_tiles((100, 60), (80, 80), 0.5), (100, 60))
    inf = np.inf
    np.testing.assert_array_equal(
        trusted, [[-inf, -inf, 75, inf], [25, -inf, inf, inf]]
    )


@pytest.mark.parametrize(
    ('value', 'words'),
    [
        (0, r'`tiles\.pixels`.*positive.*got 0'),
        (-1, r'`tiles\.pixels`.*got -1'),
        (float('nan'), r'`tiles\.pixels`.*got nan'),
        (True, r'`tiles\.pixels`.*number, got True'),
        ('1', r"`tiles\.pixels`.*number, got '1'"),
        (
            dict(overlap=0.1),
            r'`tiles\.overlap` must be above 0\.125.*got 0\.1',
        ),
        (dict(overlap=0.125), r'`tiles\.overlap`.*got 0\.125'),
        (dict(overlap=1), r'`tiles\.overlap`.*below 1.*got 1'),
        (dict(whole=1), r'`tiles\.whole`.*got 1'),
        (dict(size=3), r"`tiles` has \['size'\]; it may have \['pixels'"),
    ],
    ids=str,
)
def test_errors_name_option_and_value(value, words):
    with pytest.raises(ValueError, match=words):
        parse_tiles(value)


def test_tiles_of_no_step():
    with pytest.raises(ValueError, match=r'`tiles\.overlap` 0\.9.*8 pixels'):
        place_tiles((100, 100), (8, 8), 0.9)


def test_forms_of_the_option():
    assert parse_tiles(None) is None
    options = TileOptions(2, 0.5, True)
    assert parse_tiles(options) is options
    assert parse_tiles(2) == TileOptions(pixels=2)
    assert parse_tiles(dict(pixels=2, overlap=0.5, whole=True)) == options


def test_changes():
    assert change_tiles(None, dict(pixels=2)) == TileOptions(2)
    changed = change_tiles(dict(pixels=2, whole=True), dict(overlap=0.5))
    assert changed == TileOptions(2, 0.5, True)
    with pytest.raises(ValueError, match=r"'overlap': 0\.5.*--tiles"):
        change_tiles(None, dict(overlap=0.5))
