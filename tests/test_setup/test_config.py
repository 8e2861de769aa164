"""The config that is written: what it says, and that the host can use it."""

import json

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmpose.registry import DATASETS, MODELS

from higherhrnet_plugin.analysis.checking import check_dataset
from higherhrnet_plugin.cfg_options.shared_codec import check_codecs
from higherhrnet_plugin.setup import (
    Machine,
    Sources,
    make_plan,
    write_config,
    write_split,
)

CPU = Machine('', 8 << 30, 2)
GPU = Machine('H100', 78 << 30, 16)
MOUSE = ('nose', 'left_ear', 'right_ear', 'tail')


def write_file(folder, names, k, images=8, people=2, size=(160, 120)):
    """Write pictures and the least that a tool writes about them."""
    rng = np.random.default_rng(0)
    (folder / 'images').mkdir(parents=True)
    content = dict(images=[], annotations=[], categories=[])
    for i in range(images):
        name = f'{i}.png'
        cv2.imwrite(
            str(folder / 'images' / name),
            np.zeros((size[1], size[0], 3), np.uint8),
        )
        content['images'].append(dict(id=f'image {i}', file_name=name))
        for _ in range(people):
            points = rng.uniform(10, min(size) - 10, (k, 2))
            rows = np.insert(points, 2, 2, axis=1)
            number = len(content['annotations'])
            content['annotations'].append(
                dict(
                    id=number,
                    image_id=f'image {i}',
                    category_id=7,
                    keypoints=rows.ravel().tolist(),
                )
            )
    category = dict(id=7, name='mouse')
    if names:
        category['keypoints'] = list(names)
    content['categories'].append(category)
    file = folder / 'people.json'
    file.write_text(json.dumps(content))
    return file


def init(file, machine=CPU, out='new/config.py', **options):
    """Write a config as the tool does; return its file and the plan."""
    images = file.parent / 'images'
    findings = check_dataset(file, images, **options)
    plan = make_plan(findings, machine)
    config = file.parent / out
    config.parent.mkdir(exist_ok=True)
    sources = write_split(findings.content, plan, config, images)
    write_config(plan, sources, config)
    return config, plan


CASES = {
    'mouse': (MOUSE, 4, CPU, [0, 2, 1, 3]),
    'mouse, GPU': (MOUSE, 4, GPU, [0, 2, 1, 3]),
    'one keypoint': (('nose',), 1, CPU, [0]),
    'no names': ((), 3, CPU, [0, 1, 2]),
    'one name twice': (('ear', 'ear', 'nose'), 3, CPU, [0, 1, 2]),
    'quotes': (("le'ft", 'a "b"', '\\n'), 3, CPU, [0, 1, 2]),
    'thirty': ([f'point {c}' for c in range(30)], 30, CPU, list(range(30))),
}


@pytest.mark.parametrize('case', CASES)
def test_the_host_can_use_it(tmp_path, case):
    names, k, machine, flips = CASES[case]
    file = write_file(tmp_path, names, k)
    before = file.read_bytes()
    config, plan = init(file, machine)
    assert file.read_bytes() == before
    cfg = Config.fromfile(config)
    check_codecs(cfg)
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    assert dataset.metainfo['num_keypoints'] == k
    assert dataset.metainfo['flip_indices'] == flips
    named = [dataset.metainfo['keypoint_id2name'][i] for i in range(k)]
    assert named == plan.keypoints[0].value
    held_out = DATASETS.build(cfg.val_dataloader.dataset)
    assert len(dataset) + len(held_out) == 8
    size = plan.training[0].value
    assert dataset[0]['inputs'].shape[-2:] == size[::-1]
    cfg.model.backbone.init_cfg = None
    head = MODELS.build(cfg.model).head
    assert head.num_keypoints == k
    width = head.final_layers[0].in_channels
    assert width == (32 if machine.gpu else 24)
    lines = config.read_text().splitlines()
    assert max(map(len, lines)) <= 79 or case == 'quotes'


