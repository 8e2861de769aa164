"""Folders with files of all kinds, links, and what is passed over."""

import cv2
import numpy as np
import pytest
from image_files import corner_picture, encode
from PIL import Image, features

from higherhrnet_plugin.inference.folders import PassedOver
from higherhrnet_plugin.inference.inputs import collect_sources

JPEG = encode(corner_picture(), 'JPEG')


def collect(folder, recursive=False, out='out'):
    passed_over = PassedOver()
    sources = collect_sources(
        [str(folder)], recursive, folder / out, passed_over
    )
    return {s.name: s.kind for s in sources}, passed_over.lines()


def write_gif(path, frames):
    pages = [
        Image.fromarray(np.roll(corner_picture(), 5 * i, axis=1))
        for i in range(frames)
    ]
    pages[0].save(path, save_all=True, append_images=pages[1:])


def test_every_format_that_can_be_read(tmp_path):
    for name in ('x.JFIF', 'x.jpg', 'a.jpe', '.hidden.jpg', '._x.jpg'):
        (tmp_path / name).write_bytes(JPEG)
    write_gif(tmp_path / 'still.gif', 1)
    write_gif(tmp_path / 'moving.gif', 3)
    # the content counts
    (tmp_path / 'w.heic').write_bytes(JPEG)
    expected = dict.fromkeys(
        ('x.JFIF', 'x.jpg', 'a.jpe', 'still.gif', 'w.heic'), 'image'
    )
    expected['moving.gif'] = 'video'
    for name, kind, feature in (
        ('q.jp2', 'JPEG2000', 'jpg_2000'),
        ('z.avif', 'AVIF', 'avif'),
    ):
        if features.check(feature):
            (tmp_path / name).write_bytes(encode(corner_picture(), kind))
            expected[name] = 'image'
    assert collect(tmp_path) == (expected, [])


def test_other_files_are_counted_and_named(tmp_path, monkeypatch):
    # as without pillow-heif
    monkeypatch.delitem(Image.EXTENSION, '.heic', raising=False)
    (tmp_path / 'a.jpg').write_bytes(JPEG)
    for name in ('1.txt', '2.txt', '3.TXT', '4.txt', 'noext', '.DS_Store'):
        (tmp_path / name).write_bytes(JPEG)
    (tmp_path / 'b.heic').write_bytes(b'\0\0\0\x18ftypheic' + bytes(99))
    (tmp_path / 'below').mkdir()
    (tmp_path / 'below' / 'c.jpg').write_bytes(JPEG)
    found, lines = collect(tmp_path)
    assert found == {'a.jpg': 'image'}
    assert lines == [
        'passed over: 1 .heic files: cannot be read as an image: it is HEIC, '
        'which needs the package pillow-heif (b.heic)',
        'passed over: 4 .txt files (1.txt, 2.txt, 3.TXT, ...)',
        'passed over: 1 files without a suffix (noext)',
        'passed over: 1 folders; --recursive searches them (below)',
    ]
    found, lines = collect(tmp_path, recursive=True)
    assert found == {'a.jpg': 'image', 'below/c.jpg': 'image'}
    assert len(lines) == 3


def link(place, target):
    try:
        place.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:
        pytest.skip('links cannot be made here')


def test_linked_folders_are_followed_once(tmp_path):
    inside, outside = tmp_path / 'in', tmp_path / 'outside'
    for folder in (inside / 'z', outside):
        folder.mkdir(parents=True)
        (folder / '1.jpg').write_bytes(JPEG)
    link(inside / 'album', outside)
    link(inside / 'a_copy', inside / 'z')
    link(inside / 'z' / 'loop', inside)
    link(outside / 'loop', outside)
    link(inside / 'gone.jpg', tmp_path / 'nowhere.jpg')
    link(inside / 'one.jpg', outside / '1.jpg')
    found, lines = collect(inside, recursive=True)
    assert set(found) == {'z/1.jpg', 'album/1.jpg', 'one.jpg'}
    assert lines == [
        'passed over: 1 links that lead nowhere (gone.jpg)',
        'passed over: 3 links to folders that are searched '
        '(a_copy, loop, loop)',
    ]
    found, lines = collect(inside)
    assert set(found) == {'one.jpg'}
    assert (
        '3 folders; --recursive searches them (a_copy, album, z)' in (lines[0])
    )


def test_results_are_no_inputs(tmp_path):
    (tmp_path / 'out' / 'pictures').mkdir(parents=True)
    (tmp_path / 'out' / 'pictures' / 'a.jpg').write_bytes(JPEG)
    (tmp_path / 'out' / 'predictions.json').write_bytes(b'')
    (tmp_path / 'a.jpg').write_bytes(JPEG)
    for recursive in (False, True):
        assert collect(tmp_path, recursive) == ({'a.jpg': 'image'}, [])


def test_nothing_that_can_be_read(tmp_path):
    (tmp_path / 'a.raw').write_bytes(b'')
    with pytest.raises(
        FileNotFoundError, match=r'no image and no video; .*1 \.raw files'
    ):
        collect(tmp_path)


def test_the_summary_names_it(call, data, tmp_path, capsys):
    """Through the command: passed over, hints, and what failed."""
    (data / 'notes.txt').write_bytes(b'')
    (data / 'broken.jpg').write_bytes(b'')
    deep = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
    for i in range(2):
        cv2.imwrite(str(data / f'deep{i}.png'), deep)
    (data / 'x.JFIF').write_bytes(JPEG)
    pages = [Image.new('RGB', (64, 64), color) for color in ('red', 'blue')]
    pages[0].save(data / 'y.tif', save_all=True, append_images=pages[1:])
    assert call('--no-draw') == 1
    text = capsys.readouterr().out
    assert '9 images, 1 videos' in text
    assert 'passed over: 1 .txt files (notes.txt)' in text
    assert 'hint: 2 inputs as deep0.png: 16-bit image whose highest' in text
    assert 'hint: 1 inputs as y.tif: first of several images' in text
    assert 'failed: broken.jpg: cannot be read as an image: the file' in text
    (data / 'broken.jpg').unlink()
    assert call('--no-draw', '--stretch', out='stretched') == 0
    assert 'hint: 2' not in capsys.readouterr().out
    assert call('--no-draw', '--stretch') == 2
    assert 'pipeline.0.stretch' in capsys.readouterr().err
