"""The ways of an accelerator, on a device that only looks like one."""

import pytest
from processes import ROOT, run_python
from torch.utils import backend_registration

CASES = ROOT / 'tests' / 'support' / 'device_cases.py'


@pytest.mark.skipif(
    not hasattr(
        backend_registration, '_setup_privateuseone_for_python_backend'
    ),
    reason='this torch has no devices that are made in Python',
)
def test_cases_of_the_device():
    # a device cannot be taken out of torch again, and others would see it
    done = run_python('-m', 'pytest', '-q', CASES, timeout=600)
    assert done.returncode == 0, done.stdout
    assert 'passed' in done.stdout
    assert 'skipped' not in done.stdout
