"""Every tool reads every malformed file in the same way.

The table is ``CASES`` of ``malformed_files``: what is said, by whom it is
refused, and AP, ids and keypoints, which are worked out by hand.
"""

import argparse
import ast
import re
import runpy

import numpy as np
import pytest
from malformed_files import (
    CASES,
    NAMES,
    PEOPLE,
    TOOLS,
    K,
    changed,
    good_content,
    other_names,
    points_of,
    write_pictures,
)
from own_data import metainfo, predicted_sample
from processes import ROOT

from higherhrnet_plugin import BottomupCocoDataset, BottomupCocoMetric
from higherhrnet_plugin.analysis import analyse
from higherhrnet_plugin.analysis.checking.checks import check_settings
from higherhrnet_plugin.analysis.checking.settings import Settings
from higherhrnet_plugin.datasets.coco_repair import CocoOptions
from higherhrnet_plugin.datasets.datasets import bottomup_dataset
from higherhrnet_plugin.evaluation import bottomup_coco_metric
from higherhrnet_plugin.inference.annotation_ids import read_annotation_ids
from higherhrnet_plugin.inference.inputs import Source
from higherhrnet_plugin.structures.metainfo import parse_metainfo

META = metainfo(K)
SUBSET = runpy.run_path(
    str(ROOT / 'tools' / 'dataset_converters' / 'take_subset.py')
)
TRUTH = [points_of(corner) for corner, _ in PEOPLE]


@pytest.fixture
def said(monkeypatch):
    """Gather what is logged."""
    lines = []
    for module in (bottomup_dataset, bottomup_coco_metric):
        monkeypatch.setattr(
            module, 'print_log', lambda text, *args: lines.append(text)
        )
    return lines


def predictions(case):
    """Predict all people at their places."""
    return [
        dict(
            image_id=case.image_ids[image],
            category_id=case.category,
            score=0.9,
            keypoints=points,
        )
        for points, (_, image) in zip(TRUTH, PEOPLE)
    ]


def train(file, case, said):
    data_set = BottomupCocoDataset(
        ann_file=str(file),
        data_prefix=dict(img=str(file.parent / 'images')),
        metainfo=META,
        allow_nobody=False,
    )
    infos = [data_set.get_data_info(i) for i in range(len(data_set))]
    assert [i['img_id'] for i in infos] == list(case.image_ids)
    found = np.concatenate([i['keypoints'] for i in infos])
    np.testing.assert_array_equal(
        found, np.reshape(TRUTH, (-1, K, 3))[..., :2]
    )
    assert len(data_set[0]['keypoints']) == 2
    return said


def evaluate(file, case, said):
    metric = BottomupCocoMetric(str(file), nms_mode='none', score_mode='bbox')
    metric.dataset_meta = parse_metainfo(META)
    for number, image_id in enumerate(case.image_ids):
        points = [
            np.reshape(p, (K, 3))[:, :2]
            for p, (_, image) in zip(TRUTH, PEOPLE)
            if image == number
        ]
        info = dict(id=[], img_id=image_id)
        sample = predicted_sample(info, np.array(points), [0.9] * len(points))
        metric.process({}, [sample])
    assert metric.evaluate(2)['coco/AP'] == pytest.approx(case.ap)
    return said


def check(file, case, said):
    settings = Settings(K, file.parent / 'images', metainfo_names=tuple(NAMES))
    findings = check_settings(file, settings)
    if findings.failures:
        raise ValueError('\n'.join(findings.lines + findings.failures))
    assert findings.details['repairs']['totals']['labelled people'] == 3
    return findings.lines


def take_subset(file, case, said):
    args = argparse.Namespace(
        source=file, img_dir=None, num_keypoints=None, category=None
    )
    coco, report = SUBSET['read_repaired'](args)
    said += report.lines()
    if case.ap < 0:
        with pytest.raises(ValueError, match='only 0 images'):
            SUBSET['take_subset'](coco, 2, 1000)
        return said
    subset = SUBSET['take_subset'](coco, 2, 1000)
    assert [i['id'] for i in subset['images']] == list(case.image_ids)
    assert len(subset['annotations']) == 3
    assert {a['category_id'] for a in subset['annotations']} == {case.category}
    return said


def list_ids(file, case, said):
    sources = [
        Source(str(file.parent / 'images' / n), n, 'image')
        for n in ('0.png', '1.png')
    ]
    options = CocoOptions(K, missing_images='ignore', names=tuple(NAMES))
    found, category, report = read_annotation_ids(str(file), sources, options)
    assert [found[s.name]['id'] for s in sources] == list(case.image_ids)
    assert category == case.category
    return report.lines()


def report(file, case, said):
    analysis = analyse(str(file), predictions(case), META)
    assert analysis.scores['AP'] == pytest.approx(case.ap)
    return analysis.findings


CALLS = dict(
    zip(TOOLS, (train, evaluate, check, take_subset, list_ids, report))
)


@pytest.mark.parametrize('tool', TOOLS)
@pytest.mark.parametrize('name', CASES)
def test_a_tool_and_a_file(name, tool, tmp_path, said):
    case = CASES[name]
    write_pictures(tmp_path / 'images')
    file = tmp_path / 'people.json'
    file.write_bytes(changed(case))
    if tool in case.refused:
        with pytest.raises(ValueError, match=case.words) as raised:
            CALLS[tool](file, case, said)
        assert 'people.json' in str(raised.value)
        return
    text = '\n'.join(CALLS[tool](file, case, said))
    if case.words and tool not in case.silent:
        assert re.search(case.words, text), text
    else:
        assert 'repaired:' not in text
        assert 'dropped:' not in text


