"""The study of accuracy: scores, pairs, the rule, and going on."""

import importlib
import json
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, MODELS
from resampled_people import SIGMAS, coco_ap, make_crowd, repeated
from small_configs import ROOT

FOLDER = str(ROOT / 'tools' / 'benchmarks')
NAMES = (
    'arms',
    'config',
    'labels',
    'page',
    'pool',
    'results',
    'run',
    'scores',
    'tables',
)


@pytest.fixture(scope='module')
def study():
    """The modules of the study, by their names."""
    sys.path.insert(0, FOLDER)
    before = set(sys.modules)
    threads = torch.get_num_threads()
    found = {n: importlib.import_module(f'_accuracy_{n}') for n in NAMES}
    yield {**found, 'main': importlib.import_module('accuracy')}
    torch.set_num_threads(threads)
    sys.path.remove(FOLDER)
    for name in set(sys.modules) - before:
        if FOLDER in str(getattr(sys.modules[name], '__file__', None)):
            del sys.modules[name]


@pytest.fixture(scope='module')
def crowd():
    """Annotations and predictions."""
    return make_crowd()


def test_scores_of_parts_and_their_resamples(study, crowd):
    scores = study['scores']
    found = scores.score_run(*crowd, SIGMAS, resamples=4)
    assert set(found) == {'all', *scores.SIDES, *scores.CROWDING}
    index = scores.crowding_of(crowd[0])
    assert index[0] == 0
    weights = scores.resample_weights(8, 4)
    assert (weights.sum(axis=1) == 8).all()
    whole = coco_ap(*crowd, {'all': (0.0, 1e10)})
    assert found['all']['ap'] == pytest.approx(whole)
    assert found['all']['people'] == len(crowd[0]['annotations'])
    split = [found[name]['people'] for name in scores.CROWDING]
    assert sum(split) == found['all']['people']
    assert max(split) < sum(split)
    for name, (low, high) in scores.CROWDING.items():
        inside = (index >= low) & (index < high)
        assert found[name]['images'] == inside.sum()
        aps = scores.unpack(found[name]['resampled'])
        for ap, drawn in zip(aps, weights):
            part = repeated(*crowd, drawn * inside)
            if part[0]['annotations']:
                expected = coco_ap(*part, {'all': (0.0, 1e10)})
                assert ap == pytest.approx(expected, abs=1e-4)


def test_predictions_and_people_may_be_missing(study, crowd):
    scores = study['scores']
    assert scores.score_run(crowd[0], [], SIGMAS, 2)['all']['ap'] == 0
    nobody = dict(crowd[0], annotations=[])
    found = scores.score_run(nobody, crowd[1], SIGMAS, 2)['all']
    assert np.isnan(found['ap'])
    assert found['people'] == 0


def test_packing_keeps_four_digits(study):
    values = np.random.default_rng(0).random(1000)
    text = study['scores'].pack(values)
    assert len(text) < 3000
    assert np.abs(study['scores'].unpack(text) - values).max() <= 0.5001e-4


def record(study, arm, seed, ap, resampled):
    """Write a record with the same score in every part."""
    part = dict(
        ap=ap,
        people=9,
        images=3,
        resampled=study['scores'].pack(resampled),
    )
    return dict(
        arm=arm,
        seed=seed,
        trained=True,
        iterations=3,
        train_s=60.0,
        test_s=12.0,
        losses={},
        side_by_side=2,
        machine=dict(gpu='none', processor='P', torch='2'),
        scores=dict.fromkeys(study['tables'].PARTS, part),
    )


RULE = {
    # values of two seeds minus 0.5, spread of the bootstrap
    'gain': ([0.02, 0.01], 0.005),
    'loss': ([-0.02, -0.01], 0.005),
    'signs differ': ([0.04, -0.001], 0.005),
    'interval holds 0': ([0.02, 0.01], 0.05),
    'a tie': ([0.04, 0.0], 0.005),
    'one seed': ([0.02], 0.005),
}


