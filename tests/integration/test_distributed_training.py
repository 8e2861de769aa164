"""Two processes train, although one of them never sees a person."""

import os
import subprocess
import sys

import numpy as np
from processes import ROOT

SUPPORT = ROOT / 'tests' / 'support'


def test_a_process_without_people_does_not_hang(tmp_path):
    paths = [str(SUPPORT), str(ROOT), os.environ.get('PYTHONPATH', '')]
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, str(SUPPORT / 'distributed_worker.py')),
                *(str(rank), str(tmp_path)),
            ],
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(paths)},
        )
        for rank in range(2)
    ]
    try:
        assert [process.wait(timeout=120) for process in processes] == [0, 0]
    finally:
        for process in processes:
            process.kill()
    first, second = (np.load(tmp_path / f'{rank}.npy') for rank in range(2))
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, second)
