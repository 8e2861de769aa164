"""tools/inference.py and ``python -m``, as a user calls them."""

import json

import pytest
from inference_data import write_model, write_video
from processes import ROOT, run_python

WAYS = {
    'tool': [str(ROOT / 'tools' / 'inference.py')],
    'module': ['-m', 'higherhrnet_plugin.infer'],
}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Write a model and a video beside its images."""
    folder = tmp_path_factory.mktemp('inference')
    write_model(folder)
    write_video(folder / 'walk.avi', 3)
    return folder


def call(way, folder, *args, **environment):
    """Run the command in a fresh process, in another folder."""
    return run_python(*WAYS[way], *args, cwd=folder, **environment)


@pytest.mark.parametrize('way', WAYS)
def test_images_and_a_video(folder, way):
    files = ('config.py', 'weights.pth', 'images/*.png', 'walk.avi')
    done = call(way, folder, *files, '--out', way, '--track')
    assert done.returncode == 0, done.stderr
    assert '3 images, 1 videos (3 frames)' in done.stdout
    rows = json.loads((folder / way / 'predictions.json').read_text())
    assert {row['image_id'] for row in rows} == set(range(1, 7))
    assert (folder / way / 'pictures' / 'images' / '1.png').is_file()
    assert (folder / way / 'videos' / 'walk.avi.mp4').is_file()


def test_failures(folder):
    """On a terminal that cannot show the name of what failed."""
    (folder / 'images' / 'größe.jpg').write_bytes(b'no image')
    done = call(
        'tool',
        folder,
        'config.py',
        'weights.pth',
        'images',
        '--out',
        'ü',
        '--no-draw',
        PYTHONIOENCODING='ascii',
    )
    assert done.returncode == 1, done.stderr
    assert 'failed: gr\\xf6\\xdfe.jpg: cannot be read' in done.stdout
    assert (folder / 'ü' / 'predictions.json').is_file()


def test_bad_usage(folder):
    files = ('config.py', 'weights.pth', 'no.jpg')
    done = call('tool', folder, *files, '--out', 'no')
    assert done.returncode == 2
    assert "error: there is no file or folder 'no.jpg'" in done.stderr
    assert 'Traceback' not in done.stderr
    assert not (folder / 'no').exists()


def test_help_names_all_options():
    done = call('tool', ROOT, '--help')
    assert done.returncode == 0
    for option in (
        '--out',
        '--webcam',
        '--recursive',
        '--overwrite',
        '--ann-file',
        '--max-frames',
        '--device',
        '--batch-size',
        '--workers',
        '--amp',
        '--scales',
        '--flip',
        '--no-flip',
        '--instance-thr',
        '--no-fill',
        '--min-keypoints',
        '--nms-thr',
        '--max-instances',
        '--kpt-thr',
        '--cfg-options',
        '--no-draw',
        '--draw-maps',
        '--track',
    ):
        assert f'{option} ' in done.stdout or f'{option},' in done.stdout
        page = (ROOT / 'docs' / 'inference.md').read_text(encoding='utf-8')
        assert f'`{option}' in page, option