@pytest.mark.parametrize('case', RULE)
def test_the_rule(study, case):
    values, spread = RULE[case]
    rng = np.random.default_rng(1)
    shared = rng.normal(0.5, 0.1, 1000)
    runs = {'a': {}, 'b': {}}
    noises = []
    for seed, value in enumerate(values):
        noise = rng.normal(0, spread, 1000)
        noises.append(100 * (value + noise))
        b = record(study, 'b', seed, 0.5, shared)
        a = record(study, 'a', seed, 0.5 + value, shared + value + noise)
        runs['a'][seed], runs['b'][seed] = a, b
    # a run without a partner
    runs['b'][7] = record(study, 'b', 7, 0.9, shared)
    found = study['tables'].difference(runs, 'a', 'b')
    assert found.seeds == list(range(len(values)))
    assert found.values == pytest.approx(100 * np.array(values))
    # what both share is gone; else the interval would be +-20 wide
    pooled = np.sort(np.mean(noises, axis=0))
    assert found.interval == pytest.approx(pooled[[25, 974]], abs=0.02)
    expected = case if case in ('gain', 'loss') else 'not shown'
    assert found.verdict == expected
    assert study['tables'].difference(runs, 'a', 'c') is None


def two_arms(study):
    """An arm, one that tests its weights, and one that builds on it."""
    arm = study['arms'].Arm
    return {
        'plain': arm('first', {}, paper=(60.0, 50.0)),
        'other': arm('second', {}, base='plain', weights_of='plain'),
        'third': arm('third', {}, base='other', paper=(61.0, 52.5)),
    }


def test_the_paper_is_told_where_it_compares(study):
    values = np.linspace(0.2, 0.3, 1000)
    arms = two_arms(study)
    runs = {name: {0: record(study, name, 0, 0.25, values)} for name in arms}
    tables = study['tables'].ap_table, study['tables'].difference_table
    for write in tables:
        assert "Paper's AP(M)" in write(runs, arms)
        # of one arm alone there is nothing to compare
        del arms['third']
        text = write(runs, arms)
        assert 'Paper' not in text
        assert len({line.count('|') for line in text.splitlines()}) == 1
        arms = two_arms(study)


STUB = """
import json, pathlib, sys
arm, seed, data, folder, protocol, *start = sys.argv[1:]
folder = pathlib.Path(folder)
calls = folder.parents[1] / 'calls.txt'
with calls.open('a') as file:
    file.write(f'{arm}-{seed}{"".join(start)} ')
if f'{arm}-{seed}' == pathlib.Path(data, 'fails').read_text():
    sys.exit('broken')
for tested in {'plain': ['plain', 'other'], 'third': ['third']}[arm]:
    text = pathlib.Path(data, 'record.json').read_text()
    record = dict(json.loads(text), arm=tested, seed=int(seed))
    record['trained'] = arm == tested
    (folder / f'{tested}.record.json').write_text(json.dumps(record))
"""


@pytest.fixture
def stub(study, tmp_path, monkeypatch):
    """Let runs leave a made-up record, and return the command line."""
    data, script = tmp_path / 'data', tmp_path / 'stub.py'
    data.mkdir()
    (data / 'dataset.json').write_text('{"seed": 3, "people": "hard"}')
    (data / 'fails').write_text('none')
    (data / 'annotations').mkdir()
    (data / study['arms'].VAL_FILE).write_text('{}')
    made = record(study, '', 0, 0.25, np.linspace(0.2, 0.3, 1000))
    (data / 'record.json').write_text(json.dumps(made))
    script.write_text(STUB)
    main = study['main']
    monkeypatch.setattr(main, 'RUN', script)
    mark, end = study['page'].START.format('hard'), study['page'].END
    (tmp_path / 'page.md').write_text(f'above\n{mark}\n{end}\nend')
    arms = two_arms(study)
    monkeypatch.setattr(main, 'ARMS', arms)

    def start(*more):
        results = tmp_path / 'results.json'
        main.main(
            [
                *(str(data), '--work-dir', str(tmp_path / 'work')),
                *('--results', str(results), '--seeds', '0', '1'),
                *('--arms', *arms, '--jobs', '2'),
                *('--page', str(tmp_path / 'page.md'), *more),
            ],
            arms,
        )
        return results

    return start


