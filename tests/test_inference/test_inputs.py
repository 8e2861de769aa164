"""Files behind inputs, and their names."""

import pytest

from higherhrnet_plugin.inference.folders import PassedOver
from higherhrnet_plugin.inference.inputs import collect_sources


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Write files and go there."""
    for name in (
        'a/1.jpg',
        'a/2.PNG',
        'a/deep/3.webp',
        'a/clip.avi',
        'a/notes.txt',
        'a/.hidden.jpg',
        'b/1.jpg',
        'b/x[1].png',
        'empty/readme.md',
        'out/pictures/1.jpg',
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b'')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(tree, *inputs, recursive=False):
    sources = collect_sources(inputs, recursive, tree / 'out')
    return [source.name for source in sources]


@pytest.mark.parametrize(
    ('inputs', 'expected'),
    [
        (['a/1.jpg'], ['1.jpg']),
        (['a'], ['1.jpg', '2.PNG', 'clip.avi']),
        (['a/'], ['1.jpg', '2.PNG', 'clip.avi']),
        (['a/*.jpg'], ['1.jpg']),
        (['?/1.jpg'], ['a/1.jpg', 'b/1.jpg']),
        (['b/x[1].png'], ['x[1].png']),
        (['a/../b/1.jpg'], ['1.jpg']),
        # named twice, counted once; the order is that of the inputs
        (['b/1.jpg', 'a', 'a/1.jpg'], ['b/1.jpg', 'a/1.jpg', 'a/2.PNG']),
        (['a/1.jpg', 'b/1.jpg'], ['a/1.jpg', 'b/1.jpg']),
        (['webcam:0', 'a/1.jpg', 'webcam:00'], ['1.jpg', 'webcam_0']),
    ],
)
def test_inputs(tree, inputs, expected):
    found = [n for n in names(tree, *inputs) if n in expected]
    assert found == expected
    if 'a' not in inputs:
        assert names(tree, *inputs) == expected


def test_recursion_leaves_out_results(tree):
    assert 'a/deep/3.webp' not in names(tree, 'a', 'b')
    found = names(tree, '.', recursive=True)
    assert found == [
        'a/1.jpg',
        'a/2.PNG',
        'a/clip.avi',
        'a/deep/3.webp',
        'b/1.jpg',
        'b/x[1].png',
    ]
    assert names(tree, '**/*.webp') == ['a/deep/3.webp']


def test_kinds_and_paths(tree):
    sources = collect_sources(['a', 'webcam:2'], False, tree / 'out')
    assert [s.kind for s in sources] == ['image', 'image', 'video', 'webcam']
    assert sources[0].path == str(tree / 'a' / '1.jpg')
    assert sources[-1].path == '2'
    folders = [f'{tree / "a"}/'] * 3 + ['']
    assert [s.folder for s in sources] == folders


@pytest.mark.parametrize(
    ('text', 'error', 'words'),
    [
        ('empty', FileNotFoundError, 'no image and no video'),
        ('out', FileNotFoundError, 'lies in --out .*choose another'),
        ('out/pictures', FileNotFoundError, 'lies in --out'),
        ('out/pictures/1.jpg', FileNotFoundError, 'lies in --out'),
        ('out/*/1.jpg', FileNotFoundError, 'lies in --out'),
        ('?ut/pictures/1.jpg', FileNotFoundError, 'lies in --out'),
        ('a/*.bmp', FileNotFoundError, 'no image and no video'),
        ('no/such.jpg', FileNotFoundError, 'no file or folder'),
        ('a/notes.txt', ValueError, 'neither an image'),
        ('https://example.org/1.jpg', ValueError, 'download the file first'),
        ('webcam:front', ValueError, 'by its number'),
    ],
)
def test_refused(tree, text, error, words):
    with pytest.raises(error, match=words) as raised:
        names(tree, 'a/1.jpg', text)
    assert text in str(raised.value)


def test_only_its_own_reasons_are_told(tree):
    with pytest.raises(FileNotFoundError) as raised:
        names(tree, 'a', 'empty')
    assert str(raised.value) == (
        "'empty' has no image and no video; passed over: 1 .md files "
        '(readme.md)'
    )
    # all of them where the inputs can be used
    (tree / 'empty' / '2.jpg').write_bytes(b'')
    passed_over = PassedOver()
    collect_sources(['a', 'empty', 'a'], False, tree / 'out', passed_over)
    assert passed_over.lines() == [
        'passed over: 1 .md files (readme.md)',
        'passed over: 1 .txt files (notes.txt)',
        'passed over: 1 folders; --recursive searches them (deep)',
    ]


@pytest.mark.parametrize(
    ('pattern', 'expected'),
    [
        ('b/**/*.jpg', ['1.jpg', 'deep/2.jpg']),
        ('b/*/*.jpg', ['deep/2.jpg']),
        # asked for by name
        ('b/.thumbs/*.jpg', ['1.jpg']),
        ('b/.th*/*.jpg', ['.thumbs/1.jpg']),
        ('?/.thumbs/*.jpg', ['b/.thumbs/1.jpg']),
    ],
)
def test_patterns_and_hidden_folders(tree, pattern, expected):
    for name in ('.thumbs/1.jpg', 'deep/2.jpg', 'deep/.old/3.jpg'):
        (tree / 'b' / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / 'b' / name).write_bytes(b'')
    assert names(tree, pattern) == expected


def test_patterns_below_folders_with_brackets(tmp_path):
    """Folders that are there are meant by their names."""
    for name in ('shoot [1]/1.jpg', 'shoot [1]/2.jpg', 'shoot 1/3.jpg'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b'')
    folder = str(tmp_path / 'shoot [1]')
    assert names(tmp_path, f'{folder}/*.jpg') == ['1.jpg', '2.jpg']
    assert names(tmp_path, f'{folder}/[2-9].jpg') == ['2.jpg']
    assert names(tmp_path, f'{folder}/1.jpg') == ['1.jpg']
    # no folder of this name: a pattern
    other = str(tmp_path / 'shoot [12]')
    assert names(tmp_path, f'{other}/*.jpg') == ['shoot 1/3.jpg']
