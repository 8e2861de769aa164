"""Figures of the official code: small ones in the tree, all if given."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

pytest.register_assert_rewrite('test_parity.checks')

SMALL = Path(__file__).parents[1] / 'data' / 'golden_small'
FULL = os.environ.get('HIGHERHRNET_GOLDEN')


class Golden:
    """Arrays and options of one folder of figures."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed

    def arrays(self, name: str) -> dict:
        with np.load(self.folder / f'{name}.npz') as data:
            return dict(data)

    def options(self, name: str) -> list:
        return json.loads((self.folder / f'{name}.json').read_text())


@pytest.fixture(scope='session')
def golden_small() -> Golden:
    return Golden(SMALL, 5)


@pytest.fixture(
    scope='session',
    params=[
        'small',
        pytest.param(
            'full',
            marks=pytest.mark.skipif(
                not FULL, reason='HIGHERHRNET_GOLDEN is not set'
            ),
        ),
    ],
)
def golden(request, golden_small) -> Golden:
    if request.param == 'small':
        return golden_small
    return Golden(Path(FULL), 20200330)
