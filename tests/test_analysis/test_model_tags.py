"""Tags at labelled keypoints."""

from types import SimpleNamespace

import numpy as np

from higherhrnet_plugin.analysis.model_tags import tags_of_person
from higherhrnet_plugin.datasets.transforms import BottomupAlignedResize


def test_tags_are_read_where_the_keypoints_are():
    image = np.zeros((80, 120, 3), np.uint8)
    sample = BottomupAlignedResize((64, 64)).transform(dict(img=image))
    w, h = (side // 4 for side in sample['input_size'])
    y, x = np.mgrid[:h, :w]
    own = np.stack((x, y))[:, None].repeat(3, axis=1)
    own[:, 2] += 1000
    shared = np.stack((x[::2, ::2], y[::2, ::2]))[:, None]
    points = [[3.0, 4], [110, 9], [60.5, 77]]
    truth = SimpleNamespace(
        # of the second, one is outside and one without label
        keypoints=np.array([points, [[500, 5], [7, 8], [60, 40]]]),
        labelled=np.array([[1, 1, 1], [1, 0, 1]], bool),
    )
    for person, kept in ((0, [0, 1, 2]), (1, [2])):
        tags = tags_of_person(
            [own, shared], SimpleNamespace(**sample), truth, person
        )
        assert len(tags) == len(kept)
        for k, found in zip(kept, tags):
            place = sample['warp_mat'] @ [*truth.keypoints[person, k], 1]
            cell = (place / 4).astype(int) + (k == 2) * 1000
            assert found[:2].tolist() == cell.tolist()
            assert found[2:].tolist() == (2 * (place // 8)).tolist()
