"""Both transforms read the same input sizes, and refuse the same."""

import numpy as np
import pytest

from higherhrnet_plugin import BottomupAlignedAffine, BottomupAlignedResize

both = pytest.mark.parametrize(
    'kind', [BottomupAlignedAffine, BottomupAlignedResize]
)


@both
@pytest.mark.parametrize(
    ('given', 'shape'),
    [((128, 64), (64, 128)), ([128, 64], (64, 128)), (64, (64, 64))],
    ids=str,
)
def test_inputs_have_the_size(kind, given, shape):
    # of the same shape, as a test enlarges the input for others
    image = np.zeros((shape[0] // 4, shape[1] // 4, 3), np.uint8)
    results = kind(input_size=given).transform({'img': image})
    assert results['input_size'] == shape[::-1]
    assert results['img'].shape[:2] == shape


@both
@pytest.mark.parametrize(
    'given',
    [0, -64, (0, 64), (64, -1), (64,), (64, 64, 64), (64.5, 64), 64.0]
    + ['64', ('a', 'b'), (None, 64)],
    ids=str,
)
def test_what_is_no_size_is_told(kind, given):
    with pytest.raises(ValueError, match=r'`input_size` must be') as error:
        kind(input_size=given)
    assert str(error.value).endswith(f'got {given!r}')
