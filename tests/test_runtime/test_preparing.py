"""From images to the numbers that an exported network takes."""

import cv2
import numpy as np
import pytest
from seen_people import SeeingSession

from higherhrnet_plugin.runtime import ExportedPredictor
from higherhrnet_plugin.runtime.preparing import prepare_image


@pytest.mark.parametrize('tiles', [None, 1])
def test_sizes_that_opencv_does_not_resize(tiles, tmp_path):
    """It holds no side above 32766."""
    image = np.zeros((700, 34000, 3), np.uint8)
    predictor = ExportedPredictor(SeeingSession(), tiles=tiles)
    words = '34000 x 700 pixels cannot be resized, give a smaller image'
    with pytest.raises(ValueError, match=f'^{words}: .*SHRT_MAX'):
        predictor.load(image)
    path = tmp_path / 'long.png'
    cv2.imwrite(str(path), image)
    with pytest.raises(ValueError, match=rf'long\.png: {words}'):
        predictor([path])


def test_errors_of_files_leave_the_name_to_others(tmp_path):
    about = SeeingSession().description
    for path in (tmp_path / 'missing.jpg', str(tmp_path / 'missing.jpg')):
        with pytest.raises(ValueError, match=r'^cannot be read as an image: '):
            prepare_image(path, about)
