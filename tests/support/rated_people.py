"""Predictions whose geometry tells how good they are; their scores do not."""

import numpy as np
from own_data import metainfo

from higherhrnet_plugin.analysis.inputs import make_inputs
from higherhrnet_plugin.datasets.coco_repair import CocoOptions
from higherhrnet_plugin.structures.metainfo import parse_metainfo

K = 5
SHAPE = np.array([[0, 0], [60, 0], [0, 60], [60, 60], [30, 90]])


def links():
    """Describe the links of K keypoints."""
    pairs = ((0, 1), (2, 4))
    return {
        i: dict(link=(f'point {a}', f'point {b}'), id=i, color=[0, 0, 0])
        for i, (a, b) in enumerate(pairs)
    }


def own_metainfo():
    """Describe K linked keypoints."""
    return dict(metainfo(K), skeleton_info=links())


def made_up(images=80, seed=0):
    """Make up annotations and predictions.

    Returns:
        tuple: content of a COCO file, and records. Half of the predictions
        have two keypoints at the wrong place; their scores are noise.
    """
    rng = np.random.default_rng(seed)
    people, records = [], []
    for image in range(1, images + 1):
        for person in range(4):
            size = rng.uniform(0.8, 1.5)
            points = SHAPE * size + [200 * person + 20, rng.uniform(10, 40)]
            rows = np.c_[points, np.full(K, 2)]
            people.append(
                dict(
                    id=len(people) + 1,
                    image_id=image,
                    category_id=1,
                    iscrowd=0,
                    area=float(5000 * size**2),
                    bbox=[*points.min(0), *np.ptp(points, axis=0)],
                    keypoints=rows.ravel().tolist(),
                    num_keypoints=K,
                )
            )
            found = points + rng.normal(0, 1, points.shape)
            if rng.random() < 0.5:
                found[:2] += rng.normal(0, 30, (2, 2))
            rows = np.c_[found, rng.uniform(0.3, 1, K)]
            records.append(
                dict(
                    image_id=image,
                    category_id=1,
                    score=float(rows[:, 2].mean()),
                    keypoints=rows.ravel().tolist(),
                )
            )
    names = [f'point {i}' for i in range(K)]
    content = dict(
        images=[
            dict(id=i, file_name=f'{i}.png', width=900, height=240)
            for i in range(1, images + 1)
        ],
        annotations=people,
        categories=[dict(id=1, name='thing', keypoints=names, skeleton=[])],
    )
    return content, records


def rated_inputs(content, records):
    """Bring both together, without pictures."""
    options = CocoOptions(K, missing_images='ignore')
    return make_inputs(
        content, records, parse_metainfo(own_metainfo()), options
    )
