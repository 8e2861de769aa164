"""The built wheel: its contents, its index files, and mim's use of them."""

import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from processes import ROOT

sys.path.append(str(ROOT / 'tools'))

from higherhrnet_command import VERBS

MIM = 'higherhrnet_plugin/.mim'

pytestmark = pytest.mark.slow


@pytest.fixture(scope='session')
def names(wheel: Path) -> set[str]:
    """Return the names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def read_yaml(wheel: Path, name: str) -> Any:
    """Read a YAML file out of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return yaml.safe_load(archive.read(name))


def source_files(folder: str) -> set[str]:
    """Return the files below a folder of the source tree."""
    return {
        path.relative_to(ROOT / folder).as_posix()
        for path in (ROOT / folder).rglob('*')
        if path.is_file() and '__pycache__' not in path.parts
    }


def metafiles(wheel: Path) -> dict[str, Any]:
    """Return the metafiles that the model index imports, by their name."""
    index = read_yaml(wheel, f'{MIM}/model-index.yml')
    return {
        name: read_yaml(wheel, f'{MIM}/{name}') for name in index['Import']
    }


def test_wheel_holds_the_source_and_nothing_else(names: set[str]) -> None:
    expected = {
        f'higherhrnet_plugin/{name}'
        for name in source_files('higherhrnet_plugin')
    }
    for folder in ('configs', 'tools'):
        expected |= {
            f'{MIM}/{folder}/{name}'
            for name in source_files(folder)
            # what only developers of the package need
            if not name.startswith(('benchmarks/', 'dev/'))
        }
    # beside the package, whose import takes seconds
    expected.remove(f'{MIM}/tools/higherhrnet_command.py')
    expected.add('higherhrnet_command.py')
    assert {n for n in names if '.dist-info/' not in n} == expected
    assert {
        'higherhrnet_plugin/py.typed',
        f'{MIM}/dataset-index.yml',
        f'{MIM}/model-index.yml',
        f'{MIM}/tools/test.py',
        f'{MIM}/tools/train.py',
    } <= names
    assert any(n.endswith('.dist-info/licenses/LICENSE') for n in names)