def test_every_choice_is_one_line_below_its_reason(tmp_path):
    config, plan = init(write_file(tmp_path, MOUSE, 4))
    cfg, text = Config.fromfile(config), config.read_text()
    unfolded = text.replace('\n#   ', ' ')
    for choice in [*plan.keypoints, *plan.training]:
        assert f'# {choice.reason}\n{choice.name} = ' in unfolded
        value = json.loads(json.dumps(cfg[choice.name]))
        assert value == json.loads(json.dumps(choice.value))
    assert plan.network.reason in unfolded
    assert plan.split.reason in unfolded


def test_choices_reach_what_they_are_for(tmp_path):
    config, plan = init(write_file(tmp_path, MOUSE, 4))
    chosen = {c.name: c.value for c in [*plan.keypoints, *plan.training]}
    cfg = Config.fromfile(config)
    loader = cfg.train_dataloader
    assert loader.batch_size == chosen['batch_size']
    assert loader.num_workers == chosen['workers'] == 0
    assert cfg.optim_wrapper.optimizer.lr == chosen['lr']
    assert cfg.train_cfg.max_epochs == chosen['max_epochs']
    assert cfg.param_scheduler[-1].end == chosen['max_epochs']
    assert loader.dataset.augmentation.rotate_factor == 15
    assert loader.dataset.augmentation.flip_prob == 0.5
    assert cfg.model.test_cfg.flip_test is True
    assert cfg.val_dataloader.dataset.codec.sigma == chosen['target_sigma']
    assert cfg.default_hooks.checkpoint.save_best == 'custom/AP'
    assert cfg.val_evaluator.prefix == 'custom'


def test_without_sides_nothing_is_mirrored(tmp_path):
    config, _ = init(write_file(tmp_path, (), 3))
    cfg = Config.fromfile(config)
    assert cfg.train_dataloader.dataset.augmentation.flip_prob == 0
    assert cfg.model.test_cfg.flip_test is False


def test_one_image(tmp_path):
    config, plan = init(write_file(tmp_path, MOUSE, 4, images=1))
    cfg = Config.fromfile(config)
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        assert len(DATASETS.build(loader.dataset)) == 1
    assert 'measured on it again' in plan.split.reason


def test_nobody_is_refused(tmp_path):
    file = write_file(tmp_path, MOUSE, 4, people=0)
    assert not check_dataset(file, tmp_path / 'images').passed
    file.write_text('[1]')
    findings = check_dataset(file, tmp_path / 'images')
    with pytest.raises(ValueError, match=r'people\.json'):
        make_plan(findings, CPU)


def test_files_move_with_the_folder(tmp_path, monkeypatch):
    """Paths are seen from the folder of the config, wherever one stands."""
    init(write_file(tmp_path / 'old', MOUSE, 4), out='config.py')
    (tmp_path / 'old').rename(tmp_path / 'moved')
    (tmp_path / 'elsewhere').mkdir()
    monkeypatch.chdir(tmp_path / 'elsewhere')
    cfg = Config.fromfile('../moved/config.py')
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    assert dataset[0]['inputs'].shape[-2:] == (128, 128)


def test_a_file_to_measure_by_is_taken_as_it_is(tmp_path):
    file = write_file(tmp_path, MOUSE, 4)
    images = tmp_path / 'images'
    plan = make_plan(check_dataset(file, images), CPU, has_val=True)
    assert plan.split is None
    config = tmp_path / 'config.py'
    options = (('category', 'mouse'),)
    write_config(plan, Sources(images, file, file, options), config)
    cfg = Config.fromfile(config)
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        assert loader.dataset.category == 'mouse'
        assert len(DATASETS.build(loader.dataset)) == 8
    assert sorted(p.name for p in tmp_path.glob('*.json')) == ['people.json']


def test_a_folder_with_a_quote(tmp_path):
    file = write_file(tmp_path / "o'brien", MOUSE, 4)
    config, _ = init(file)
    cfg = Config.fromfile(config)
    assert cfg.data_root == f'{config.parent}/'
    assert len(DATASETS.build(cfg.train_dataloader.dataset)) > 0