def calls_of(folder):
    return (folder / 'work' / 'calls.txt').read_text().split()


def test_a_study_goes_on_and_repeats_nothing(stub, study, tmp_path, capsys):
    (tmp_path / 'data' / 'fails').write_text('third-1')
    with pytest.raises(SystemExit, match='error: failed: third, seed 1'):
        stub()
    assert sorted(calls_of(tmp_path)) == [
        *('plain-0', 'plain-1', 'third-0', 'third-1'),
    ]
    runs = json.loads((tmp_path / 'results.json').read_text())['runs']
    assert sorted(runs) == [
        *('other-0', 'other-1', 'plain-0', 'plain-1', 'third-0'),
    ]
    (tmp_path / 'data' / 'fails').write_text('none')
    # one that was finished when the study was stopped
    results = tmp_path / 'results.json'
    content = json.loads(results.read_text())
    del content['runs']['plain-1']
    results.write_text(json.dumps(content))
    stub()
    assert calls_of(tmp_path)[4:] == ['third-1']
    # a way to test that nobody asked for is no reason to train again
    content = json.loads(results.read_text())
    del content['runs']['other-0'], content['runs']['other-1']
    results.write_text(json.dumps(content))
    for path in (tmp_path / 'work').glob('hard/plain-?/*.json'):
        path.unlink()
    stub('--arms', 'plain', 'third')
    assert len(calls_of(tmp_path)) == 5
    stub('--seeds', '0', '1', '2')
    assert sorted(calls_of(tmp_path)[5:7]) == ['plain-0', 'plain-1']
    assert sorted(calls_of(tmp_path)[7:]) == ['plain-2', 'third-2']
    text = (tmp_path / 'page.md').read_text()
    assert text.startswith('above\n')
    assert text.endswith('\nend')
    assert '| third | 3 | 25.0 (25.0 to 25.0) |' in text
    assert '| second | first | +0.00 | +0.00 to +0.00 |' in text
    assert '| P, 2 side by side, torch 2 | 6 | 0.1 |' in text
    assert (tmp_path / 'page_hard.png').read_bytes().startswith(b'\x89PNG')
    # without data it only writes
    main = study['main']
    capsys.readouterr()
    arms = two_arms(study)
    main.main(['--results', str(results), '--arms', *arms], arms)
    assert '| third | 3 |' in capsys.readouterr().out
    # what an arm is compared with is shown, too
    main.main(['--results', str(results), '--arms', 'third'], arms)
    text = capsys.readouterr().out
    assert '| third | second |' in text
    assert '| second | first |' in text


def test_no_run_starts_that_would_end_too_late(stub, tmp_path, capsys):
    stub('--budget-s', '0.05', '--jobs', '1')
    assert calls_of(tmp_path) == ['plain-0']
    assert 'left for another time' in capsys.readouterr().out


def test_arms_may_start_from_weights(stub, study, tmp_path, capsys):
    (tmp_path / 'data' / 'dataset.json').write_text('{"seed": 3}')
    weights = tmp_path / 'w.pth'
    weights.write_bytes(b'weights')
    page = tmp_path / 'page.md'
    page.write_text(page.read_text().replace('hard', 'continued'))
    with pytest.raises(SystemExit):
        stub('--protocol', 'continued')
    assert '--protocol continued needs --start' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        stub('--protocol', 'usual', '--start', str(weights))
    assert '--protocol usual does not go with --start' in (
        capsys.readouterr().err
    )
    start = ('--protocol', 'continued', '--start', str(weights))
    results = stub(*start)
    assert f'plain-0{weights}' in calls_of(tmp_path)
    assert (tmp_path / 'work/continued/plain-0').is_dir()
    assert (tmp_path / 'page_continued.png').is_file()
    # of other weights they are other runs
    weights.write_bytes(b'others')
    with pytest.raises(SystemExit, match='start_sha256'):
        stub(*start)
    weights.unlink()
    with pytest.raises(SystemExit, match=r'error: .*w\.pth'):
        stub(*start)
    stored = json.loads(results.read_text())
    stored['protocol']['version'] = 0
    results.write_text(json.dumps(stored))
    with pytest.raises(SystemExit, match='holds runs with protocol'):
        study['main'].main(['--results', str(results)])


