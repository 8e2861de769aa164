"""The table of requirements, and what else names versions."""

import re

import pytest
from processes import ROOT

from higherhrnet_plugin.doctor.table import (
    BY_MODULE,
    PLUGIN,
    REQUIREMENTS,
    is_optional,
    users_of,
)


def read_array(name: str) -> list[str]:
    """Return the strings of an array of pyproject.toml."""
    text = (ROOT / 'pyproject.toml').read_text()
    match = re.search(rf'^{name} = \[\n(.*?)^\]', text, re.M | re.S)
    return re.findall(r'^  "(.*)",$', match[1], re.M)


def test_pyproject_asks_for_what_the_package_itself_imports():
    wanted = {
        item.specifier
        for item in REQUIREMENTS
        if PLUGIN in item.used_by and not item.alone
    }
    asked = [*read_array('dependencies'), *read_array('train')]
    # any of four builds will do
    assert sorted(wanted - {'opencv-python-headless'}) == sorted(asked)


def test_exported_files_ask_for_no_more_than_they_need():
    wanted = {item.package for item in REQUIREMENTS if item.runtime}
    asked = {re.split('[<>=]', text)[0] for text in read_array('dependencies')}
    assert asked == wanted - {'opencv-python-headless'} == {'numpy', 'pillow'}
    for extra, runs in (('onnx', 'onnxruntime'), ('openvino', 'openvino')):
        names = {re.split('[<>=]', text)[0] for text in read_array(extra)}
        # one of four builds of OpenCV; bars of the command
        assert names == {runs, 'opencv-python-headless', 'tqdm'}


def test_pyproject_accepts_the_same_hosts():
    wanted = {f'{name}{BY_MODULE[name].versions}' for name in ('mmcv',)}
    wanted |= {BY_MODULE[name].specifier for name in ('mmengine', 'mmpose')}
    assert {*wanted, 'higherhrnet_plugin[train]'} == set(read_array('mim'))


def test_pyproject_asks_for_the_same_of_videos():
    text = (ROOT / 'pyproject.toml').read_text()
    assert f'\nvideo = ["{BY_MODULE["av"].specifier}"]\n' in text


@pytest.mark.parametrize(
    ('version', 'accepted'),
    [
        ('2.0.0', False),
        ('2.0.1', True),
        ('2.0.1rc1', True),
        ('2.1.0+cpu', True),
        ('2.3.6', True),
        ('2.4.0', False),
        ('1.7.2', False),
        ('', False),
    ],
)
def test_versions_of_mmcv(version, accepted):
    assert BY_MODULE['mmcv'].accepts(version) == accepted


def test_users_are_followed_through_other_packages():
    assert users_of('addict') == {'mmengine', 'mmcv', 'mmpose', PLUGIN}
    assert not is_optional('addict')
    assert users_of('tabulate') == {'mim'}
    assert is_optional('tabulate')
    assert is_optional('mim')
    assert is_optional('modelindex')
