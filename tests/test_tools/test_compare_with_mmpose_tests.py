"""The comparison finds what differs, on a made-up source tree."""

import pytest
from processes import run_tool

TOOL = 'dev/compare_with_mmpose_tests.py'
TESTS = """
from mmpose.datasets.datasets import CocoDataset
from mmpose.datasets.transforms import PackPoseInputs
from mmpose.registry import DATASETS, MODELS


def test_same():
    assert DATASETS.get('CocoDataset') is CocoDataset


def test_registered():
    assert 'HigherHRNetHead' in MODELS.module_dict


def test_replaced():
    assert CocoDataset.__name__ == 'CocoDataset', 'another name'


class TestPackPoseInputs:
    def test_repr(self):
        assert repr(PackPoseInputs()).startswith('PackPoseInputs')
"""


@pytest.mark.slow
def test_differences_are_printed(tmp_path):
    (tmp_path / 'tests').mkdir()
    (tmp_path / 'tests' / 'test_names.py').write_text(TESTS)
    # a file that cannot be collected does not keep the others from running
    broken = tmp_path / 'tests' / 'test_broken.py'
    broken.write_text('import no_such_package')
    done = run_tool(TOOL, tmp_path)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    name = '  tests/test_names.py::'
    assert lines[0] == 'mmpose alone: 1 error, 1 failed, 3 passed'
    assert lines[1] == 'import higherhrnet_plugin: 1 error, 4 passed'
    registered = f'{name}test_registered: failed -> passed: DIFFERENT'
    assert lines[2] == registered
    assert 'our classes: 1 error, 2 failed, 2 passed' in lines
    assert registered in lines[3:]
    known = f'{name}TestPackPoseInputs::test_repr: passed -> failed: the name'
    assert any(line.startswith(known) for line in lines)
    start = lines.index(f'{name}test_replaced: passed -> failed: DIFFERENT')
    assert 'another name' in lines[start + 1]
    assert lines[-1] == '3 differences that are not known'


def test_tests_that_are_not_there_are_refused(tmp_path):
    done = run_tool(TOOL, tmp_path)
    assert done.returncode == 2
    assert f'no tests in {tmp_path}' in done.stderr
