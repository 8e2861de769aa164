"""The benchmarks run, and stop where results differ."""

import importlib
import json
import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from data_sets import write_data_set
from inference_data import write_model
from mmengine.config import Config
from small_configs import ROOT, TINY

from higherhrnet_plugin.structures.people import People

FOLDER = str(ROOT / 'tools' / 'benchmarks')


@pytest.fixture
def load(monkeypatch):
    """Import a benchmark by name, as its own folder sees it."""
    monkeypatch.syspath_prepend(FOLDER)
    threads = torch.get_num_threads()
    before = set(sys.modules)
    yield importlib.import_module
    torch.set_num_threads(threads)
    for name in set(sys.modules) - before:
        if FOLDER in str(getattr(sys.modules[name], '__file__', None)):
            del sys.modules[name]


def rows_of(path):
    return {
        row['workload']: row for row in json.loads(path.read_text())['rows']
    }


@pytest.mark.slow
def test_losses(load, tmp_path, capsys):
    out = tmp_path / 'losses.json'
    losses = load('losses')
    losses.main(
        [
            '--rounds',
            '1',
            '--batch',
            '2',
            '--people',
            '1',
            '3',
            *('--out', str(out)),
        ]
    )
    rows = rows_of(out)
    assert set(rows) == {
        'tags, 2 images x 1',
        'tags, 2 images x 3',
        'heatmaps, 2 images',
    }
    for row in rows.values():
        assert set(row['peers']) == {'official', 'mmpose'}
        assert row['ours'] > 0
    assert 'peak memory' in rows['heatmaps, 2 images']['note']
    assert '| heatmaps, 2 images |' in capsys.readouterr().out


def test_losses_that_differ_are_not_reported(load, monkeypatch):
    losses = load('losses')
    right = losses.plain_heatmap_loss
    monkeypatch.setattr(
        losses, 'plain_heatmap_loss', lambda *maps: right(*maps) * 1.00001
    )
    with pytest.raises(SystemExit, match=r'error: not equal.*heatmaps'):
        losses.measure('heatmaps', losses.heatmap_case(1), 1)


def test_targets(load, tmp_path):
    out = tmp_path / 'targets.json'
    load('targets').main(
        ['--rounds', '1', '--people', '0', '2', '--out', str(out)]
    )
    rows = rows_of(out)
    assert set(rows) == {
        f'{n} people{what}'
        for n in (0, 2)
        for what in ('', ', left to the head', ', UDP')
    }


@pytest.mark.parametrize('function', ['plain_targets', 'plain_udp_targets'])
def test_targets_that_differ_are_not_reported(load, monkeypatch, function):
    targets = load('targets')
    right = getattr(targets, function)

    def moved(keypoints, *rest):
        return right(keypoints + 2, *rest)

    monkeypatch.setattr(targets, function, moved)
    with pytest.raises(SystemExit, match=r'error: not equal.*2 people'):
        targets.main(['--rounds', '1', '--people', '2'])


def test_pipeline(load, tmp_path, capsys):
    people = write_data_set(tmp_path, people=(2, 3, 1), size=(300, 200))
    out = tmp_path / 'pipeline.json'
    load('pipeline').main(
        [
            *('--rounds', '1', '--out', str(out), '--ann-file', str(people)),
            *('--img-dir', str(tmp_path / 'images'), '--workers', '1'),
        ]
    )
    rows = rows_of(out)
    assert set(rows) == {'ours', 'ours, left to the head'}
    text = capsys.readouterr().out
    assert 'largest difference' in text
    assert '1 workers, mmpose' in text


def test_pipelines_that_differ_are_not_reported(load, tmp_path, monkeypatch):
    people = write_data_set(tmp_path, people=(2,), size=(300, 200))
    pipeline = load('pipeline')
    infos = pipeline.load_infos(people, tmp_path / 'images', 9)
    pipelines = pipeline.make_pipelines()
    pipeline.check_content(infos, pipelines, 0)
    fix = pipeline.fix_randomness

    def turned(data, draw):
        is_ours = data.transforms[2].__class__.__name__ != 'RandomFlip'
        fix(data, dict(draw, turn=draw['turn'] + is_ours))

    monkeypatch.setattr(pipeline, 'fix_randomness', turned)
    with pytest.raises(SystemExit, match=r'error: not equal.*keypoints'):
        pipeline.check_content(infos, pipelines, 0)


def test_pipeline_needs_both_paths(load):
    with pytest.raises(SystemExit):
        load('pipeline').main(['--ann-file', 'people.json'])


