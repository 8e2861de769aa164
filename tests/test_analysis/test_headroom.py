"""Gains in AP where all errors are of one type."""

import numpy as np
import pytest
from own_data import metainfo
from report_data import exact_content, predictions_of

from higherhrnet_plugin.analysis import analyse


def break_predictions(records, name):
    """Make errors of one type in exact predictions."""
    points = [np.reshape(r['keypoints'], (-1, 3)) for r in records]
    if name == 'jitter':
        points[0][:, 0] += 8
    elif name == 'miss':
        points[0][3, 1] += 50
    elif name == 'inversion':
        points[0][[1, 2], :2] = points[0][[2, 1], :2]
    elif name == 'swap':
        points[0][4], points[1][4] = points[1][4].copy(), points[0][4].copy()
    for record, rows in zip(records, points):
        record['keypoints'] = rows.reshape(-1).tolist()
    if name == 'background':
        far = [900.0, 900, 1] * 5
        records.append({**records[0], 'keypoints': far, 'score': 2})
    elif name == 'duplicate':
        records[0]['score'] = 2
        records.append({**records[0], 'score': 1.5})
    elif name == 'missed people':
        del records[0]
    return records


@pytest.mark.parametrize(
    'name',
    [
        'jitter',
        'miss',
        'inversion',
        'swap',
        'background',
        'duplicate',
        'missed people',
    ],
)
def test_without_its_only_type_of_error_all_is_right(tmp_path, name):
    content = exact_content(tmp_path, people=(2, 2))
    records = break_predictions(predictions_of(content, noise=0), name)
    analysis = analyse(content, records, metainfo(5))
    ap, gains = analysis.scores['AP'], dict(analysis.headroom)
    assert 0 < ap < 0.99
    assert next(iter(gains)) == name
    assert ap + gains.pop(name) == pytest.approx(1)
    assert set(gains.values()) == {0}


def test_nobody_to_detect(tmp_path):
    content = exact_content(tmp_path, people=(1,))
    records = predictions_of(content)
    content['annotations'] = []
    assert analyse(content, records, metainfo(5)).headroom == {}
