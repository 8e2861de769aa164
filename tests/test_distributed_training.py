"""Two processes train, although one of them never sees a person."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def test_a_process_without_people_does_not_hang(tmp_path):
    paths = [str(HERE), str(HERE.parent), os.environ.get('PYTHONPATH', '')]
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, str(HERE / 'distributed_worker.py')),
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