@pytest.mark.parametrize(
    'name',
    [
        'all',
        'decode',
        'gpu',
        'losses',
        'memory',
        'network',
        'pipeline',
        'scaling',
        'targets',
    ],
)
def test_every_benchmark_explains_itself(load, capsys, name):
    with pytest.raises(SystemExit, match=r'^0$'):
        load(name).main(['--help'])
    assert '--out OUT' in capsys.readouterr().out


DECODE = ['--rounds', '1', '--people', '2', '--sizes', '64x64', '--no-extras']


def test_decode(load, tmp_path):
    out = tmp_path / 'decode.json'
    load('decode').main([*DECODE, '--out', str(out)])
    rows = rows_of(out)
    assert set(rows) == {
        f'{way} 64x64, 2 true, {tags} tags'
        for way in ('batch_decode', 'predict')
        for tags in (1, 2)
    }
    for row in rows.values():
        assert set(row['peers']) == {'official', 'mmpose'}


@pytest.mark.parametrize('name', ['plain_decode', 'plain_aggregate'])
def test_people_that_differ_are_not_reported(load, monkeypatch, name):
    ways = load('_decode_ways')
    right = getattr(ways, name)

    def wrong(*arguments):
        first, *rest = right(*arguments)
        return (first + 0.25, *rest)

    monkeypatch.setattr(ways, name, wrong)
    with pytest.raises(SystemExit, match=r'error: not equal.*official'):
        load('decode').main(DECODE)


def test_scaling(load, tmp_path):
    out = tmp_path / 'scaling.json'
    load('scaling').main(
        [
            '--rounds',
            '1',
            '--base-size',
            '64x64',
            '--base-people',
            '2',
            '--people',
            '0',
            '2',
            '--sizes',
            '64x64',
            '96x64',
            *('--keypoints', '17', '5', '--out', str(out)),
        ]
    )
    names = [
        '0 people',
        '2 people, 64x64 pixels, 17 keypoints',
        '96x64 pixels',
        '5 keypoints',
    ]
    rows = rows_of(out)
    assert list(rows) == names + [f'{name}, not enlarged' for name in names]
    # 17 channels at 64x64; heatmaps 16x16 and 32x32, tags 16x16, both ways
    cells = 64 * 64 + 2 * (16 * 16 * 2 + 32 * 32)
    assert f'at least {17 * 4 * cells / 1e6:.0f} MB' in rows[names[0]]['note']
    moved = load('scaling').moved_megabytes(
        load('scaling').make_ways(0, 1, (64, 64), 17)
    )
    assert moved == pytest.approx(17 * 4 * cells / 1e6)


def test_added_memory_is_the_peak_of_the_call(load):
    added_memory = load('_decode_memory').added_memory

    def run():
        np.ones(2**23)
        np.ones(2**22)

    # a peak before the call, which must not count
    np.ones(2**25)
    # 64 MiB, and up to 32 more where the system takes memory back late
    assert 60 < added_memory(run) < 110
    assert added_memory(lambda: None) < 16


NETWORK = ['--rounds', '1', '--size', '64']


def test_network(load, tmp_path):
    out = tmp_path / 'network.json'
    load('network').main([*NETWORK, '--out', str(out)])
    rows = rows_of(out)
    assert list(rows) == [
        'channels_last, 64x64',
        'bfloat16, 64x64',
        'channels_last, bfloat16, 64x64',
        'flip in one batch, 64x64',
    ]
    assert all(row['note'].endswith(' off') for row in rows.values())


def test_network_in_training(load, tmp_path):
    out = tmp_path / 'network.json'
    options = ['--size', '64', '96', '--train', '2']
    config = ['--config', str(ROOT / TINY)]
    load('network').main([*NETWORK, *options, *config, '--out', str(out)])
    rows = rows_of(out)
    # statistics of a training do not change what is tested next
    assert all(
        'training, channels_last, bfloat16, 2 of ' + size in rows
        for size in ('64x64', '96x96')
    )


def test_gradients_that_differ_are_not_reported(load, monkeypatch):
    network = load('network')
    right = network.training_pass

    def wrong(switch):
        run = right(switch)
        factor = 1.1 if switch.model.channels_last else 1
        return lambda images: run(images) * factor

    monkeypatch.setattr(network, 'training_pass', wrong)
    config = ['--config', str(ROOT / TINY), '--train', '1']
    with pytest.raises(SystemExit, match=r'not equal.*gradients, channels_la'):
        network.main([*NETWORK, *config])


