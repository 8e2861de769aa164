"""Several processes train as one does, also where one never sees a person."""

import os
import subprocess
import sys

import numpy as np
import pytest
from processes import ROOT

SUPPORT = ROOT / 'tests' / 'support'


def run_workers(script, folder, count, *options):
    """Run processes with RANK, options and FOLDER; return what they saved."""
    folder.mkdir(exist_ok=True)
    paths = [str(SUPPORT), str(ROOT), os.environ.get('PYTHONPATH', '')]
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, str(SUPPORT / script), str(rank)),
                *map(str, (*options, folder)),
            ],
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(paths)},
        )
        for rank in range(count)
    ]
    try:
        codes = [process.wait(timeout=120) for process in processes]
        assert codes == [0] * count
    finally:
        for process in processes:
            process.kill()
    return [np.load(path) for path in sorted(folder.glob('*.np?'))]


@pytest.mark.slow
def test_a_process_without_people_does_not_hang(tmp_path):
    first, second = run_workers('distributed_worker.py', tmp_path, 2)
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, second)


@pytest.fixture(scope='module')
def alone(tmp_path_factory):
    """Take one step with all images in one process."""
    folder = tmp_path_factory.mktemp('alone')
    (step,) = run_workers('shared_batch_worker.py', folder, 1, 1, 1)
    assert np.abs(step['gradient']).max() > 1e-3
    return step


@pytest.mark.slow
@pytest.mark.parametrize(
    ('processes', 'accumulated'), [(2, 1), (4, 1), (1, 4), (2, 2)]
)
def test_losses_and_gradients_are_those_of_one_process(
    tmp_path, alone, processes, accumulated
):
    steps = run_workers(
        'shared_batch_worker.py',
        tmp_path,
        processes,
        processes,
        accumulated,
    )
    assert len(steps) == processes
    loss = np.mean([step['loss'] for step in steps])
    np.testing.assert_allclose(loss, alone['loss'], rtol=1e-5)
    scale = np.abs(alone['gradient']).max()
    for step in steps:
        np.testing.assert_allclose(
            step['gradient'], alone['gradient'], rtol=0, atol=1e-5 * scale
        )
