"""Keys of the tables of docs/migration.md are those of the configs."""

import copy
import re
from pathlib import Path

import mmpose
import pytest
from mmengine.config import Config
from processes import ROOT

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options

PAGE = ROOT / 'docs' / 'migration.md'
BODY = Path('configs/body_2d_keypoint')
SHIPPED = ROOT / BODY / 'associative_embedding/coco'
OLD = Path(mmpose.__file__).parent / '.mim' / BODY
FILES = (
    'dekr/coco/dekr_hrnet-w32_8xb10-140e_coco-512x512.py',
    'cid/coco/cid_hrnet-w32_8xb20-140e_coco-512x512.py',
)
KEY = re.compile(r'`([a-z_0-9]+(?:\.[a-z_0-9]+)*)`')


def rows():
    """Return the first two cells of each row, and the title above it."""
    title = ''
    for line in PAGE.read_text('utf-8').splitlines():
        if line.startswith('## '):
            title = line[3:]
        elif line.startswith('| ') and not line.startswith('| ---'):
            yield title, *(cell.strip() for cell in line.split('|')[1:3])


ROWS = [row for row in rows() if row[2] != 'Here']


@pytest.fixture
def config():
    """Read the config that the tables start from."""
    name = 'ae_higherhrnet-w32_8xb24-300e_coco-512x512.py'
    return Config.fromfile(SHIPPED / name)


@pytest.mark.parametrize('title', sorted({row[0] for row in ROWS}))
def test_new_keys_are_read(config, title, capsys):
    keys = {
        key
        for name, _, new in ROWS
        if name == title and new != '*nothing*'
        for key in KEY.findall(new)
    }
    assert len(keys) > 15
    for key in keys:
        # a value by which parents stay what they are
        apply_cfg_options(copy.deepcopy(config), {key: 0})
    assert not capsys.readouterr().err


def test_a_wrong_key_would_be_seen(config, capsys):
    apply_cfg_options(config, {'model.head.deconv_kernels': 4})
    assert 'deconv_kernels' in capsys.readouterr().err


def test_keys_of_dekr_and_cid_are_in_their_configs():
    configs = [Config.fromfile(OLD / name) for name in FILES]
    old = [cell for title, cell, _ in ROWS if 'DEKR' in title]
    assert len(old) > 20
    for cell in old:
        for key in KEY.findall(cell):
            assert any(has(config, key) for config in configs), key


def has(node, key):
    """Tell whether a config has a key."""
    for name in key.split('.'):
        if name not in node:
            return False
        node = node[name]
    return True