def test_outputs_that_differ_are_not_reported(load, monkeypatch):
    network = load('network')
    right = network.make_switches

    def wrong(*arguments):
        switches = right(*arguments)
        run = switches['channels_last'].run
        switches['channels_last'] = switches['channels_last']._replace(
            run=lambda images: [maps * 1.001 for maps in run(images)]
        )
        return switches

    monkeypatch.setattr(network, 'make_switches', wrong)
    with pytest.raises(SystemExit, match=r'error: not equal.*channels_last'):
        network.main(NETWORK)


def test_distances_of_people_are_told(load):
    network = load('network')

    def people(*places, score=1.0):
        keypoints = np.empty((len(places), 17, 2), np.float32)
        keypoints[:] = np.reshape(places, (-1, 1, 1))
        scores = np.full(keypoints.shape[:2], score, np.float32)
        return network.People(
            keypoints, scores, scores[:, 0], scores > 0, scores
        )

    text = network.compare_people(
        [people(1), people(50, 5), people(9, score=0), people(1, 2)],
        [people(1), people(8, 50), people(0), people(1)],
    )
    assert 'people on 3 of 4 images' in text
    # distances 0, 0 and 3 in both directions
    assert '0 px (median), 4.2 (99 %), 4.2 (largest)' in text


def test_network_needs_sensible_options(load, tmp_path):
    for options in (
        ['--size', '40'],
        ['--images', str(tmp_path)],
        ['--train', '0'],
    ):
        with pytest.raises(SystemExit, match=r'^2$'):
            load('network').main(options)


def test_all_runs_the_rest_when_one_fails(load, tmp_path, monkeypatch, capsys):
    every = load('all')
    scripts = {
        'good': "print('| a table |'); open(sys.argv[3], 'w').write('[1]')",
        'bad': "sys.exit('error: not equal')",
    }
    for name, code in scripts.items():
        tmp_path.joinpath(f'{name}.py').write_text(f'import sys; {code}')
    monkeypatch.setattr(every, 'FOLDER', tmp_path)
    monkeypatch.setattr(
        every,
        'COMMANDS',
        {
            name: every.Command('--usual', '--quick')
            for name in ('bad', 'good')
        },
    )
    out = tmp_path / 'out'
    with pytest.raises(SystemExit, match=r'error: failed: bad$'):
        every.main(['--out', str(out)])
    assert '| a table |' in capsys.readouterr().out
    text = out.joinpath('benchmarks.md').read_text()
    assert '`python tools/benchmarks/good.py --usual`\n\n| a table |' in text
    assert json.loads((out / 'benchmarks.json').read_text()) == {'good': [1]}
    every.main(['--out', str(out), '--only', 'good'])


def test_all_runs_every_benchmark(load):
    scripts = {
        path.stem
        for path in (ROOT / 'tools' / 'benchmarks').glob('*.py')
        if not path.name.startswith('_')
    }
    # accuracy.py trains for hours, and tiles.py needs a trained network
    others = {'all', 'accuracy', 'tiles'}
    assert set(load('all').COMMANDS) == scripts - others


def write_squares(folder, number=13, side=64):
    """Write people into validation images that are squares."""
    path = write_data_set(folder, people=(1,) * number, size=(side, side))
    (folder / 'annotations').mkdir()
    path.rename(folder / 'annotations' / 'person_keypoints_val.json')
    (folder / 'images').rename(folder / 'val')


def test_mosaics_show_their_people(load, tmp_path):
    write_squares(tmp_path)
    source, folder = load('tiles').read_data(tmp_path)
    (mosaic,), content = load('_mosaics').compose(source, folder, 4, 0)
    assert mosaic.shape == (256, 256, 3)
    originals = [a for a in source['annotations'] if not a['iscrowd']]
    people = [a for a in content['annotations'] if not a['iscrowd']]
    assert len(originals) == len(people) == 13
    sizes = []
    for person in people:
        for row in originals:
            size = round((person['area'] / row['area']) ** 0.5)
            box = np.multiply(row['bbox'], size)
            corner = np.subtract(person['bbox'], box)[:2].round().astype(int)
            points = np.reshape(row['keypoints'], (-1, 3))
            labelled = points[:, 2] > 0
            moved = (points[:, :2] + 0.5) * size - 0.5 + corner
            found = np.reshape(person['keypoints'], (-1, 3))
            if not np.array_equal(found[:, 2], points[:, 2]):
                continue
            np.testing.assert_allclose(found[labelled, :2], moved[labelled])
            assert not found[~labelled].any()
            name = source['images'][row['image_id'] - 1]['file_name']
            picture = cv2.imread(str(folder / name))
            x, y = corner
            part = mosaic[y : y + size * 64, x : x + size * 64]
            expected = cv2.resize(picture, None, fx=size, fy=size)
            np.testing.assert_array_equal(part, expected)
            sizes.append(size)
    assert sorted(sizes) == [1] * 12 + [2]