@pytest.mark.parametrize(
    ('rename', 'category_id', 'words'),
    [
        ('by_index', 1, r'repaired: all 3 predictions .* 1, taken as .* 2'),
        ('by_index', 2, ''),
        (None, 2, None),
    ],
)
def test_predictions_of_another_category(tmp_path, rename, category_id, words):
    case = CASES['person and mouse']
    content = good_content()
    case.change(content)
    other_names(content)
    records = [dict(r, category_id=category_id) for r in predictions(case)]
    if words is None:
        with pytest.raises(ValueError, match='names the keypoints'):
            analyse(content, records, META)
        return
    found = analyse(content, records, META, rename_keypoints=rename)
    assert found.scores['AP'] == pytest.approx(1)
    assert re.search(words, '\n'.join(found.findings))
    assert any('repaired' in line for line in found.findings) == bool(words)


def test_predictions_of_several_categories():
    """A model of two kinds: what is not evaluated does not count."""
    content = good_content()
    records = predictions(CASES['as it should be'])
    others = [dict(r, category_id=7, score=1.0) for r in records]
    found = analyse(content, records + others, META)
    assert found.scores['AP'] == pytest.approx(1)
    assert any('3 of 6 predictions' in line for line in found.findings)
    assert found.people['all']['missed'] == 0


def test_predictions_with_ids_in_text():
    """Their images are found by number; others are still refused."""
    records = predictions(CASES['as it should be'])
    words = ['1', '001', 2.0]
    content = good_content()
    texts = [dict(r, image_id=w) for r, w in zip(records, words)]
    found = analyse(content, texts, META)
    assert found.scores['AP'] == pytest.approx(1)
    assert any(
        re.search(r"repaired: `image_id` of 3 predictions.* \('1'\)", line)
        for line in found.findings
    )
    for wrong in ('7', 'one', True):
        with pytest.raises(ValueError, match=rf'\b{wrong}\b'):
            analyse(content, [dict(records[0], image_id=wrong)], META)


def is_alias(name):
    """Tell whether an import gives json another name."""
    return name.name == 'json' and name.asname not in (None, 'json')


def reads_annotations(tree):
    """Name calls that read JSON or a COCO file of a given path."""
    for node in ast.walk(tree):
        # under another name the calls below would not be seen
        if isinstance(node, ast.ImportFrom) and node.module == 'json':
            names = {alias.name for alias in node.names}
            yield from sorted(names & {'load', 'loads'})
        if isinstance(node, ast.Import):
            yield from (a.asname for a in node.names if is_alias(a))
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, 'attr', getattr(node.func, 'id', ''))
        on = getattr(getattr(node.func, 'value', None), 'id', '')
        if name == 'COCO' and (node.args or node.keywords):
            yield 'COCO'
        if name in ('load', 'loads') and on == 'json':
            yield f'json.{name}'


# Who else reads JSON, and why it is no second reader of annotations.
OTHER_JSON = {
    'higherhrnet_plugin/analysis/prediction_files.py': 'predictions',
    'higherhrnet_plugin/analysis/scalars.py': 'logs of a training',
    'higherhrnet_plugin/compat/coco_tools/coco.py': "xtcocotools' interface",
    'higherhrnet_plugin/codecs/decoding/person_scorer.py': 'its own file',
    'higherhrnet_plugin/doctor/environment.py': 'answers of its own process',
    'higherhrnet_plugin/inference/journal.py': 'what a run has noted',
    'higherhrnet_plugin/interchange/formats.py': 'which tool has written it',
    'higherhrnet_plugin/interchange/found_people.py': 'predictions',
    'higherhrnet_plugin/interchange/label_studio.py': 'labels of that tool',
    'higherhrnet_plugin/runtime/description.py': 'notes in exported files',
    'tools/benchmarks/_accuracy_results.py': 'results of the study',
    'tools/benchmarks/_accuracy_run.py': 'what a run has noted',
    'tools/benchmarks/accuracy.py': 'what a run has noted',
    'tools/benchmarks/gpu_parts/runs.py': 'logs of a training',
    'tools/demo.py': 'what a test has written',
    'tools/benchmarks/_evaluators.py': 'times the reading of other packages',
    'tools/benchmarks/all.py': 'results of benchmarks',
    'tools/analysis_tools/comparing/differences.py': 'notes in its own file',
    'tools/dataset_converters/synthetic_people/dataset_dir.py': (
        'what the tool itself has written'
    ),
}
READER = 'higherhrnet_plugin/datasets/coco_repair/reading.py'


@pytest.mark.parametrize(
    ('code', 'found'),
    [
        ('import json\njson.loads(text)', True),
        ('from json import loads\nloads(text)', True),
        ('import json as j\nj.load(file)', True),
        ('from pycocotools.coco import COCO\nCOCO(path)', True),
        ('import json\njson.dumps(content)', False),
        ('from pycocotools.coco import COCO\nCOCO()', False),
    ],
)
def test_a_second_reader_would_be_seen(code, found):
    assert any(reads_annotations(ast.parse(code))) == found


def test_there_is_one_reader():
    found = set()
    for folder in ('higherhrnet_plugin', 'tools'):
        for path in (ROOT / folder).rglob('*.py'):
            tree = ast.parse(path.read_text(encoding='utf-8'))
            name = path.relative_to(ROOT).as_posix()
            if any(reads_annotations(tree)) and 'tools/dev/' not in name:
                found.add(name)
    assert found == {READER, *OTHER_JSON}
