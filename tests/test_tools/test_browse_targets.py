"""browse_targets draws what the pipeline made, for any config."""

import sys

import cv2
import numpy as np
import pytest
from data_sets import write_data_set
from helpers import codec_config, pack
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS
from processes import ROOT, run_python
from small_configs import (
    CONFIGS,
    TINY,
    count_keypoints,
    leaf_sets,
    load_small,
)

import higherhrnet_plugin  # noqa: F401
from higherhrnet_plugin.visualization.drawing import person_color

SCRIPT = ROOT / 'tools' / 'misc' / 'browse_targets.py'
# modules of the tool
OWN = ('_arguments', '_common', 'browse_targets', 'browsing')
META = dict(
    num_keypoints=3,
    keypoint_name2id=dict(nose=0, eye=1, ear=2),
    keypoint_id2name={0: 'nose', 1: 'eye', 2: 'ear'},
    skeleton_links=[],
)


@pytest.fixture(scope='module')
def tool():
    """Import the script as a module."""
    path, loaded = list(sys.path), set(sys.modules)
    sys.path.insert(0, str(SCRIPT.parent))
    import browse_targets

    yield browse_targets
    sys.path[:] = path
    for name in set(sys.modules) - loaded:
        if name.split('.')[0] in OWN:
            del sys.modules[name]


@pytest.fixture(scope='module')
def sheets(tool):
    """Import the drawing."""
    from browsing import sheets

    return sheets


def draw(tool, monkeypatch, cfg, folder, *args):
    """Run the tool in this process; return its pictures by name."""
    folder.mkdir(exist_ok=True)
    config = folder / 'config.json'  # .py takes a second to format
    cfg.dump(config)
    out = folder / 'out'
    argv = [str(SCRIPT), str(config), '--out', str(out), *args]
    monkeypatch.setattr(sys, 'argv', argv)
    tool.main()
    return {file.name: cv2.imread(str(file)) for file in out.iterdir()}


def plain(cfg):
    """Take the whole image, without chance."""
    cfg.train_dataloader.dataset.augmentation = dict(
        shift_factor=0.0,
        scale_factor=(1.0, 1.0),
        rotate_factor=0,
        scale_type='long',
        flip_prob=0.0,
    )
    return cfg


def small(folder, path=TINY, **options):
    cfg = load_small(path, write_data_set(folder, **options), folder / 'work')
    for data_set in leaf_sets(cfg.train_dataloader.dataset):
        data_set.keep_empty = True
    return cfg


def panel(sheet, row, column, size=512):
    """Cut a panel without its label out of a sheet."""
    y = 32 + 8 + row * (size + 24 + 8) + 24
    x = 8 + column * (size + 8)
    return sheet[y : y + size, x : x + size]


def test_pictures_are_written_as_a_user_calls_it(tmp_path):
    cfg = small(tmp_path)
    cfg.dump(tmp_path / 'config.py')
    out = tmp_path / 'out'
    done = run_python(SCRIPT, tmp_path / 'config.py', '--out', out, '--num', 2)
    assert done.returncode == 0, done.stderr
    assert f'2 pictures in {out}' in done.stdout
    assert 'drawing: 100%' in done.stderr
    assert len(list(out.iterdir())) == 2
    for file in out.iterdir():
        # two rows of three panels, 64 pixels enlarged to 512
        assert cv2.imread(str(file)).shape == (
            32 + 8 + 2 * (512 + 24 + 8),
            8 + 3 * (512 + 8),
            3,
        )


def test_a_crowd_and_nobody(tool, monkeypatch, tmp_path):
    # the images are square and have a crowd in the upper left eighth
    cfg = plain(small(tmp_path, people=(0, 2), size=(96, 96)))
    pictures = draw(tool, monkeypatch, cfg, tmp_path)
    nobody, two = (pictures[name] for name in sorted(pictures))
    for sheet in (nobody, two):
        for column in (1, 2):
            mask = panel(sheet, 1, column).astype(int)
            redness = mask[..., 2] - mask[..., :2].max(axis=2)
            assert redness[4:56, 4:56].min() > 20
            assert np.median(redness[80:, 80:]) < 10
    # no cell and no heat without people, some with them
    for sheet, people in ((nobody, False), (two, True)):
        tags = panel(sheet, 1, 0).astype(int)
        assert ((tags.max(2) - tags.min(2)) > 60).any() == people
        heat = panel(sheet, 0, 1)
        assert (heat.max() > 140) == people


