"""Configs by name."""

from pathlib import Path

import pytest
from mmengine.config import Config
from processes import ROOT

from higherhrnet_plugin.shipped import find_config

NAMES = sorted(path.stem for path in (ROOT / 'configs').rglob('*.py'))


def test_all_are_found_and_nothing_else():
    assert len(NAMES) > 30
    for name in NAMES:
        path = Path(find_config(name))
        assert path.is_relative_to(ROOT / 'configs')
        assert path.stem == name
    for name in ('no_such_config', f'{NAMES[0]}.py', NAMES[0][1:]):
        with pytest.raises(FileNotFoundError, match=name):
            find_config(name)


def test_a_config_elsewhere_inherits_one(tmp_path):
    (tmp_path / 'own.py').write_text(
        "_base_ = __import__('higherhrnet_plugin.shipped')"
        ".shipped.find_config('hrnet_tiny')\n"
        'own = 1\n'
    )
    cfg = Config.fromfile(tmp_path / 'own.py')
    assert cfg.own == 1
    assert cfg.hrnet_tiny.head.in_channels == 24
