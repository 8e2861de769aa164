"""The journal: what it keeps, and what it refuses."""

import json
import os

import pytest

from higherhrnet_plugin.inference.inputs import Source
from higherhrnet_plugin.inference.journal import Done, Journal, file_stamp

IMAGE = Source('/x/ä.jpg', 'ä.jpg', 'image')
VIDEO = Source('/x/v.avi', 'v.avi', 'video')


@pytest.fixture
def path(tmp_path):
    """Write a journal with an image, a video and half of another."""
    path = tmp_path / 'predictions.jsonl'
    journal = Journal(path, {'thr': 0.1})
    journal.add_image(IMAGE, {'people': [1]}, [3, 4])
    journal.begin(VIDEO)
    journal.add_frame(VIDEO, {'frame': 0})
    journal.add_frame(VIDEO, {'frame': 1})
    journal.finish(VIDEO, [5, 6])
    other = Source('/x/w.avi', 'w.avi', 'video')
    journal.begin(other)
    journal.add_frame(other, {'frame': 0})
    journal.close()
    return path


EXPECTED = {
    'ä.jpg': Done([3, 4], [{'people': [1]}]),
    'v.avi': Done([5, 6], [{'frame': 0}, {'frame': 1}]),
    'w.avi': Done(None, [{'frame': 0}]),
}


def test_everything_is_read_again(path):
    journal = Journal(path, {'thr': 0.1})
    assert journal.read() == EXPECTED
    journal.add_image(IMAGE, {'people': []}, [7, 8])
    journal.begin(VIDEO)
    journal.flush()
    done = journal.read()
    journal.close()
    assert done['ä.jpg'] == Done([7, 8], [{'people': []}])
    assert done['v.avi'] == Done()
    assert done['w.avi'] == EXPECTED['w.avi']


def test_faults_are_kept(tmp_path):
    journal = Journal(tmp_path / 'j.jsonl', {})
    journal.add_image(IMAGE, {'people': []}, [1, 2], 'no picture')
    journal.begin(VIDEO)
    journal.add_frame(VIDEO, {'frame': 0})
    journal.finish(VIDEO, [3, 4], 'cut off')
    journal.flush()
    expected = {
        'ä.jpg': Done([1, 2], [{'people': []}], 'no picture'),
        'v.avi': Done([3, 4], [{'frame': 0}], 'cut off'),
    }
    assert journal.read() == expected
    journal.add_image(IMAGE, {'people': []}, [1, 2])
    journal.begin(VIDEO)
    journal.finish(VIDEO, [3, 4])
    journal.flush()
    done = journal.read()
    journal.close()
    assert [done[name].fault for name in expected] == ['', '']


def test_names_that_are_no_text(tmp_path):
    """Such as those of another code page, as Linux hands them out."""
    source = Source('/x/\udce4.jpg', '\udce4.jpg', 'image')
    journal = Journal(tmp_path / 'j.jsonl', {})
    journal.add_image(source, {'people': []}, [1, 2])
    journal.flush()
    assert journal.read() == {'\udce4.jpg': Done([1, 2], [{'people': []}])}
    journal.close()


def test_a_line_that_was_cut_off_is_dropped(path):
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    for cut in range(1, len(last)):
        path.write_bytes(whole[:-cut])
        journal = Journal(path, {'thr': 0.1})
        done = journal.read()
        assert done['w.avi'] == Done()
        assert done['v.avi'] == EXPECTED['v.avi']
        # the next line begins on its own
        journal.add_image(IMAGE, {}, [1])
        journal.close()
        assert path.read_bytes().startswith(whole[: -len(last)])
        reopened = Journal(path, {'thr': 0.1})
        assert reopened.read()['ä.jpg'] == Done([1], [{}])
        reopened.close()


def test_even_the_first_line_may_be_cut_off(path):
    whole = b'{"settings": {"thr": 0.1}}'
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        journal = Journal(path, {'thr': 0.1})
        assert journal.read() == {}
        journal.close()
        assert json.loads(path.read_text()) == {'settings': {'thr': 0.1}}


@pytest.mark.parametrize('end', [b'', b'\n', b'\n{"mine": 2}', b'\n\xff'])
@pytest.mark.parametrize(
    'start',
    [
        b'{"mine": 1, "labels": "of another tool"}',
        b'{"settings": {"thr": 0.2}}',
        b'{"settings": {"thr": 0.1}} x',
        b'\x89PNG\xff',
    ],
)
def test_another_file_is_left_untouched(path, start, end):
    path.write_bytes(start + end)
    with pytest.raises(ValueError, match='--overwrite') as raised:
        Journal(path, {'thr': 0.1})
    assert str(path.parent) in str(raised.value)
    assert path.read_bytes() == start + end


def test_other_settings_are_refused(path):
    before = path.read_bytes()
    with pytest.raises(ValueError, match='--overwrite') as raised:
        Journal(path, {'thr': 0.2, 'scales': (1, 2)})
    text = str(raised.value)
    assert 'thr: was 0.1, is 0.2' in text
    assert 'scales: was not set, is [1, 2]' in text
    assert str(path.parent) in text
    assert path.read_bytes() == before


@pytest.mark.parametrize('line', ['{"name": ', '[]', '{"record": {}}', ''])
def test_a_damaged_line_is_named(path, line):
    lines = path.read_text(encoding='utf-8').splitlines()
    lines[2] = line
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    journal = Journal(path, {'thr': 0.1})
    with pytest.raises(ValueError, match='line 3, is no line of a journal'):
        journal.read()
    journal.close()


def test_a_stamp_changes_with_the_file(tmp_path):
    file = tmp_path / 'a.jpg'
    file.write_bytes(b'123')
    source = Source(str(file), 'a.jpg', 'image')
    first = file_stamp(source)
    assert first[0] == 3
    os.utime(file, ns=(5, 5))
    assert file_stamp(source) == [3, 5]
    assert file_stamp(Source('0', 'webcam_0', 'webcam')) == []