def test_scripts_stay_executable(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        modes = {
            Path(info.filename).name: info.external_attr >> 16
            for info in archive.infolist()
        }
    for script in ('dist_train.sh', 'dist_test.sh'):
        assert modes[script] & 0o111


def test_top_level_names_the_module(wheel: Path) -> None:
    """`mim list` finds no package whose name has an underscore without it."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (
            n for n in archive.namelist() if n.endswith('top_level.txt')
        )
        assert archive.read(name).decode().split() == ['higherhrnet_plugin']
        (folder,) = {
            n.split('/')[0] for n in archive.namelist() if '.dist-info/' in n
        }
    assert name == f'{folder}/top_level.txt'


def test_metadata_names_the_host_in_the_extra_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith('/METADATA'))
        text = archive.read(name).decode()
    required = re.findall(r'^Requires-Dist: ([\w-]+)(.*)$', text, re.M)
    always = {name for name, rest in required if 'extra ==' not in rest}
    mim, train = (
        {name for name, rest in required if f"extra == '{extra}'" in rest}
        for extra in ('mim', 'train')
    )
    assert 'torch' in train
    assert mim == {*train, 'mmcv', 'mmengine', 'mmpose'}
    assert always == {'numpy', 'pillow'}
    assert not {name for name, _ in required} & {
        *('chumpy', 'mmdet', 'openmim', 'torchvision'),
    }
    assert 'License-Expression: Apache-2.0' in text


def test_model_index_leads_to_metafiles_and_configs(
    wheel: Path, names: set[str]
) -> None:
    files = metafiles(wheel)
    assert files
    seen = set()
    for metafile in files.values():
        collections = {item['Name'] for item in metafile['Collections']}
        for model in metafile['Models']:
            # mim finds a model by its name, in lower case, and the config
            # by the model.
            assert model['Name'] == Path(model['Config']).stem
            assert model['Name'] == model['Name'].lower()
            assert model['Name'] not in seen
            assert model['Config'].startswith('configs/')
            assert f'{MIM}/{model["Config"]}' in names
            assert model['In Collection'] in collections
            seen.add(model['Name'])


def test_metafiles_hold_what_mim_can_read(wheel: Path) -> None:
    for metafile in metafiles(wheel).values():
        items = [*metafile['Collections'], *metafile['Models']]
        lists = [
            value
            for item in items
            for value in item.get('Metadata', {}).values()
            if isinstance(value, list)
        ]
        assert all(values for values in lists)
        assert all(isinstance(v, str) for values in lists for v in values)


def test_config_names_are_unique(names: set[str]) -> None:
    """Mim searches a config by its base name and refuses two hits."""
    stems = [
        Path(name).name
        for name in names
        if name.startswith(f'{MIM}/configs/') and name.endswith('.py')
    ]
    assert sorted(stems) == sorted(set(stems))


def test_dataset_index_has_the_keys_mim_reads(wheel: Path) -> None:
    index = read_yaml(wheel, f'{MIM}/dataset-index.yml')
    assert index.pop('openxlab') is True
    assert set(index) == {'coco2017', 'crowdpose'}
    for entry in index.values():
        assert {'dataset', 'download_root', 'data_root'} <= set(entry)


def test_installed_wheel_is_what_is_imported(
    installed_wheel: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [
            str(installed_wheel),
            '-c',
            'import higherhrnet_plugin; print(higherhrnet_plugin.__file__)',
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    imported = Path(done.stdout.strip().splitlines()[-1])
    assert installed_wheel.parents[1] in imported.parents


def test_command_runs_the_tools_of_the_wheel(
    installed_wheel: Path, tmp_path: Path
) -> None:
    def run(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(installed_wheel), '-m', 'higherhrnet_command', *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    for verb, what in VERBS.items():
        done = run(verb, '--help')
        if what.tool.startswith('benchmarks/'):
            assert done.returncode == 2
            assert 'which only a clone of the repository has' in done.stderr
            assert len(done.stderr.splitlines()) == 1
        else:
            assert done.returncode == 0, done.stderr
            assert done.stdout.startswith(f'usage: higherhrnet {verb} ')
    # a tool that imports the package, which is that of the wheel
    done = run('info', 'none.pth')
    assert done.returncode == 2
    assert 'none.pth' in done.stderr.splitlines()[-1]
    script = installed_wheel.parents[1].rglob('bin/higherhrnet')
    assert os.name != 'posix' or any(script)


def test_a_config_inherits_those_of_the_wheel(
    installed_wheel: Path, tmp_path: Path
) -> None:
    """As the configs of `higherhrnet init` do."""
    (tmp_path / 'own.py').write_text(
        "_base_ = __import__('higherhrnet_plugin.shipped')"
        ".shipped.find_config('hrnet_tiny')\n"
    )
    code = (
        'from mmengine.config import Config; '
        "print(Config.fromfile('own.py').hrnet_tiny.head.in_channels); "
        'from higherhrnet_plugin.shipped import find_config; '
        "print(find_config('hrnet_tiny'))"
    )
    done = subprocess.run(
        [str(installed_wheel), '-c', code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    channels, path = done.stdout.split('\n')[:2]
    assert channels == '24'
    assert Path(path).match(f'{MIM}/configs/_base_/hrnet_tiny.py')


@pytest.mark.skipif(
    importlib.util.find_spec('mim') is None, reason='openmim is not installed'
)
def test_mim_finds_tools_and_configs_of_the_wheel(
    installed_wheel: Path, wheel: Path, tmp_path: Path
) -> None:
    model = next(iter(metafiles(wheel).values()))['Models'][0]
    # The tool reads the config, then stops at a checkpoint that is missing.
    done = subprocess.run(
        [
            *(str(installed_wheel), '-c', 'from mim.cli import cli; cli()'),
            'train',
            'higherhrnet_plugin',
            f'{model["Name"]}.py',
            '--cfg-options',
            'load_from=no_such.pth',
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f'{MIM}/tools/train.py' in done.stdout, done.stderr
    assert f'{MIM}/{model["Config"]}' in done.stdout
    assert 'checkpoint file not found: no_such.pth' in done.stderr
