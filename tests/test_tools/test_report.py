"""report.py, as a user calls it."""

import json
import re
import runpy
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from data_sets import write_data_set
from helpers import write_json
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from own_data import clean_file, metainfo
from small_configs import ROOT, TINY, load_small
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

import higherhrnet_plugin  # noqa: F401

FOLDER = ROOT / 'tools' / 'analysis'
VOID = {'br', 'img', 'link', 'meta', 'hr', 'input'}
BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')
STATS = [
    *('AP', 'AP .5', 'AP .75', 'AP (M)', 'AP (L)'),
    *('AR', 'AR .5', 'AR .75', 'AR (M)', 'AR (L)'),
]


class Page(HTMLParser):
    """Check tags and gather what a page refers to."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.words = [], [], [], []
        self.tags = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        for name, value in attrs:
            if name == 'id':
                self.ids.append(value)
            elif name.split(':')[-1] in ('src', 'href', 'data', 'srcset'):
                self.links.append(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {'style', 'script'} & set(self.open):
            self.words.append(data.strip())


def numbers_of(text):
    """Read the numbers that the page holds for programs."""
    found = re.search(r'id="numbers">(.*?)</script>', text, re.DOTALL)
    return json.loads(found[1])


def predictions_of(
    content, noise=2.0, drop=0.0, seed=0, fields=('keypoints',)
):
    """Move the labelled people a little, and leave some out."""
    rng = np.random.default_rng(seed)
    records = []
    for person in content['annotations']:
        if person['iscrowd'] or rng.random() < drop:
            continue
        record = dict(
            image_id=person['image_id'],
            category_id=1,
            score=float(rng.uniform(0.2, 1)),
        )
        for field in fields:
            points = np.reshape(person[field], (-1, 3)).astype(float)
            points[:, :2] += rng.normal(0, noise, points[:, :2].shape)
            points[:, 2] = rng.uniform(0.1, 1, len(points))
            record[field] = points.reshape(-1).tolist()
        records.append(record)
    return records


def write_config(path, annotations, **options):
    """Write what a report needs of a config."""
    data = dict(
        type='BottomupCocoDataset',
        data_root=str(annotations.parent),
        ann_file=annotations.name,
        data_prefix=dict(img='images/'),
        pipeline=[],
        **options.pop('dataset', {}),
    )
    evaluator = dict(type='CocoMetric', **options.pop('evaluator', {}))
    path.write_text(
        f'test_dataloader = dict(dataset={data!r})\n'
        f'test_evaluator = {evaluator!r}\n'
        "default_scope = 'mmpose'\n"
    )
    return path


@pytest.fixture
def report(monkeypatch, tmp_path):
    """Call the tool within this process."""
    monkeypatch.syspath_prepend(str(FOLDER))

    def call(*args):
        out = tmp_path / 'report.html'
        words = ['report.py', *map(str, args), '--out', str(out)]
        monkeypatch.setattr(sys, 'argv', words)
        runpy.run_path(str(FOLDER / 'report.py'), run_name='__main__')
        return out.read_text(encoding='utf-8')

    return call


@pytest.fixture(scope='module')
def full(tmp_path_factory):
    """A page with all sections, made by the command line."""
    root = tmp_path_factory.mktemp('full')
    file = clean_file(root, people=(0, 1, 4, 6, 2))
    cfg = load_small(TINY, file, root / 'work')
    init_default_scope('mmpose')
    model = MODELS.build(cfg.model)
    torch.save({'state_dict': model.state_dict()}, root / 'model.pth')
    cfg.dump(root / 'config.py')
    predictions = predictions_of(json.loads(file.read_text()), drop=0.2)
    write_json(root / 'results.json', predictions)
    logs = root / 'run' / 'now' / 'vis_data'
    logs.mkdir(parents=True)
    rows = [dict(loss=2 / i, loss_pull=1 / i, step=i) for i in range(1, 9)]
    rows.append({'coco/AP': 0.5125, 'coco/AP (M)': -1, 'step': 1})
    (logs / 'scalars.json').write_text('\n'.join(map(json.dumps, rows)))
    done = subprocess.run(
        [
            *(sys.executable, str(FOLDER / 'report.py')),
            *(str(root / 'config.py'), str(root / 'results.json')),
            *('--out', str(root / 'report.html'), '--images', '2'),
            *('--checkpoint', str(root / 'model.pth'), '--tag-images', '3'),
            *('--log', str(root / 'run')),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return root


def test_page_is_valid_and_complete(full):
    page = Page((full / 'report.html').read_text(encoding='utf-8'))
    assert len(page.ids) == len(set(page.ids))
    for name in (
        *('summary', 'groups', 'curves', 'keypoints', 'errors'),
        *('tags', 'training', 'images'),
    ):
        assert name in page.ids
    heads = [tag for tag, _ in page.tags if tag == 'h2']
    assert len(heads) == 8
    assert len([tag for tag, _ in page.tags if tag == 'svg']) == 9
    # worst and best, two pictures each; every image shows its alt text
    images = [attrs for tag, attrs in page.tags if tag == 'img']
    assert len(images) == 8
    assert all(image['alt'] for image in images)
    assert '0.512' in page.words


def test_page_is_self_contained(full):
    text = (full / 'report.html').read_text(encoding='utf-8')
    page = Page(text)
    for link in page.links:
        assert link.startswith(('data:', '#')), link
        assert link[1:] in page.ids or link.startswith('data:')
    for target in re.findall(r'url\(([^)]*)\)', text):
        assert target.strip('\'"')[0] == '#'
    assert '@import' not in text
    kinds = [a.get('type') for tag, a in page.tags if tag == 'script']
    assert kinds == ['application/json']


def test_scores_equal_the_tool(full):
    coco = COCO(str(full / 'people.json'))
    found = coco.loadRes(str(full / 'results.json'))
    evaluation = COCOeval(coco, found, 'keypoints')
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    text = (full / 'report.html').read_text(encoding='utf-8')
    numbers = numbers_of(text)
    expected = dict(zip(STATS, evaluation.stats.tolist()))
    assert numbers['scores'] == pytest.approx(expected, abs=1e-12)
    assert 0.1 < expected['AP'] < 0.9
    words = Page(text).words
    for name in ('AP', 'AP .5', 'AP .75', 'AP (M)', 'AR'):
        assert f'{expected[name]:.3f}' in words


def test_counts_are_those_of_the_predictions(full):
    numbers = numbers_of((full / 'report.html').read_text('utf-8'))
    content = json.loads((full / 'people.json').read_text())
    results = json.loads((full / 'results.json').read_text())
    people = [a for a in content['annotations'] if not a['iscrowd']]
    counts = numbers['people']['all']
    assert counts['people'] == len(people) == 13
    kinds = ('match', 'duplicate', 'background', 'ignored')
    assert sum(counts[kind] for kind in kinds) == len(results) < len(people)
    assert counts['missed'] == len(people) - counts['match'] > 0
    for row in numbers['keypoints']:
        shares = [row[k] for k in ('good', 'jitter', 'inversion', 'swap')]
        assert sum(shares) + row['miss'] == pytest.approx(1)
    assert {*numbers['headroom']} == {
        *('jitter', 'inversion', 'swap', 'miss'),
        *('duplicate', 'background', 'missed people'),
    }
    # of the images with 6, 4 and 2 people
    assert numbers['tags']['between people']['number'] == 15 + 6 + 1
    worst, best = (numbers['images'][n] for n in ('worst', 'best'))
    values = [image['quality'] for image in worst + best[::-1]]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 1


@pytest.mark.parametrize('width', [400, 1200])
def test_browser_shows_the_page(full, tmp_path, width):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f'none of {", ".join(BROWSERS)} is installed')
    shot = tmp_path / 'shot.png'
    done = subprocess.run(
        [
            *(browser, '--headless', '--no-sandbox', '--disable-gpu'),
            *('--enable-logging=stderr', '--hide-scrollbars'),
            f'--user-data-dir={tmp_path / "profile"}',
            f'--window-size={width},1400',
            f'--screenshot={shot}',
            (full / 'report.html').as_uri(),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 'CONSOLE' not in done.stderr, done.stderr
    picture = cv2.imread(str(shot))
    assert picture is not None, done.stderr
    # more than an empty page
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50


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


def test_nothing_predicted(report, tmp_path):
    file = clean_file(tmp_path, k=5)
    config = write_config(
        tmp_path / 'c.py', file, dataset=dict(metainfo=metainfo(5))
    )
    results = write_json(tmp_path / 'r.json', [])
    text = report(config, results)
    page = Page(text)
    numbers = numbers_of(text)
    assert numbers['scores']['AP'] == 0
    assert numbers['people']['all']['missed'] == 7
    assert numbers['keypoints'][0]['similarity'] is None
    assert any('nothing was predicted' in word for word in page.words)


def test_no_pictures_and_nobody_there(report, tmp_path):
    file = write_data_set(tmp_path, num_keypoints=5, people=(0, 0))
    config = write_config(
        tmp_path / 'c.py', file, dataset=dict(metainfo=metainfo(5))
    )
    record = dict(image_id=1, category_id=1, keypoints=[1.0] * 15, score=1)
    results = write_json(tmp_path / 'r.json', [record])
    numbers = numbers_of(report(config, results))
    assert numbers['scores']['AP'] == -1
    assert numbers['headroom'] == {}

    file = clean_file(tmp_path / 'b', k=5)
    shutil.rmtree(tmp_path / 'b' / 'images')
    page = Page(report(config, results, '--ann-file', file, '--img-dir', 'no'))
    assert any('drawn in grey' in word for word in page.words)


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


def test_tags_are_read_where_the_keypoints_are(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    from report_page.tags import _at_keypoints

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
        tags = _at_keypoints(
            [own, shared],
            SimpleNamespace(**sample),
            SimpleNamespace(truth=truth),
            person,
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


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        pytest.param(b'\x80\x04\x95', 'outfile_prefix', id='pickle'),
        pytest.param(b'{}', 'list of COCO results', id='no-list'),
        pytest.param(b'[{"image_id": 1}]', 'keypoints', id='no-keypoints'),
        pytest.param(
            b'[{"image_id": 1, "category_id": 1, "score": 1, '
            b'"keypoints": [1, 2, 3]}]',
            'record 0 has 1 keypoints',
            id='other-keypoints',
        ),
        pytest.param(
            b'[{"image_id": 1, "category_id": 1, "score": NaN, "keypoints": '
            b'[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}]',
            'no number',
            id='nan',
        ),
        pytest.param(
            b'[{"image_id": 99, "category_id": 1, "score": 1, "keypoints": '
            b'[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}]',
            '99',
            id='unknown-image',
        ),
    ],
)
def test_bad_predictions(report, tmp_path, content, words):
    file = clean_file(tmp_path, k=5)
    config = write_config(
        tmp_path / 'c.py', file, dataset=dict(metainfo=metainfo(5))
    )
    results = tmp_path / 'r.json'
    results.write_bytes(content)
    with pytest.raises(SystemExit, match=words):
        report(config, results)


def test_names_are_escaped(report, tmp_path):
    file = clean_file(tmp_path, k=5)
    meta = metainfo(5)
    meta['keypoint_info'][0]['name'] = '<b>&"nose'
    config = write_config(tmp_path / 'c.py', file, dataset=dict(metainfo=meta))
    records = predictions_of(json.loads(file.read_text()))
    results = write_json(tmp_path / 'r.json', records)
    text = report(config, results, '--title', '</title><i>')
    page = Page(text)
    assert '<b>&"nose' in page.words
    assert '</title><i>' in page.words
    assert numbers_of(text)['keypoints'][0]['keypoint'] == '<b>&"nose'
