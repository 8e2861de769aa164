"""Every public object has an example that runs as it stands there."""

import doctest
import importlib
import importlib.util
import json
import shutil
import sys

import pytest
from exported import write_case
from processes import ROOT

sys.path.append(str(ROOT / 'tools/dev/docs'))

import api_pages

import higherhrnet_plugin
from higherhrnet_plugin.export import export_model

ROOMS = ('inference', 'runtime', 'export', 'analysis', 'evaluation')
FACE = sorted(set(higherhrnet_plugin.__all__) - {'__version__'})
NAMES = [
    *(f'higherhrnet_plugin.{name}' for name in FACE),
    *(name for room in ROOMS for name in api_pages.public_names(room)),
    *api_pages.public_names('structures'),
]
FLAGS = doctest.NORMALIZE_WHITESPACE


def find(name):
    """Return the object of a dotted name."""
    module, _, last = name.rpartition('.')
    return getattr(importlib.import_module(module), last)


OBJECTS = {id(find(name)): (name, find(name)) for name in NAMES}


def needs_onnx(text):
    return '.onnx' in text and not all(
        importlib.util.find_spec(name) for name in ('onnx', 'onnxruntime')
    )


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Write the files that examples name."""
    folder = tmp_path_factory.mktemp('examples')
    cfg, weights, pictures = write_case(folder)
    shutil.copy(weights, folder / 'model.pth')
    shutil.copy(pictures[0], folder / 'photo.png')
    if not needs_onnx('.onnx'):
        export_model(cfg, weights, folder / 'people.onnx')
    write_predictions(folder)
    return folder


def write_predictions(folder):
    """Write predictions.json, by which all that is labelled is found."""
    content = json.loads((folder / 'people.json').read_text())
    found = [
        {
            'image_id': person['image_id'],
            'category_id': 1,
            'keypoints': person['keypoints'],
            'score': 1.0,
        }
        for person in content['annotations']
        if not person['iscrowd']
    ]
    (folder / 'predictions.json').write_text(json.dumps(found))


@pytest.mark.parametrize(
    'target', OBJECTS.values(), ids=[name for name, _ in OBJECTS.values()]
)
def test_the_example_runs(target, folder, monkeypatch):
    name, example = target
    text = vars(example).get('__doc__') or example.__doc__ or ''
    assert 'Examples:' in text, f'{name} has no example'
    if needs_onnx(text):
        pytest.skip('ONNX files are not written: requirements/extra.lock.txt')
    monkeypatch.chdir(folder)
    tests = doctest.DocTestFinder(recurse=False).find(
        example, name, module=False, globs={}
    )
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    lines = []
    for test in tests:
        runner.run(test, out=lines.append)
    assert runner.tries > 1
    assert not runner.failures, ''.join(lines)


def test_a_wrong_example_would_be_seen():
    test = doctest.DocTestParser().get_doctest('>>> 1\n2\n', {}, 'x', None, 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(test, out=lambda text: None)
    assert runner.failures == 1