def test_tiles(load, tmp_path, monkeypatch, capsys):
    write_squares(tmp_path)
    config, weights = write_model(tmp_path / 'model')
    tiles = load('tiles')
    monkeypatch.setattr(tiles, 'GRIDS', ((2, 0.25, True),))
    monkeypatch.setattr(tiles, 'WHOLE', (1, 2))
    out = tmp_path / 'tiles.json'
    words = [config, weights, str(tmp_path), '--mosaics', '1']
    tiles.main([*words, '--out', str(out)])
    ((*wholes, cut),) = json.loads(out.read_text())['tables']
    assert [row['inputs'] for row in wholes] == [1, 1]
    assert (cut['inputs'], cut['way']) == (
        9,
        'tiles, 1:2, overlap 0.25, whole',
    )
    assert cut['people found'] > 0


def test_evaluation(load, tmp_path, capsys):
    out = tmp_path / 'evaluation.json'
    load('evaluation').main(
        [
            '--rounds',
            '1',
            '--images',
            '20',
            '--compared',
            '10',
            *('--timed', 'coco', 'foot', '--out', str(out)),
        ]
    )
    assert set(rows_of(out)) == {'coco, 20 images', 'foot, 20 images'}
    table = capsys.readouterr().out
    assert '| Scores | ours |' in table
    assert '| wholebody, equal scores | 0 |' in table


def test_scores_that_differ_are_not_reported(load, tmp_path, monkeypatch):
    evaluators = load('_evaluators')
    evaluation = load('evaluation')
    monkeypatch.setattr(
        evaluation,
        'installed_peers',
        lambda: {
            'xtcocotools': lambda *given: evaluators.score_ours(*given) + 1e-9
        },
    )
    with pytest.raises(SystemExit, match=r'not equal.*scores of coco'):
        evaluation.score(tmp_path, 'coco', 10, 0)


GPU = ['--device', 'cpu', '--quick']


def parts_of(path):
    return json.loads(path.read_text())['parts']


def test_gpu_reports_every_part_that_ends(load, tmp_path, monkeypatch, capsys):
    gpu = load('gpu')

    def broken(bench):
        yield {'people': 1}
        raise ArithmeticError(f'on {bench.device}')

    monkeypatch.setitem(gpu.PARTS, 'decoding', broken)
    out = tmp_path / 'gpu.json'
    parts = ('decoding', 'targets', 'training')
    with pytest.raises(SystemExit, match=r'error: failed: decoding$'):
        gpu.main([*GPU, '--out', str(out), '--parts', *parts])
    found = parts_of(out)
    assert list(found) == list(parts)
    assert found['decoding']['rows'] == [{'people': 1}]
    assert 'ArithmeticError: on cpu' in found['decoding']['ended']
    assert all(row['same'] for row in found['targets']['rows'])
    steps = [row for row in found['training']['rows'] if 'note' not in row]
    assert {row['mode'] for row in steps} >= {
        'float32',
        'float32, channels_last',
        'float32, with_cp',
        'float32, targets on the device',
        'float32, 2 parts',
    }
    assert all(row['finite'] and row['images/s'] > 0 for row in steps)
    first = steps[0]['loss']
    for row in steps:
        if row['batch'] == 2:
            # another precision of the same steps
            assert row['loss'] == pytest.approx(first, rel=0.1), row
    assert '| people |' in capsys.readouterr().out


def test_gpu_ends_a_part_whose_time_is_over(load, tmp_path):
    out = tmp_path / 'gpu.json'
    load('gpu').main(
        [*GPU, '--out', str(out), '--parts', 'decoding', '--budget-s', '1e-9']
    )
    (part,) = parts_of(out).values()
    assert len(part['rows']) == 1
    assert part['ended'].startswith('stopped after')