def test_people_are_those_of_the_data_set(stub):
    with pytest.raises(SystemExit, match='not made with --people usual'):
        stub('--protocol', 'usual')


def test_runs_of_another_protocol_are_not_mixed_in(stub, study, tmp_path):
    results = stub()
    options = tmp_path / 'data' / 'dataset.json'
    options.write_text('{"seed": 4, "people": "hard"}')
    with pytest.raises(SystemExit, match=r'data .*3.*, not .*4.*--results'):
        stub()
    options.write_text('{"seed": 3, "people": "hard"}')
    (tmp_path / 'data' / study['arms'].VAL_FILE).write_text('{ }')
    with pytest.raises(SystemExit, match='holds runs with data'):
        stub()
    read, make = study['results'].read_results, study['results'].Results
    shared = json.loads(results.read_text())['data']
    other = make(tmp_path / 'other.json', study['arms'].PROTOCOL, shared)
    other.merge(read(results))
    assert len(read(tmp_path / 'other.json').runs) == 6
    foreign = make(tmp_path / 'new.json', {'version': 0}, {'seed': 3})
    with pytest.raises(ValueError, match='holds runs with'):
        foreign.merge(other)


def test_the_last_seed_gives_way_where_all_are_too_slow(
    study, tmp_path, monkeypatch
):
    pool = study['pool']
    monkeypatch.setattr(pool, 'LOOK_S', 0.2)
    monkeypatch.setattr(pool, 'RESERVE_S', 0.0)
    # 0.1 s a step; seed 1 only counts
    code = (
        'import sys, time, pathlib\n'
        'for i in range({0}):\n'
        '    time.sleep(0.1)\n'
        '    pathlib.Path(sys.argv[1]).write_text(str(i + 1))\n'
    )
    jobs = []
    for seed, steps in ((0, 18), (1, 1000)):
        folder = tmp_path / str(seed)
        path = str(folder / pool.PROGRESS)
        command = [sys.executable, '-c', code.format(steps), path]
        jobs.append(pool.Job('a', seed, folder, command, 40))
    ended = []
    begun = time.monotonic()
    pool.Pool(jobs, 2, 'cpu', budget_s=2.5).run(
        lambda job: ended.append(job.seed), pause_s=0.05
    )
    assert ended == [0]
    assert time.monotonic() - begun < 60
    assert jobs[1].process.returncode


# what stands in the repository: page, protocol, arms
PAGES = [
    ('ablation', 'hard', 'ABLATION'),
    ('ablation', 'usual', 'ABLATION'),
    ('recipes', 'usual', 'SWITCHES'),
    ('recipes', 'continued', 'SWITCHES'),
    ('recipes', 'hard', 'SWITCHES'),
]


@pytest.mark.parametrize(('page', 'protocol', 'asked'), PAGES)
def test_pages_are_what_the_command_writes(study, page, protocol, asked):
    arms, writer = study['arms'], study['page']
    results = ROOT / 'docs' / f'accuracy_{protocol}.json'
    found = study['results'].read_results(results)
    study['results'].Results(found.path, arms.PROTOCOLS[protocol], found.data)
    runs = found.by_arm()
    ablation = {**arms.ABLATION, **arms.LABELLED}
    asked = ablation if asked == 'ABLATION' else arms.make_switches()
    names = [name for name in asked if name in runs]
    shown = study['main'].with_bases(names, arms.ARMS)
    tables = writer.report(runs, shown, None, protocol)
    text = (ROOT / 'docs' / f'{page}.md').read_text()
    start = writer.START.format(protocol)
    assert f'{start}\n\n{tables}\n\n{writer.END}' in text


