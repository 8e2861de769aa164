"""Annotations that follow their images to another size or orientation."""

import json
import re

import cv2
import numpy as np
import pycocotools.mask as coco_mask
import pytest
from image_files import SHOWN, corner_picture, encode, shown_corners

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, load_coco
from higherhrnet_plugin.images import read_image


def write(folder, content, size=(32, 24), **edits):
    """Write an image, and a person and a crowd in its red field."""
    folder.mkdir(exist_ok=True)
    (folder / 'a.jpg').write_bytes(content)
    w, h = size
    crowd = np.zeros((h, w), np.uint8)
    crowd[: h // 2, : w // 2] = 1
    rle = coco_mask.encode(np.asfortranarray(crowd))
    rle['counts'] = rle['counts'].decode()
    common = dict(image_id=1, category_id=1)
    person = dict(
        id=1,
        # two corners of the red field, the outermost pixels, and one that is
        # not labelled
        keypoints=[0, 11, 2, 15, 0, 1, 0, 0, 0],
        num_keypoints=2,
        iscrowd=0,
        bbox=[2, 4, 10, 6],
        face_box=[0, 0, 16, 12],
        area=50.0,
        segmentation=[[2, 4, 12, 4, 12, 10]],
        **common,
    )
    crowd = dict(
        id=2,
        keypoints=[0] * 9,
        num_keypoints=0,
        iscrowd=1,
        bbox=[0, 0, 16, 12],
        area=192,
        segmentation=rle,
        **common,
    )
    image = dict(id=1, file_name='a.jpg', width=w, height=h, **edits)
    file = folder / 'a.json'
    file.write_text(
        json.dumps(
            dict(
                images=[image],
                annotations=[person, crowd],
                categories=[dict(id=1, name='person')],
            )
        )
    )
    return file


def load(file, annotated_on, **options):
    return load_coco(
        str(file),
        CocoOptions(
            3,
            image_dir=str(file.parent),
            annotated_on=annotated_on,
            **options,
        ),
    )


def decode(annotation):
    return coco_mask.decode(annotation['segmentation'])


@pytest.mark.parametrize('orientation', range(1, 9))
def test_annotations_as_stored_are_turned(tmp_path, orientation):
    """They stay in the red field, wherever the viewer shows it."""
    file = write(tmp_path, encode(corner_picture(), 'JPEG', orientation))
    content, report = load(file, 'stored')
    (image,), (person, crowd) = content['images'], content['annotations']
    pixels = read_image(tmp_path / 'a.jpg').pixels
    h, w = pixels.shape[:2]
    assert (image['width'], image['height']) == (w, h)
    assert shown_corners(pixels) == SHOWN[orientation]
    # the field of the table that shows the stored top left one
    row, column = divmod(SHOWN[orientation].index((0, 0)), 2)
    field = np.zeros((h, w), bool)
    y0, x0 = row * h // 2, column * w // 2
    field[y0 : y0 + h // 2, x0 : x0 + w // 2] = True
    np.testing.assert_array_equal(decode(crowd), field)
    assert crowd['bbox'] == person['face_box'] == [x0, y0, w // 2, h // 2]
    points = np.reshape(person['keypoints'], (3, 3))
    assert points[:, 2].tolist() == [2, 1, 0]
    assert points[2].tolist() == [0, 0, 0]
    corners = {(x0, y0), (x0 + w // 2 - 1, y0 + h // 2 - 1)}
    others = {(x0 + w // 2 - 1, y0), (x0, y0 + h // 2 - 1)}
    assert {tuple(p) for p in points[:2, :2].tolist()} in (corners, others)
    # one lies on the stored left edge, the other on the stored upper one
    on_edge = [[x in (0, w - 1), y in (0, h - 1)] for x, y, _ in points[:2]]
    left, upper = [True, False], [False, True]
    assert on_edge == ([left, upper] if orientation < 5 else [upper, left])
    assert (person['area'], crowd['area']) == (50, 192)
    polygon = np.reshape(person['segmentation'], (-1, 2))
    low, size = polygon.min(axis=0), np.ptp(polygon, axis=0)
    assert person['bbox'] == [*low, *size]
    assert bool(report.repaired) == (orientation > 1)
    if orientation > 1:
        (kind,) = report.repaired
        assert 'turned' in kind


def test_a_quarter_turn_by_hand(tmp_path):
    """Orientation 6 turns clockwise: (x, y) becomes (23 - y, x)."""
    file = write(tmp_path, encode(corner_picture(), 'JPEG', 6))
    content, _ = load(file, 'stored')
    person, _ = content['annotations']
    assert person['keypoints'] == [12, 0, 2, 23, 15, 1, 0, 0, 0]
    assert person['bbox'] == [14, 2, 6, 10]
    assert person['segmentation'] == [[20, 2, 20, 12, 14, 12]]


def test_annotations_of_another_size_are_scaled(tmp_path):
    pixels = cv2.resize(corner_picture(), (64, 24))
    file = write(tmp_path, encode(pixels, 'JPEG'))
    content, report = load(file, 'resized')
    (image,), (person, crowd) = content['images'], content['annotations']
    assert (image['width'], image['height']) == (64, 24)
    assert person['keypoints'] == [0, 11, 2, 30, 0, 1, 0, 0, 0]
    assert person['bbox'] == [4, 4, 20, 6]
    assert person['area'] == 100
    assert person['segmentation'] == [[4, 4, 24, 4, 24, 10]]
    assert crowd['area'] == 384
    expected = np.zeros((24, 64))
    expected[:12, :32] = 1
    np.testing.assert_array_equal(decode(crowd), expected)
    ((kind, entry),) = report.repaired.items()
    assert 'scaled' in kind
    assert entry == dict(count=1, examples=["'a.jpg'"])


def edit(file, **changes):
    """Change the person."""
    content = json.loads(file.read_text())
    content['annotations'][0].update(changes)
    file.write_text(json.dumps(content))


def test_values_that_are_no_boxes_stay(tmp_path):
    """A name may end as that of a box, and be another thing."""
    file = write(
        tmp_path, encode(cv2.resize(corner_picture(), (64, 24)), 'PNG')
    )
    others = dict(no_box=0, face_box=None, hand_box='x', is_box=True)
    edit(file, head_box=[1, 2.5, 3, 4], **others)
    content, _ = load(file, 'resized')
    person, _ = content['annotations']
    assert person['head_box'] == [2, 2.5, 6, 4]
    assert {name: person[name] for name in others} == others


@pytest.mark.parametrize(
    'box',
    [[], [1, 2, 3], [1, 2, 3, 4, 5], [1, 2, 3, None], ['1'] * 4],
    ids=str,
)
def test_lists_that_are_no_boxes_are_refused(tmp_path, box):
    file = write(
        tmp_path, encode(cv2.resize(corner_picture(), (64, 24)), 'PNG')
    )
    edit(file, head_box=box)
    words = (
        rf"a\.json.*`head_box` of annotation 1 of image 'a\.jpg' is "
        rf'{re.escape(str(box))}; .*\[x, y, w, h\]'
    )
    with pytest.raises(ValueError, match=words):
        load(file, 'resized')
    # nobody needs it where nothing is moved
    load(file, 'image')


def test_a_photograph_may_be_resized_after_it_was_turned(tmp_path):
    pixels = cv2.resize(corner_picture(), (16, 12))
    file = write(tmp_path, encode(pixels, 'JPEG', 6), size=(24, 32))
    content, _ = load(file, 'resized')
    assert content['images'][0]['width'] == 12
    assert content['annotations'][0]['keypoints'][:5] == [0, 5.5, 2, 7.5, 0]


def test_what_fits_is_left_alone(tmp_path):
    file = write(tmp_path, encode(corner_picture(), 'JPEG'))
    for annotated_on in ('resized', 'stored'):
        content, report = load(file, annotated_on)
        assert content == json.loads(file.read_text())
        assert report.is_clean


def test_sizes_that_are_wrong_in_the_file(tmp_path):
    content = encode(corner_picture(), 'JPEG', 6)
    file = write(tmp_path, content, size=(32, 24))
    raw = json.loads(file.read_text())
    # an encoding of the crowd of the size that is read
    raw['annotations'][1]['segmentation'] = dict(
        size=[32, 24], counts=[0, 9, 32 * 24 - 9]
    )
    file.write_text(json.dumps(raw))
    content, report = load(file, 'disk')
    (image,) = content['images']
    assert (image['width'], image['height']) == (24, 32)
    assert content['annotations'] == raw['annotations']
    (kind,) = report.repaired
    assert 'read from the picture' in kind


@pytest.mark.parametrize(
    ('annotated_on', 'size', 'words'),
    [
        ('resized', (32, 24), r'\(24, 32\).*\(32, 24\).*set \'stored\''),
        ('stored', (24, 32), r'stored in .*\(32, 24\).*says \(24, 32\)'),
        ('turned', (32, 24), "annotated_on.*'turned'"),
    ],
)
def test_contradictions_are_refused(tmp_path, annotated_on, size, words):
    file = write(tmp_path, encode(corner_picture(), 'JPEG', 6), size=size)
    with pytest.raises(ValueError, match=words):
        load(file, annotated_on)


def test_the_images_must_be_there(tmp_path):
    file = write(tmp_path, encode(corner_picture(), 'JPEG'))
    with pytest.raises(ValueError, match='reads the sizes of the images'):
        load(file, 'resized', missing_images='ignore')
    (tmp_path / 'a.jpg').write_bytes(b'')
    with pytest.raises(ValueError, match=r"a\.jpg'.*the file is empty"):
        load(file, 'resized')
