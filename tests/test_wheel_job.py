"""The main job from the installed wheel, in another folder, with mim."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from inference_data import write_model
from mmengine.config import Config

from higherhrnet_plugin import __version__

CONFIG = 'ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py'
SHORT = (
    'train_cfg.max_epochs=1',
    'train_cfg.val_interval=1',
    'train_dataloader.batch_size=4',
    'param_scheduler=None',
    'default_hooks.logger.interval=1',
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec('mim') is None,
        reason='openmim is not installed',
    ),
]


@pytest.fixture(scope='module')
def folder(installed_wheel: Path, tmp_path_factory) -> Path:
    """Make a small data set where the config looks for it."""
    folder = tmp_path_factory.mktemp('job')
    call(
        installed_wheel,
        folder,
        'run',
        'higherhrnet_plugin',
        'make_synthetic_people',
        'data/synthetic_people',
        '--num-train',
        '8',
        '--num-val',
        '4',
        '--workers',
        '1',
    )
    return folder


def call(python: Path, folder: Path, *args: str, **environment: str) -> str:
    """Run mim in a folder and return what it printed."""
    done = subprocess.run(
        [str(python), '-c', 'from mim.cli import cli; cli()', *args],
        cwd=folder,
        # mim starts `python`
        env={
            **os.environ,
            'PATH': f'{python.parent}{os.pathsep}{os.environ["PATH"]}',
            'OMP_NUM_THREADS': '1',
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def test_train_and_test(installed_wheel, folder):
    log = call(
        installed_wheel,
        folder,
        'train',
        'higherhrnet_plugin',
        CONFIG,
        '--gpus',
        '0',
        '--work-dir',
        'work',
        '--cfg-options',
        *SHORT,
    )
    for name in ('loss_heatmap_0', 'loss_heatmap_1', 'loss_pull', 'loss_push'):
        assert f'{name}: ' in log
    assert 'coco/AP: ' in log
    (published,) = (folder / 'work').glob('epoch_1-*.pth')
    call(
        installed_wheel,
        folder,
        'test',
        'higherhrnet_plugin',
        CONFIG,
        *('--checkpoint', str(published), '--gpus', '0'),
        '--out',
        'work/result.json',
        '--show-dir',
        'pictures',
        '--work-dir',
        'work/test',
    )
    metrics = json.loads((folder / 'work' / 'result.json').read_text())
    assert 0 <= metrics['coco/AP'] <= 1
    assert list((folder / 'work' / 'test').rglob('*.jpg'))


def test_the_hosts_own_tool_trains(installed_wheel, folder):
    config = next(
        path
        for path in installed_wheel.parents[1].rglob(CONFIG)
        if '.mim' in path.parts
    )
    log = call(
        *(installed_wheel, folder, 'train', 'mmpose', str(config)),
        '--gpus',
        '0',
        '--work-dir',
        'host',
        '--cfg-options',
        *SHORT,
    )
    assert 'coco/AP: ' in log
    assert (folder / 'host' / 'epoch_1.pth').exists()


def test_gridsearch(installed_wheel, folder):
    search = '--optim_wrapper.optimizer.lr 1e-3'
    call(
        installed_wheel,
        folder,
        'gridsearch',
        'higherhrnet_plugin',
        CONFIG,
        '--gpus',
        '0',
        '--work-dir',
        'grid',
        '--search-args',
        search,
        '--cfg-options',
        *SHORT,
    )
    (run,) = folder.glob('grid_search_*')
    (config,) = run.glob('*.py')
    assert Config.fromfile(config).optim_wrapper.optimizer.lr == 1e-3
    assert (run / 'epoch_1.pth').exists()


def test_list_names_the_package(installed_wheel, tmp_path):
    lines = call(installed_wheel, tmp_path, 'list').splitlines()
    (line,) = (line for line in lines if line.startswith('higherhrnet'))
    assert line.split()[:2] == ['higherhrnet-plugin', __version__]


def test_help_of_a_tool(installed_wheel, tmp_path):
    run = (installed_wheel, tmp_path, 'run', 'higherhrnet_plugin', 'inference')
    assert '--kpt-thr' in call(*run, '--', '-h')


def test_inference(installed_wheel, tmp_path):
    write_model(tmp_path)
    log = call(
        installed_wheel,
        tmp_path,
        'run',
        'higherhrnet_plugin',
        'inference',
        'config.py',
        'weights.pth',
        'images',
        '--out',
        'out',
    )
    assert '3 images, 0 videos' in log
    rows = json.loads((tmp_path / 'out' / 'predictions.json').read_text())
    assert {row['image_id'] for row in rows} == {1, 2, 3}
    assert (tmp_path / 'out' / 'pictures' / '2.png').is_file()


def installed_models(installed_wheel: Path) -> dict[str, dict]:
    """Return the models of the installed metafiles, by name."""
    (index,) = installed_wheel.parents[1].rglob('.mim/model-index.yml')
    return {
        model['Name']: model
        for name in yaml.safe_load(index.read_text())['Import']
        for model in yaml.safe_load((index.parent / name).read_text())[
            'Models'
        ]
    }


def test_mim_search_lists_all_models(installed_wheel, tmp_path):
    models = installed_models(installed_wheel)
    search = (installed_wheel, tmp_path, 'search', 'higherhrnet_plugin')
    lines = call(*search, '--valid-config').splitlines()
    (listed,) = (line for line in lines if line.startswith('['))
    assert sorted(ast.literal_eval(listed)) == sorted(models)
    file = tmp_path / 'found.json'
    call(*search, '--json', str(file))
    found = json.loads(file.read_text())
    for name, model in models.items():
        for result in model['Results']:
            for key, value in result['Metrics'].items():
                field = f'{result["Dataset"]}/{"_".join(key.split())}'
                assert found[field.lower()][name] == value
        assert found['weight'][name] == model.get('Weights')
        assert 'not re-measured by us' in found['measured'][name]


def test_mim_download_gets_weights_and_config(installed_wheel, tmp_path):
    name = 'ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512'
    model = installed_models(installed_wheel)[name]
    host, path = 'https://download.openmmlab.com', 'mmpose/bottom_up'
    assert model['Weights'].startswith(f'{host}/{path}/')
    file = model['Weights'].split('/')[-1]
    (tmp_path / 'served' / path).mkdir(parents=True)
    (tmp_path / 'served' / path / file).write_bytes(b'weights')
    (source,) = installed_wheel.parents[1].rglob('higherhrnet_plugin/.mim')
    # a copy of what is installed, whose metafiles name this machine
    for item in source.parents[1].glob('higherhrnet_plugin*'):
        shutil.copytree(item, tmp_path / 'site' / item.name)
    handler = partial(
        SimpleHTTPRequestHandler, directory=str(tmp_path / 'served')
    )
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f'http://127.0.0.1:{server.server_port}'
        for metafile in (tmp_path / 'site').rglob('*.yml'):
            text = metafile.read_text().replace(host, address)
            metafile.write_text(text)
        try:
            call(
                installed_wheel,
                tmp_path,
                'download',
                'higherhrnet_plugin',
                '--config',
                name,
                '--dest',
                'got',
                PYTHONPATH=str(tmp_path / 'site'),
                NO_PROXY='127.0.0.1',
                no_proxy='127.0.0.1',
            )
        finally:
            server.shutdown()
            thread.join()
    assert (tmp_path / 'got' / file).read_bytes() == b'weights'
    dumped = Config.fromfile(tmp_path / 'got' / f'{name}.py').to_dict()
    assert dumped == Config.fromfile(source / model['Config']).to_dict()