@pytest.mark.slow
def test_gpu_runs_every_part_on_a_cpu(load, tmp_path):
    out = tmp_path / 'gpu.json'
    parts = ('precision', 'decoding', 'memory', 'inference', 'trainings')
    load('gpu').main([*GPU, '--out', str(out), '--parts', *parts])
    found = parts_of(out)
    assert all(part['ended'] == 'complete' for part in found.values())
    same, *_, half = found['precision']['rows']
    assert same['gradients apart'] < 1e-6
    assert 1e-3 < half['gradients apart'] < 0.5
    assert all(row['same'] for row in found['decoding']['rows'])
    (training,) = found['trainings']['rows']
    assert training['iterations'] == 4
    assert training['resumed at'] == 5


def test_gpu_notes_where_memory_is_too_small(load):
    row = {}
    with load('gpu_parts.common').out_of_memory(row):
        raise torch.cuda.OutOfMemoryError('too large')
    assert row == {'note': 'out of memory'}


def test_runtimes(load, tmp_path, capsys):
    pytest.importorskip('onnx', reason='ONNX files are not written')
    pytest.importorskip('onnxruntime', reason='ONNX files are not run')
    config, weights = write_model(tmp_path)
    out = tmp_path / 'runtimes.json'
    words = ['--rounds', '1', '--size', '64', '--threads', '1', '--config']
    words += [config, '--checkpoint', weights, '--kinds', 'onnxruntime']
    words += ['--images', str(tmp_path / 'images'), '--out', str(out)]
    load('runtimes').main(words)
    rows = rows_of(out)
    assert list(rows) == [
        'network, 64, 1 threads',
        '3 images to people, 1 threads',
    ]
    for row in rows.values():
        assert row['peers']['onnxruntime'] > 0
    note = rows['3 images to people, 1 threads']['note']
    assert 'onnxruntime: within 1 px on 3 of 3' in note
    assert 'bfloat16: within 1 px on' in note
    parts = capsys.readouterr().out.splitlines()[-1].split('|')
    assert parts[1:3] == [' onnxruntime ', ' 1 ']
    reading, network, decoding = map(float, parts[3:6])
    assert min(reading, network, decoding) > 0
    share = decoding / (reading + network + decoding)
    assert float(parts[6].strip(' %')) == pytest.approx(100 * share, abs=1)


def test_people_of_a_runtime_are_scored(load, tmp_path):
    describe = load('_runtime_people').describe_people
    points = np.stack(np.meshgrid(np.arange(17), [3.0]), -1) * 5
    corners = np.concatenate((points, np.full((1, 17, 1), 2)), 2)
    person = {
        'id': 1,
        'image_id': 7,
        'category_id': 1,
        'iscrowd': 0,
        'num_keypoints': 17,
        'keypoints': corners.ravel().tolist(),
        'area': 4000.0,
        'bbox': [0, 5, 80, 50],
    }
    image = {'id': 7, 'file_name': 'a.png', 'width': 90, 'height': 60}
    # of an image that is not asked for
    other = [dict(image, id=8, file_name='b.png'), dict(person, image_id=8)]
    content = {
        'images': [image, other[0]],
        'annotations': [person, dict(other[1], id=2)],
        'categories': [{'id': 1, 'name': 'person'}],
    }
    path = tmp_path / 'people.json'
    path.write_text(json.dumps(content))
    scores = np.full((1, 17), 0.9, np.float32)
    found = People(points, scores, scores[:, 0], scores > 0, scores[:, :1])
    dataset = {'dataset': {}}
    args = SimpleNamespace(
        ann_file=path,
        files=[tmp_path / 'a.png'],
        cfg=Config({'test_dataloader': dataset}),
    )
    # far enough to be wrong in half of the thresholds or more
    moved = found._replace(keypoints=points + 12)
    assert describe('x', [found], [found], args) == (
        'x: within 1 px on 1 of 1, AP 1.0000'
    )
    text, _, value = describe('x', [moved], [found], args).partition(', AP ')
    assert text == 'x: within 1 px on 0 of 1'
    assert float(value) < 0.5


@pytest.mark.slow
def test_memory(load, tmp_path, capsys):
    out = tmp_path / 'memory.json'
    load('memory').main(['--quick', '--out', str(out)])
    plain, saving, test = json.loads(out.read_text())['rows']
    # a network of this size and maps of 64x64 inputs
    assert 0.5 < plain['weights, GiB'] * 2**10 < 100
    assert 1 < plain['a step, GiB'] * 2**10 < 500
    assert saving['mode'] == 'float32, with_cp'
    assert test['what'] == 'test with flip'
    assert '| training |' in capsys.readouterr().out