def hand_made(levels=2, tag_levels=0, **results):
    """Pack two people with three joints on an input of 64 x 32 pixels."""
    codec = codec_config((64, 32), levels=levels, tag_levels=tag_levels)
    keypoints = np.full((2, 3, 2), 9.0)
    keypoints[0, 1] = 41, 22
    keypoints[1, 2] = 60, 5
    visible = np.zeros((2, 3))
    visible[0, 1] = visible[1, 2] = 1
    return pack(keypoints, visible, codec, **results)


def panels_of(sheets, sample, tag_levels=(0,), keypoint=None):
    image = np.full((32, 64, 3), 90, np.uint8)
    panels = sheets.make_panels(image, sample, tag_levels, META, keypoint)
    assert {p.shape for p in panels} == {(24 + 32 * 8, 64 * 8, 3)}
    return [p[24:] for p in panels]


def test_joints_cells_and_heat_are_at_their_places(sheets):
    people, heat_0, heat_1, tags = panels_of(sheets, hand_made())
    for n, (x, y) in enumerate([(41, 22), (60, 5)]):
        # pixels of the panel are eighths of the input's
        spot = people[y * 8, x * 8].astype(int)
        assert np.abs(spot - person_color(n)).max() < 20
        for heat in (heat_0, heat_1):
            assert heat[y * 8, x * 8].max() > 150
        # a tag cell covers 4 x 4 pixels of the input
        row, column = y // 4 * 32, x // 4 * 32
        cell = tags[row : row + 32, column : column + 32]
        share = (cell == person_color(n)).all(axis=2).mean()
        assert share > (0.3 if n else 0.6)  # the number may lie on it
    colored = (tags == person_color(0)).all(axis=2)
    rows, columns = np.nonzero(colored[160:])
    assert rows.min() == 0
    assert columns.min() == 320
    assert columns.max() == 351


def test_one_keypoint(tool, sheets):
    sample = hand_made()
    for keypoint, (x, y), (other_x, other_y) in (
        (1, (41, 22), (60, 5)),
        (2, (60, 5), (41, 22)),
    ):
        heat = panels_of(sheets, sample, keypoint=keypoint)[1]
        assert heat[y * 8, x * 8].max() > 150
        assert (heat[other_y * 8, other_x * 8] == 45).all()
    assert tool.find_keypoint('ear', META) == tool.find_keypoint('2', META)
    assert tool.find_keypoint(None, META) is None
    for name in ('3', 'toe', '-1'):
        with pytest.raises(SystemExit, match=r'(?s)error.*nose, eye, ear'):
            tool.find_keypoint(name, META)


