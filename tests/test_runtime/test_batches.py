"""Images of a list, some at a time."""

import numpy as np
import pytest
from seen_people import SeeingSession

from higherhrnet_plugin.runtime import ExportedPredictor
from higherhrnet_plugin.runtime.batches import predict_in_batches


@pytest.fixture
def predictor():
    return ExportedPredictor(SeeingSession())


@pytest.mark.parametrize('batch_size', [0, -1])
def test_no_image_is_lost_to_a_wrong_batch_size(predictor, batch_size):
    images = [np.zeros((64, 64, 3), np.uint8)] * 3
    message = f'`batch_size` must be 1 or more, got {batch_size}'
    with pytest.raises(ValueError, match=message):
        predict_in_batches(predictor, images, batch_size)
    with pytest.raises(ValueError, match=message):
        predictor(images, batch_size=batch_size)


def test_errors_name_the_file(predictor, tmp_path):
    image = np.zeros((64, 64, 3), np.uint8)
    broken, missing = tmp_path / 'broken.jpg', tmp_path / 'missing.jpg'
    broken.write_bytes(b'no image')
    for path in (broken, str(broken), missing):
        # once, also where a list has many
        for images in (path, [image, path]):
            with pytest.raises(ValueError, match='cannot be read') as error:
                predictor(images, batch_size=2)
            assert str(error.value).startswith(f'{path}: cannot be read')
    with pytest.raises(ValueError, match=r'^an image array has'):
        predictor([np.zeros((9, 9, 2), np.uint8)])
