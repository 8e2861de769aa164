"""The report, called by several test files."""

import runpy
import sys

import pytest
from report_data import FOLDER


@pytest.fixture
def report(monkeypatch, tmp_path):
    """Call the tool within this process."""
    monkeypatch.syspath_prepend(str(FOLDER))

    def call(*args):
        out = tmp_path / 'report.html'
        words = ['report.py', *map(str, args), '--out', str(out)]
        monkeypatch.setattr(sys, 'argv', words)
        runpy.run_path(str(FOLDER / 'report.py'), run_name='__main__')
        return out.read_text(encoding='utf-8')

    return call
