"""How the tools end."""

import pytest
from processes import ROOT, run_tool


@pytest.fixture
def end(monkeypatch, capsys):
    """Run a function as a tool; return its code and what it printed."""
    monkeypatch.syspath_prepend(str(ROOT / 'tools'))
    from _exit import run_tool as run

    def end_with(main):
        code = 0
        try:
            run(main)
        except SystemExit as stop:
            code = stop.code
        return code, capsys.readouterr().err

    return end_with


@pytest.mark.parametrize(
    ('raised', 'code', 'text'),
    [
        (SystemExit('error: no such file'), 2, 'error: no such file\n'),
        (
            OSError(28, 'No space left', 'x'),
            2,
            "error: [Errno 28] No space left: 'x'\n",
        ),
        (SystemExit(1), 1, ''),
        (SystemExit(2), 2, ''),
    ],
)
def test_messages_are_the_fault_of_the_user(end, raised, code, text):
    def main():
        raise raised

    assert end(main) == (code, text)


@pytest.mark.parametrize(('value', 'code'), [(None, 0), (0, 0), (1, 1)])
def test_codes_are_passed_on(end, value, code):
    assert end(lambda: value) == (code, '')


@pytest.mark.parametrize(
    ('tool', 'arguments'),
    [
        ('train.py', ['none.py']),
        ('test.py', ['none.py', 'none.pth']),
        ('inference.py', ['none.py', 'none.pth', 'none.jpg', '--out', 'o']),
        (
            'analysis_tools/report.py',
            ['none.py', 'none.json', '--out', 'o.html'],
        ),
        ('dataset_converters/check_dataset.py', ['none.json', 'none']),
        ('dataset_converters/take_subset.py', ['none.json', 'o.json']),
        ('misc/browse_targets.py', ['none.py']),
        ('model_converters/convert_checkpoint.py', ['none.pth', 'o.pth']),
    ],
)
def test_missing_files_are_bad_usage_everywhere(tmp_path, tool, arguments):
    done = run_tool(tool, *arguments, cwd=tmp_path, timeout=200)
    assert done.returncode == 2, done.stderr
    assert 'Traceback' not in done.stderr
    assert 'error: ' in done.stderr.splitlines()[-1]
    assert 'none' in done.stderr.splitlines()[-1]
