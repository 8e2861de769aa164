"""report.py, as a user calls it."""

import json
import re
import runpy
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from data_sets import write_data_set
from helpers import write_json
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from own_data import clean_file, metainfo
from processes import run_tool
from report_data import (
    FOLDER,
    STATS,
    Page,
    numbers_of,
    predictions_of,
    write_config,
)
from small_configs import TINY, load_small

import higherhrnet_plugin  # noqa: F401
from higherhrnet_plugin.analysis import analyse_config
from higherhrnet_plugin.compat.coco_tools import COCO, COCOeval

BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')


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
    done = run_tool(
        'analysis_tools/report.py',
        root / 'config.py',
        root / 'results.json',
        '--out',
        root / 'report.html',
        '--num',
        2,
        '--checkpoint',
        root / 'model.pth',
        '--tag-images',
        3,
        '--log',
        root / 'run',
    )
    assert done.returncode == 0, done.stderr
    return root


def test_page_is_valid_and_complete(full):
    page = Page((full / 'report.html').read_text(encoding='utf-8'))
    assert len(page.ids) == len(set(page.ids))
    for name in (
        'summary',
        'groups',
        'curves',
        'keypoints',
        'errors',
        'tags',
        'training',
        'images',
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


def test_numbers_are_those_of_the_function(full):
    analysis = analyse_config(full / 'config.py', full / 'results.json')
    numbers = numbers_of((full / 'report.html').read_text('utf-8'))
    assert {*numbers} - {*analysis.to_dict()} == {'tags', 'images'}
    # beside what the options of the tool add
    del numbers['tags'], numbers['images']
    assert numbers == json.loads(json.dumps(analysis.to_dict()))


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
        'jitter',
        'inversion',
        'swap',
        'miss',
        'duplicate',
        'background',
        'missed people',
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
            browser,
            '--headless',
            '--no-sandbox',
            '--disable-gpu',
            '--enable-logging=stderr',
            '--hide-scrollbars',
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


def test_pictures_of_another_size(report, tmp_path):
    file = clean_file(tmp_path, k=5)
    for path in (file.parent / 'images').iterdir():
        picture = cv2.imread(str(path))
        cv2.imwrite(str(path), cv2.resize(picture, None, fx=0.5, fy=0.5))
    results = write_json(tmp_path / 'r.json', [])
    for annotated_on, grey in (('image', True), ('resized', False)):
        config = write_config(
            tmp_path / f'{annotated_on}.py',
            file,
            dataset=dict(metainfo=metainfo(5), annotated_on=annotated_on),
        )
        page = Page(report(config, results))
        words = [word for word in page.words if 'drawn in grey' in word]
        assert bool(words) == grey
        assert all('have another size' in word for word in words)


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
            'not a finite number',
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
def test_bad_predictions(report, tmp_path, capsys, content, words):
    file = clean_file(tmp_path, k=5)
    config = write_config(
        tmp_path / 'c.py', file, dataset=dict(metainfo=metainfo(5))
    )
    results = tmp_path / 'r.json'
    results.write_bytes(content)
    with pytest.raises(SystemExit, match=r'^2$'):
        report(config, results)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('error: ')
    assert re.search(words, line)


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


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        ('{"loss": 1', 'scalars.json, line 1'),
        ('', 'scalars.json is empty'),
        (None, 'has no */vis_data/scalars.json'),
    ],
)
def test_a_broken_log_is_named(full, report, tmp_path, capsys, content, words):
    file = tmp_path / 'run' / 'vis_data' / 'scalars.json'
    file.parent.mkdir(parents=True)
    if content is not None:
        file.write_text(content)
    with pytest.raises(SystemExit, match=r'^2$'):
        report(full / 'config.py', full / 'results.json', '--log', tmp_path)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize('name', [r'$\frac{$', '$a$', 'one $', r'\$b$'])
def test_names_are_no_formulas(report, tmp_path, name):
    file = clean_file(tmp_path, k=5)
    meta = metainfo(5)
    meta['keypoint_info'][0]['name'] = name
    config = write_config(tmp_path / 'c.py', file, dataset=dict(metainfo=meta))
    records = predictions_of(json.loads(file.read_text()))
    results = write_json(tmp_path / 'r.json', records)
    page = Page(report(config, results, '--num', 0))
    # two tables, two plots
    assert page.words.count(name) == 4
