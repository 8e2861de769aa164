"""Run-length encodings, against pycocotools and by hand."""

import numpy as np
import pycocotools.mask as coco_mask
import pytest

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, repair_coco
from higherhrnet_plugin.datasets.coco_repair.run_lengths import (
    check_run_lengths,
    read_counts,
)
from higherhrnet_plugin.datasets.transforms.segmentation import union_mask

H, W = 7, 9


def encode(numbers):
    """Write numbers as text, by the rule of the format."""
    text = ''
    for i, number in enumerate(numbers):
        rest = number - numbers[i - 2] if i > 2 else number
        while True:
            low, rest = rest & 31, rest >> 5
            last = rest == (-1 if low & 16 else 0)
            text += chr(48 + low + (0 if last else 32))
            if last:
                break
    return text


@pytest.mark.parametrize('seed', range(20))
def test_text_is_read_as_by_pycocotools(seed):
    rng = np.random.default_rng(seed)
    height, width = rng.integers(1, 400, 2)
    mask = (rng.random((height, width)) < rng.random()).astype(np.uint8)
    text = coco_mask.encode(np.asfortranarray(mask))['counts']
    counts = read_counts(text)
    assert counts.tolist() == read_counts(text.decode()).tolist()
    runs = np.repeat(np.arange(len(counts)) % 2, counts)
    np.testing.assert_array_equal(runs.reshape(width, height).T, mask)
    assert encode(counts.tolist()) == text.decode()


GOOD = [
    [63],
    [0, 63],
    [10, 20, 33],
    [0, 1, 0, 2, 60],
    [60.0, 3.0],
]


@pytest.mark.parametrize('counts', GOOD, ids=str)
@pytest.mark.parametrize('as_text', [False, True])
def test_sound_ones_pass_and_are_drawn(counts, as_text):
    flat = np.repeat(np.arange(len(counts)) % 2, np.int64(counts))
    if as_text:
        counts = encode([int(count) for count in counts])
    encoding = dict(size=[H, W], counts=counts)
    check_run_lengths(encoding, (H, W))
    mask = union_mask([encoding], (H, W))
    np.testing.assert_array_equal(mask, flat.reshape(W, H).T)


BROKEN = {
    'too long': ([10, 20, 34], '64 pixels.*63'),
    'far too long': ([10, 2**40], 'pixels'),
    'too short': ([10, 20], '30 pixels.*63'),
    'negative': ([70, -7], 'negative number -7'),
    'empty': ([], '0 pixels'),
    'a sum beyond 64 bits': ([2**62] * 4 + [63], 'pixels'),
}
NO_TEXT = {
    'fraction': ([62.5, 0.5], '62.5'),
    'true': ([True, 62], 'True'),
    'missing': ([None, 63], 'None'),
    'nested': ([[63]], r'\[63\]'),
    'not a number': ([float('nan')], 'nan'),
    'huge': ([10**30], '1000'),
    'no counts': (None, 'NoneType'),
    'a number': (63, 'int'),
    'foreign characters': ('1é', 'encode no number'),
    'a blank': ('o1 0', 'encode no number'),
    'characters above': ('p0', 'encode no number'),
    'an open end': ('o', 'end within'),
    'thirteen characters': ('o' * 12 + '0', 'too large'),
}


@pytest.mark.parametrize(
    ('counts', 'words'),
    [
        *(pytest.param(*case, id=name) for name, case in BROKEN.items()),
        *(
            pytest.param(encode(case[0]), case[1], id=f'{name}, text')
            for name, case in BROKEN.items()
            if name != 'a sum beyond 64 bits'
        ),
        *(pytest.param(*case, id=name) for name, case in NO_TEXT.items()),
    ],
)
class TestBrokenOnes:
    """None of them may reach the C code, which crashes or reads rubbish."""

    def test_of_crowds_are_refused(self, counts, words):
        with pytest.raises(ValueError, match=f'own.*annotation 5 .*{words}'):
            load(counts, iscrowd=1)

    def test_of_people_are_left_out(self, counts, words):
        record, report = load(counts, keypoints=[1, 1, 2])
        assert record['segmentation'] == []
        (kind,) = report.repaired
        assert 'left out' in kind
        assert 'annotation 5' in report.repaired[kind]['examples'][0]

    def test_are_not_drawn(self, counts, words):
        encoding = dict(size=[H, W], counts=counts)
        with pytest.raises(ValueError, match=words):
            union_mask([encoding], (H, W))


def load(counts, **changes):
    """Repair a file of one annotation."""
    record = dict(
        id=5,
        image_id=1,
        category_id=1,
        keypoints=[0, 0, 0],
        num_keypoints=0,
        iscrowd=0,
        bbox=[1, 1, 4, 4],
        area=9,
        segmentation=dict(size=[H, W], counts=counts),
    )
    record.update(changes, num_keypoints=int('keypoints' in changes))
    content = dict(
        images=[dict(id=1, file_name='a.jpg', width=W, height=H)],
        annotations=[record],
        categories=[dict(id=1, name='person')],
    )
    options = CocoOptions(1, missing_images='ignore')
    content, report = repair_coco(content, options, 'own.json')
    return content['annotations'][0], report


@pytest.mark.parametrize(
    'size', [None, [H], [W, H], 'HW', 63, [H, W, 1], {}], ids=str
)
def test_other_sizes_are_refused(size):
    encoding = dict(size=size, counts=[63])
    with pytest.raises(ValueError, match=r'`size`.*\[7, 9\]'):
        check_run_lengths(encoding, (H, W))


def test_counts_and_size_may_be_text():
    record, report = load(['60', '3'])
    assert record['segmentation'] == dict(size=[H, W], counts=[60, 3])
    (kind,) = report.repaired
    assert kind == '`counts` in text, read as numbers'


@pytest.mark.parametrize('far', [1e30, -1e12, 91], ids=str)
def test_polygons_that_would_fill_the_memory_are_not_drawn(far):
    polygon = [0, 0, far, 0, 5, 5]
    with pytest.raises(ValueError, match=r'no polygon.*\[7, 9\]'):
        union_mask([[polygon]], (H, W))
    record, report = load([63], segmentation=[polygon], keypoints=[1, 1, 2])
    assert record['segmentation'] == []
    assert 'far outside' in next(iter(report.repaired))
    assert union_mask([[0, 0, 89, 0, 89, 89, 0, 89]], (H, W)).all()