@pytest.mark.parametrize(
    ('levels', 'tag_levels', 'count'),
    [(1, 0, 3), (3, 1, 5), (2, (0, 1), 5), (3, (2, 0, 1), 7)],
)
def test_levels(sheets, levels, tag_levels, count):
    sample = hand_made(levels, tag_levels)
    order = (tag_levels,) if isinstance(tag_levels, int) else tag_levels
    panels = panels_of(sheets, sample, order)
    assert len(panels) == count
    for level, picture in zip(order, panels[1 + levels :]):
        side = 8 * (4 >> level)
        cell = (picture == person_color(0)).all(axis=2)
        y = 22 * 8 // side * side
        x = 41 * 8 // side * side
        assert cell[y + side // 2 : y + side, x : x + side].all()
        assert not cell[y + side :].any()
    title = sheets.make_title(np.zeros((32, 64, 3)), sample)
    assert '2 people with labels' in title
    assert '2 joints labelled, 2 in the frame' in title
    assert 'no mask' in title


def representatives():
    """Choose a config of every data set and kind of target."""
    chosen = {}
    for path in CONFIGS:
        cfg = Config.fromfile(path)
        data_set = cfg.train_dataloader.dataset
        codec = leaf_sets(data_set)[0].codec
        targets = {k: v for k, v in codec.items() if 'size' not in k}
        kinds = [t.type for t in data_set.pipeline]
        key = data_set.type, kinds, targets
        chosen.setdefault(str(key), path)
    return list(chosen.values())


@pytest.mark.parametrize('path', representatives(), ids=lambda p: p.stem)
def test_every_kind_of_config(tool, monkeypatch, tmp_path, path):
    cfg = Config.fromfile(path)
    k = count_keypoints(cfg)
    parts = leaf_sets(cfg.train_dataloader.dataset)
    kind = DATASETS.get(parts[0].type)
    cfg = small(
        tmp_path,
        path,
        num_keypoints=k,
        people=(0, 2),
        fields=kind.KEYPOINT_FIELDS,
    )
    args = ('--keypoint', str(k - 1))
    pictures = draw(tool, monkeypatch, cfg, tmp_path, *args)
    assert len(pictures) == 2 * len(parts)
    args = ('--split', 'val', '--img-ids', '2')
    again = draw(tool, monkeypatch, cfg, tmp_path / 'val', *args)
    (sheet,) = again.values()
    assert sheet.shape == next(iter(pictures.values())).shape


@pytest.mark.parametrize('name', ['tiny_1xb16-8e', 'crowdpose-aic'])
def test_heatmaps_that_are_left_to_the_head(tool, monkeypatch, tmp_path, name):
    path = next(path for path in CONFIGS if name in path.stem)
    k = count_keypoints(Config.fromfile(path))
    cfg = small(tmp_path, path, num_keypoints=k, people=(0, 2))
    expected = draw(tool, monkeypatch, cfg, tmp_path / 'drawn')
    parts = leaf_sets(cfg.train_dataloader.dataset)
    for part in parts:
        part.codec.on_device = True
    for split in ('train', 'val'):
        out = tmp_path / split
        found = draw(tool, monkeypatch, cfg, out, '--split', split)
        if split == 'train':
            assert len(expected) >= 2
            assert found.keys() == expected.keys()
            for file, sheet in found.items():
                np.testing.assert_array_equal(sheet, expected[file])
    assert all(part.codec.on_device for part in parts)


def test_133_keypoints(tool, monkeypatch, tmp_path):
    cfg = small(tmp_path, num_keypoints=133, people=(0, 3))
    cfg.train_dataloader.dataset.metainfo = dict(
        from_file='configs/_base_/datasets/coco_wholebody.py'
    )
    pictures = draw(
        tool, monkeypatch, cfg, tmp_path, '--keypoint', 'left_hand_root'
    )
    assert len(pictures) == 2


def test_the_seed_chooses_samples_and_augmentation(
    tool, monkeypatch, tmp_path
):
    cfg = small(tmp_path, people=(1,) * 8)
    runs = [
        draw(tool, monkeypatch, cfg, tmp_path / str(i), '--seed', seed, *args)
        for i, (seed, *args) in enumerate(
            [('0', '--num', '2'), ('0', '--num', '2'), ('0',), ('1',)]
        )
    ]
    first, same, more, other = runs
    assert len(first) == 2
    assert len(more) == len(other) == 8
    for name, sheet in first.items():
        np.testing.assert_array_equal(sheet, same[name])
        np.testing.assert_array_equal(sheet, more[name])
        assert (panel(sheet, 0, 0) != panel(other[name], 0, 0)).any()


@pytest.mark.parametrize(
    ('change', 'args', 'words'),
    [
        ({'data_root': 'nowhere'}, [], 'nowhere'),
        ({'data_prefix': {'img': 'nowhere/'}}, [], 'nowhere'),
        ({'pipeline': [dict(type='LoadImage')]}, [], 'GenerateBottomupTarget'),
        ({}, ['--img-ids', '2', '77'], 'no image 77'),
        ({}, ['--keypoint', '99'], "no keypoint '99'"),
        (None, [], 'train_dataloader'),
    ],
    ids=str,
)
def test_refusals(tool, monkeypatch, tmp_path, change, args, words):
    cfg = small(tmp_path)
    if change is None:
        cfg.pop('train_dataloader')
    else:
        cfg.train_dataloader.dataset.update(change)
    with pytest.raises(SystemExit, match=words) as stop:
        draw(tool, monkeypatch, cfg, tmp_path, *args)
    assert str(stop.value).startswith('error: ')


def test_bad_arguments(tool, monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', [str(SCRIPT), 'no/such.py'])
    with pytest.raises(SystemExit, match=r'no/such\.py'):
        tool.main()
    monkeypatch.setattr(sys, 'argv', [str(SCRIPT), 'x.py', '--num', '0'])
    with pytest.raises(SystemExit):
        tool.main()
    assert '--num' in capsys.readouterr().err


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmpose')