def test_arms_that_need_no_training(study):
    arms = study['arms']
    assert arms.trained(['aggregate', 'plain'], arms.ARMS) == [
        *('plain', 'concat'),
    ]
    assert arms.tested_with('concat', arms.ARMS) == [
        *('concat', 'aggregate', 'concat-labels', 'aggregate-labels'),
    ]
    for name, arm in arms.ARMS.items():
        assert arm.base is None or arm.base in arms.ARMS
        if arm.weights_of:
            own = dict(arms.ARMS[arm.weights_of].options)
            changed = {k for k, v in arm.options.items() if own.get(k) != v}
            assert changed or arm.labelled, name
            assert all('.decoder.' in key for key in changed), name


@pytest.fixture(scope='module')
def hard_people(tmp_path_factory):
    """A data set of six and three images of hard people."""
    out = tmp_path_factory.mktemp('hard') / 'data'
    tool = ROOT / 'tools/dataset_converters/make_synthetic_people.py'
    subprocess.run(
        [
            *(sys.executable, tool, out, '--people', 'hard', '--workers', '1'),
            *('--num-train', '6', '--num-val', '3'),
        ],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return out


SMALL = {'iterations': 2, 'batch_size': 2, 'input_size': 64, 'sigma': 1.0}


def test_a_run_trains_once_and_tests_in_all_ways(study, hard_people, tmp_path):
    run = study['run']
    # so that there is somebody to compare, after two steps
    weak = {'model.head.decoder.score_thr': 0.0}
    arms = {
        name: arm._replace(options={**arm.options, **weak})
        for name, arm in study['arms'].ARMS.items()
    }
    protocol = {**study['arms'].PROTOCOL, **SMALL}
    init_default_scope('mmpose')
    run.run('concat', 3, hard_people, tmp_path, arms, protocol)
    assert (tmp_path / study['pool'].PROGRESS).read_text() == '2'
    records = {
        name: json.loads((tmp_path / f'{name}.record.json').read_text())
        for name in ('concat', 'aggregate')
    }
    first, second = records.values()
    assert first['trained']
    assert not second['trained']
    assert first['losses'] == second['losses']
    assert {'loss', 'loss_heatmap_1', 'loss_push'} <= first['losses'].keys()
    assert first['scores']['all']['images'] == 3
    people = [(tmp_path / f'{n}.people.json').read_text() for n in records]
    assert people[0] != people[1]
    # no step is of any size: the weights are those of the start
    folder, still = tmp_path / 'still', {**protocol, 'lr': 0.0}
    folder.mkdir()
    first = tmp_path / 'weights.pth'
    run.run('concat', 5, hard_people, folder, arms, still, first)
    states = [
        torch.load(path, weights_only=True)['state_dict']
        for path in (first, folder / 'weights.pth')
    ]
    for name, value in states[0].items():
        # running means of the normalisation follow the data
        if 'running' not in name and 'tracked' not in name:
            torch.testing.assert_close(value, states[1][name])
    # what is there is not made again
    before = {p: p.stat().st_mtime_ns for p in tmp_path.iterdir()}
    (tmp_path / 'aggregate.record.json').unlink()
    run.run('concat', 3, hard_people, tmp_path, arms, protocol)
    weights = tmp_path / 'weights.pth'
    assert weights.stat().st_mtime_ns == before[weights]
    again = json.loads((tmp_path / 'aggregate.record.json').read_text())
    assert again['scores'] == second['scores']


@pytest.mark.parametrize(
    ('protocol', 'wrapper'),
    [('hard', 'BFloat16OptimWrapper'), ('usual', None), ('continued', None)],
)
def test_what_trainings_compute_in(study, tmp_path, protocol, wrapper):
    arms = study['arms']
    cfg = study['config'].build_config(
        arms.ARMS['blocks'], 0, tmp_path, tmp_path, arms.PROTOCOLS[protocol]
    )
    assert cfg.optim_wrapper.get('type') == wrapper


def test_arms_of_a_seed_begin_alike(study, hard_people, tmp_path):
    run, arms = study['run'], study['arms'].ARMS
    protocol = {**study['arms'].PROTOCOL, **SMALL}
    init_default_scope('mmpose')
    states, batches = [], []
    for name, seed in (('plain', 1), ('two', 1), ('plain', 2)):
        folder = tmp_path / f'{name}{seed}'
        cfg = run.build_config(arms[name], seed, hard_people, folder, protocol)
        cfg.test_dataloader = None
        runner = run.PairedRunner.from_cfg(cfg)
        runner._init_model_weights()
        states.append(runner.model.backbone.state_dict())
        loader = runner.build_dataloader(cfg.train_dataloader, seed=seed)
        batches.append(torch.stack(next(iter(loader))['inputs']))
    for name, value in states[0].items():
        assert torch.equal(value, states[1][name])
    assert any(not torch.equal(v, states[2][n]) for n, v in states[0].items())
    assert torch.equal(batches[0], batches[1])
    assert not torch.equal(batches[0], batches[2])


def test_an_average_is_what_is_tested(study, hard_people, tmp_path):
    run, arm = study['run'], study['arms'].ARMS['adamw']
    protocol = {**study['arms'].PROTOCOL, **SMALL}
    init_default_scope('mmpose')
    weights = {}
    # none, one that is the last step, and one that stays at the first
    for share in (None, 1 - 1e-9, 1e-9):
        folder = tmp_path / str(share)
        folder.mkdir()
        cfg = run.build_config(arm, 0, hard_people, folder, protocol)
        if share is None:
            del cfg.custom_hooks[1]
        else:
            cfg.custom_hooks[1].update(momentum=share, gamma=1e-3)
        run.train(cfg, folder / 'weights.pth')
        state = torch.load(folder / 'weights.pth', weights_only=True)
        weights[share] = state['state_dict']['head.final_layers.0.weight']
    raw, last, first = weights.values()
    torch.testing.assert_close(last, raw, rtol=0, atol=1e-7)
    assert (first - raw).abs().max() > 1e-5


def test_every_switch_trains(study, hard_people, tmp_path, capsys):
    arms = study['arms']
    protocol = {**arms.PROTOCOL, **SMALL}
    init_default_scope('mmpose')
    for name, arm in arms.make_switches(protocol).items():
        cfg = study['run'].build_config(
            arm, 0, hard_people, tmp_path, protocol
        )
        # a key that nothing reads is told
        assert not capsys.readouterr().err
        model = MODELS.build(cfg.model)
        data = DATASETS.build(cfg.train_dataloader.dataset)
        samples = [data[i] for i in range(2)]
        batch = {k: [s[k] for s in samples] for k in samples[0]}
        losses = model(**model.data_preprocessor(batch, True), mode='loss')
        total, _ = model.parse_losses(losses)
        assert total.isfinite(), name
        own = {'learned': 'sigma_1', 'swahr': 'sigma_1', 'scaled': 'scale'}
        assert f'loss_{own.get(name, "pull")}' in losses


@pytest.mark.parametrize('name', ['hard', 'usual', 'continued'])
def test_every_arm_is_made_of_options_that_are_read(
    study, tmp_path, capsys, name
):
    protocol = study['arms'].PROTOCOLS[name]
    arms = study['arms'].make_arms(protocol)
    # these differ in their test alone
    arms = {name: arm for name, arm in arms.items() if not arm.labelled}
    init_default_scope('mmpose')
    texts = set()
    for arm in arms.values():
        cfg = study['run'].build_config(arm, 0, tmp_path, tmp_path, protocol)
        texts.add(str((cfg.model, cfg.train_dataloader, cfg.optim_wrapper)))
        # such as a sigma for every level
        MODELS.build(cfg.model.head)
    assert len(texts) == len(arms)
    assert 'warning' not in capsys.readouterr().err


def test_a_cell_has_the_tag_of_who_is_labelled_nearest(study):
    labels = study['labels']
    rng = np.random.default_rng(0)
    people = np.concatenate(
        (rng.uniform(-5, 40, (3, 4, 2)), rng.integers(0, 3, (3, 4, 1))), 2
    )
    people[:, 3, 2] = 0
    people[0, :3, 2] = 1
    made = labels.nearest_people(people, (9, 7), 4.0)
    assert made.shape == (4, 9, 7)
    for k, row, column in np.ndindex(made.shape):
        gaps = {
            np.hypot(column * 4 - x, row * 4 - y): number
            for number, (x, y, seen) in enumerate(people[:, k])
            if seen
        }
        expected = 0.0
        if gaps:
            far = min(labels.SLOPE * min(gaps), labels.FAR)
            expected = labels.APART * gaps[min(gaps)] + far
        assert made[k, row, column] == pytest.approx(expected)
    assert not labels.nearest_people(people[:0], (2, 3), 4.0).any()


class RecordedHead:
    """A head of empty maps, plain and mirrored, that keeps what is decoded."""

    def __init__(self):
        self.decoder = type('Decoder', (), {'predict': self.keep})()

    def keep(self, outputs):
        self.decoded = outputs

    def predict(self, feats, samples, test_cfg=None):
        maps = torch.zeros(1, 17, 32, 32)
        return self.decoder.predict([[[(maps, maps)], [(maps, maps)]]])


def test_tags_of_labels_lie_at_the_keypoints(study, hard_people):
    labels = study['labels']
    content = json.loads((hard_people / study['arms'].VAL_FILE).read_text())
    image = content['images'][0]
    pairs = [0, *(i + s for i in range(1, 17, 2) for s in (1, 0))]
    meta = dict(
        img_path=f'/any/{image["file_name"]}',
        input_size=(128, 128),
        ori_shape=(image['height'], image['width']),
        flip_indices=pairs,
    )
    head = RecordedHead()
    labels.LabelledTags(head, content)
    head.predict(None, [type('Sample', (), {'metainfo': meta})()], None)
    ((plain,), (mirrored,)) = head.decoded[0]
    assert torch.equal(plain[1].flip(-1)[:, pairs], mirrored[1])
    people = [
        np.reshape(a['keypoints'], (-1, 3))
        for a in content['annotations']
        if a['image_id'] == image['id']
    ]
    # an input of half the size of the image, in cells of 4 pixels
    assert image['width'] == 256
    checked = 0
    for number, points in enumerate(people):
        for k, (x, y, visible) in enumerate(points):
            row, column = round(y / 8), round(x / 8)
            others = [p[k] for p in people if p is not points and p[k, 2]]
            gaps = [np.hypot(p[0] - x, p[1] - y) for p in others]
            inside = 0 <= row < 32 and 0 <= column < 32
            if visible and inside and min(gaps, default=99) > 16:
                found = plain[1][0, k, row, column]
                # not half a cell away
                away = found.item() - number * labels.APART
                assert 0 <= away < labels.SLOPE * 4
                checked += 1
    assert checked > 10


def test_sigmas_are_those_of_the_levels(study):
    fit, arms = study['config'].level_sigmas, study['arms'].ARMS
    assert fit(arms['plain'], [1.0, 1.5]) == [1.0]
    assert fit(arms['blocks'], [1.0, 1.5]) == [1.0, 1.5]
    assert fit(arms['two'], [1.0, 1.5]) == [1.0, 1.5, 1.5]
    assert fit(arms['two'], 2.0) == 2.0


def test_bases_of_switches_end_with_the_ablation(study):
    arms, add = study['arms'].ARMS, study['main'].with_bases
    assert [*add(['coupled'], arms)] == ['blocks', 'tags-8', 'coupled']
    assert [*add(['blocks'], arms)] == ['aggregate', 'blocks']
    assert [*add(['aid', 'blocks'], arms)] == ['aggregate', 'blocks', 'aid']


def test_parts_of_few_people_are_not_shown(study):
    tables = study['tables']
    values = np.linspace(0.2, 0.3, 1000)
    runs = {'plain': {0: record(study, 'plain', 0, 0.25, values)}}
    scores = runs['plain'][0]['scores']
    for part, people in (('12 to 24 px', 99), ('loose', 100)):
        scores[part] = dict(scores[part], people=people)
    assert tables.shown_parts(runs) == ['all', 'loose']
    line = tables.ap_table(runs, two_arms(study)).splitlines()[0]
    assert line == '| Arm | Seeds | AP | loose |'
    assert 'less than 100 people are not shown' in tables.parts_line(runs)
