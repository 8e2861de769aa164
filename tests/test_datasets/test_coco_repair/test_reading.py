"""Annotation files in every encoding, and numbers in text."""

import codecs
import gzip
import json

import pytest

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, read_coco
from higherhrnet_plugin.datasets.coco_repair.numbers import parse_number
from higherhrnet_plugin.inference.annotation_ids import read_annotation_ids
from higherhrnet_plugin.inference.inputs import Source

CONTENT = {'images': [{'id': 1, 'file_name': 'größe/人.jpg'}]}
TEXT = json.dumps(CONTENT, ensure_ascii=False)
ENCODED = {
    'utf-8': TEXT.encode(),
    'utf-8, marked': codecs.BOM_UTF8 + TEXT.encode(),
    'utf-16, marked': TEXT.encode('utf-16'),
    'utf-16-le': TEXT.encode('utf-16-le'),
    'utf-16-be, marked': codecs.BOM_UTF16_BE + TEXT.encode('utf-16-be'),
    'utf-32, marked': TEXT.encode('utf-32'),
    'packed': gzip.compress(TEXT.encode()),
}


@pytest.mark.parametrize('data', ENCODED.values(), ids=ENCODED)
def test_data_sets_and_inference_read_it(tmp_path, data):
    file = tmp_path / 'a.json'
    file.write_bytes(data)
    assert read_coco(str(file)) == CONTENT
    source = Source('/x/größe/人.jpg', '人.jpg', 'image')
    options = CocoOptions(17, missing_images='ignore', allow_unsized=True)
    found, *_ = read_annotation_ids(str(file), [source], options)
    assert found['人.jpg']['id'] == 1


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (b'', 'is empty'),
        (b'\xff\xfe', 'is empty|cannot be read'),
        (b'{', 'cannot be read'),
        (TEXT.encode('latin-1', 'replace'), 'cannot be read'),
        (gzip.compress(TEXT.encode())[:20], 'cannot be read'),
        (b'[' * 100_000, 'nested too deeply'),
    ],
    ids=['empty', 'a mark', 'cut', 'latin', 'cut, packed', 'deep'],
)
def test_what_cannot_be_read_is_named(tmp_path, data, words):
    file = tmp_path / 'a.json'
    file.write_bytes(data)
    with pytest.raises(ValueError, match=rf'a\.json.*({words})'):
        read_coco(str(file))


@pytest.mark.parametrize(
    ('text', 'number'),
    [
        *(('12', 12), ('-3', -3), (' 12.5 ', 12.5), ('1e3', 1000.0)),
        *(('.5', 0.5), ('12,5', None), ('1_000', None), ('nan', None)),
        *(('', None), ('0x10', None), ('\u0661', None)),
    ],
)
def test_numbers_in_text(text, number):
    assert parse_number(text) == number
