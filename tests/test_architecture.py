"""The packages stand in layers, and each imports only those below it."""

import ast
import re
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import higherhrnet_plugin

ROOT = Path(higherhrnet_plugin.__file__).parent
# What each package may import; docs/architecture.md draws the same.
LAYERS = {
    'version': (),
    'lazy': (),
    'registry': (),
    'structures': (),
    'layers': (),
    'images': ('structures',),
    'visualization': (),
    'doctor': ('version',),
    'compat': ('doctor', 'structures'),
    'cfg_options': (),
    'codecs': ('lazy', 'registry', 'structures'),
    'tracking': ('structures',),
    'files': (),
    'engine': (
        'cfg_options',
        'checkpoints',
        'doctor',
        'files',
        'registry',
        'version',
    ),
    'checkpoints': ('compat', 'files', 'layers', 'structures'),
    'datasets': ('images', 'registry', 'structures'),
    'models': ('checkpoints', 'codecs', 'layers', 'registry', 'structures'),
    'evaluation': ('compat', 'datasets', 'registry', 'structures'),
    'inference': (
        'cfg_options',
        'checkpoints',
        'compat',
        'datasets',
        'doctor',
        'files',
        'images',
        'lazy',
        'models',
        'runtime',
        'structures',
        'tracking',
        'visualization',
    ),
    'analysis': (
        'codecs',
        'compat',
        'datasets',
        'evaluation',
        'images',
        'inference',
        'models',
        'structures',
        'version',
        'visualization',
    ),
    'interchange': ('datasets', 'files', 'images', 'inference'),
    'infer': ('inference',),
    'export': (
        'codecs',
        'datasets',
        'files',
        'inference',
        'lazy',
        'runtime',
        'structures',
        'version',
    ),
    'runtime': ('codecs', 'images', 'lazy', 'structures'),
    'joining': ('checkpoints', 'compat', 'doctor'),
    'shipped': (),
    'setup': ('analysis', 'datasets', 'files', 'structures'),
}
FILES = sorted(ROOT.rglob('*.py'))


def imported_rooms(path: Path) -> set[str]:
    """Name the packages of ours that a file imports."""
    package = '.'.join(path.parent.relative_to(ROOT.parent).parts)
    modules = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            name = '.' * node.level + (node.module or '')
            start = resolve_name(name, package)
            modules += [f'{start}.{alias.name}' for alias in node.names]
    parts = [module.split('.') for module in modules]
    return {names[1] for names in parts if names[0] == ROOT.name}


def room(path: Path) -> str:
    """Name the package that a file is in, or the module at the top."""
    return path.relative_to(ROOT).with_suffix('').parts[0]


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.name)
def test_a_package_imports_only_what_lies_below(path):
    if path.parent == ROOT and path.name == '__init__.py':
        return
    allowed = {room(path), *LAYERS[room(path)]}
    assert imported_rooms(path) <= allowed


def test_the_layers_have_no_cycle():
    TopologicalSorter(LAYERS).prepare()


def test_no_layer_is_stated_that_nothing_uses():
    used = {name: set() for name in LAYERS}
    for path in FILES:
        if room(path) in used:
            used[room(path)] |= imported_rooms(path) - {room(path)}
    assert used == {name: set(below) for name, below in LAYERS.items()}


def test_the_page_names_every_room_and_only_what_exists():
    text = (ROOT.parent / 'docs' / 'architecture.md').read_text()
    for name in LAYERS:
        if (ROOT / name).is_dir():
            assert f'`{name}`' in text
    tops = ('higherhrnet_plugin', 'tools', 'tests', 'configs')
    named = re.findall(rf'`((?:{"|".join(tops)})/[\w/.]*)`', text)
    assert len(named) > 10
    for path in named:
        assert (ROOT.parent / path).exists(), path


def test_the_picture_is_that_of_the_layers():
    text = (ROOT.parent / 'docs' / 'architecture.md').read_text()
    (picture,) = re.findall(r'flowchart TD\n(.*?)```', text, re.S)
    for line in filter(None, map(str.strip, picture.splitlines())):
        above, *below = re.split(r' --> | & ', line)
        assert set(below) <= set(LAYERS[above]), line
