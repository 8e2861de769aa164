"""The numbers of a report against errors that are put in, and COCO's tool."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from data_sets import write_data_set
from helpers import write_json
from own_data import clean_file, metainfo
from report_data import (
    STATS,
    Page,
    numbers_of,
    predictions_of,
    write_config,
)

import higherhrnet_plugin  # noqa: F401
from higherhrnet_plugin.compat.coco_tools import COCO, COCOeval


def exact_file(root, people):
    """Write images with people of one shape, 200 pixels apart."""
    file = clean_file(root, k=5, people=people)
    content = json.loads(file.read_text())
    square = [[30, 30], [90, 30], [30, 90], [90, 90], [60, 110]]
    places = {image['id']: 0 for image in content['images']}
    for person in content['annotations']:
        if person['iscrowd']:
            continue
        offset = places[person['image_id']]
        places[person['image_id']] += 200
        rows = np.insert(np.array(square) + [offset, 0], 2, 2, axis=1)
        person.update(keypoints=rows.reshape(-1).tolist(), area=10000)
        person.update(bbox=[20 + offset, 20, 80, 100], num_keypoints=5)
    file.write_text(json.dumps(content))
    return file, content


def break_predictions(records, kind):
    """Make one kind of error that costs AP in exact predictions."""
    points = [np.reshape(r['keypoints'], (-1, 3)) for r in records]
    if kind == 'jitter':
        points[0][:, 0] += 8
    elif kind == 'miss':
        points[0][3, 1] += 50
    elif kind == 'inversion':
        points[0][[1, 2], :2] = points[0][[2, 1], :2]
    elif kind == 'swap':
        points[0][4], points[1][4] = points[1][4].copy(), points[0][4].copy()
    for record, rows in zip(records, points):
        record['keypoints'] = rows.reshape(-1).tolist()
    if kind == 'background':
        far = [900.0, 900, 1] * 5
        records.append({**records[0], 'keypoints': far, 'score': 2})
    elif kind == 'duplicate':
        records[0]['score'] = 2
        records.append({**records[0], 'score': 1.5})
    elif kind == 'missed people':
        del records[0]
    return records


@pytest.mark.parametrize(
    'kind',
    [
        *('jitter', 'miss', 'inversion', 'swap'),
        *('background', 'duplicate', 'missed people'),
    ],
)
def test_without_its_only_kind_of_error_all_is_right(report, tmp_path, kind):
    file, content = exact_file(tmp_path, people=(2, 2))
    config = write_config(
        tmp_path / 'c.py', file, dataset=dict(metainfo=metainfo(5))
    )
    records = break_predictions(predictions_of(content, noise=0), kind)
    results = write_json(tmp_path / 'r.json', records)
    numbers = numbers_of(report(config, results, '--images', 0))
    ap, gains = numbers['scores']['AP'], numbers['headroom']
    assert 0 < ap < 0.99
    assert next(iter(gains)) == kind
    assert ap + gains.pop(kind) == pytest.approx(1)
    assert set(gains.values()) == {0}


def test_each_error_is_named(report, tmp_path):
    file, content = exact_file(tmp_path, people=(1, 1))
    first = predictions_of(content, noise=0)[0]
    values = np.reshape(first['keypoints'], (-1, 3))
    # off by 1, 8 (jitter) and 30 pixels; 1 and 2 exchanged
    values[[1, 2], :2] = values[[2, 1], :2]
    values[0, 0] += 1
    values[3, 0] += 8
    values[4, 1] += 30
    first['keypoints'] = values.reshape(-1).tolist()
    far = {**first, 'keypoints': [900.0, 900, 1] * 5, 'score': 0.1}
    config = write_config(
        tmp_path / 'c.py', file, dataset=dict(metainfo=metainfo(5))
    )
    results = write_json(
        tmp_path / 'r.json', [first, {**first, 'score': 0.05}, far]
    )
    numbers = numbers_of(report(config, results, '--images', 1))
    kinds = [
        max(('good', 'jitter', 'inversion', 'swap', 'miss'), key=row.get)
        for row in numbers['keypoints']
    ]
    assert kinds == ['good', 'inversion', 'inversion', 'jitter', 'miss']
    assert numbers['people']['all'] == dict(
        people=2, match=1, duplicate=1, background=1, ignored=0, missed=1
    )
    assert numbers['people']['confident']['duplicate'] == 0
    # pixels by the longer side of the box, 100
    pcks = [row['PCK@0.1'] for row in numbers['keypoints']]
    assert pcks == [1, 0, 0, 1, 0]
    assert numbers['keypoints'][3]['PCK@0.05'] == 0
    similarity = numbers['keypoints'][3]['similarity']
    assert similarity == pytest.approx(np.exp(-(8**2) / 200))


def test_crowdpose_scores(report, tmp_path):
    file = clean_file(tmp_path, k=5, people=(3, 4, 2, 5))
    content = json.loads(file.read_text())
    for image, index in zip(content['images'], (0.1, 0.5, 0.2, 0.8)):
        image['crowdIndex'] = index
    for person in content['annotations']:
        person['num_keypoints'] = int(
            np.count_nonzero(person['keypoints'][2::3])
        )
    file.write_text(json.dumps(content))
    config = write_config(
        tmp_path / 'c.py',
        file,
        dataset=dict(metainfo=metainfo(5)),
        evaluator=dict(iou_type='keypoints_crowd', use_area=False),
    )
    results = write_json(
        tmp_path / 'r.json', predictions_of(content, noise=1.2)
    )
    text = report(config, results)
    coco = COCO(str(file))
    coco.anno_file = [str(file)] * 2
    evaluation = COCOeval(
        coco,
        coco.loadRes(results),
        'keypoints_crowd',
        np.full(5, 0.05),
        use_area=False,
    )
    evaluation.anno_file = [str(file)] * 2
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    found = numbers_of(text)['scores']
    names = [
        *('AP', 'AP .5', 'AP .75', 'AR', 'AR .5', 'AR .75'),
        *('AP(E)', 'AP(M)', 'AP(H)'),
    ]
    assert list(found) == names
    # the tool rounds the last three
    expected = evaluation.stats.tolist()
    assert list(found.values()) == pytest.approx(expected, abs=5e-5)
    assert len({*expected[6:]}) == 3
    assert f'{found["AP(H)"]:.3f}' in Page(text).words


def test_tags_are_read_where_the_keypoints_are():
    from higherhrnet_plugin.analysis.model_tags import tags_of_person
    from higherhrnet_plugin.datasets.transforms import BottomupAlignedResize

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


def test_whole_body_joins_its_lists(report, tmp_path):
    fields = dict(keypoints=17, foot_kpts=6, face_kpts=68, lefthand_kpts=21)
    fields['righthand_kpts'] = 21
    file = write_data_set(tmp_path, num_keypoints=133, fields=fields)
    content = json.loads(file.read_text())
    config = write_config(
        tmp_path / 'c.py',
        file,
        evaluator=dict(iou_type='keypoints_wholebody'),
    )
    config.write_text(
        config.read_text().replace(
            'BottomupCocoDataset', 'BottomupCocoWholeBodyDataset'
        )
    )
    records = predictions_of(content, noise=1, fields=fields)
    numbers = numbers_of(
        report(config, write_json(tmp_path / 'r.json', records))
    )
    from mmpose.registry import DATASETS

    kind = DATASETS.get('BottomupCocoWholeBodyDataset')
    coco = COCO(str(file))
    evaluation = COCOeval(
        coco,
        coco.loadRes(str(tmp_path / 'r.json')),
        'keypoints_wholebody',
        np.array(kind._load_metainfo()['sigmas']),
    )
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    expected = dict(zip(STATS, evaluation.stats.tolist()))
    assert 0 < expected['AP'] < 1
    assert numbers['scores']['AP'] == pytest.approx(expected['AP'])
    assert len(numbers['keypoints']) == 133
