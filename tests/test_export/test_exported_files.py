"""Exported files find the people that the checkpoint finds."""

import json

import numpy as np
import pytest
from exported import largest_gap, write_case

from higherhrnet_plugin.export import export_model
from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.runtime import ExportedPredictor

onnx = pytest.importorskip('onnx', reason='ONNX files are not written')
pytest.importorskip('onnxruntime', reason='ONNX files are not run')

GRAPHS = {
    'levels': {},
    'flip': {'flip': True},
    'maps': {'aggregate': True, 'flip': True},
}


@pytest.fixture(scope='module')
def case(tmp_path_factory):
    """Write the model; return it, its pictures, people and a folder."""
    folder = tmp_path_factory.mktemp('case')
    cfg, weights, pictures = write_case(folder)
    people = Predictor.from_files(cfg, weights, 'cpu')(pictures)
    assert sum(len(found.scores) for found in people) > 10
    return cfg, weights, pictures, people, folder


@pytest.fixture(scope='module')
def export(case):
    """Export the model, once for each set of options."""
    cfg, weights, pictures, _, folder = case
    done = {}

    def export(suffix, to, **options):
        key = json.dumps([suffix, options])
        if key not in done:
            path = folder / f'{len(done)}{suffix}'
            if options.get('numbers') == 'int8':
                options['pictures'] = pictures
            done[key] = path, export_model(cfg, weights, path, to, **options)
        return done[key]

    return export


def check_people(path, case, atol=2e-6, batch_size=3):
    """Compare people: positions exactly, scores nearly."""
    _, _, pictures, people, _ = case
    predictor = ExportedPredictor.from_file(path, threads=1)
    found = predictor(pictures, batch_size=batch_size)
    assert largest_gap(found, people, 'keypoints') == 0
    assert largest_gap(found, people, 'keypoint_scores') <= atol
    assert largest_gap(found, people, 'scores') <= atol
    return predictor


@pytest.mark.parametrize('graph', GRAPHS)
def test_onnx(graph, export, case):
    path, about = export('.onnx', 'onnx', **GRAPHS[graph])
    predictor = check_people(path, case)
    assert predictor.description == about
    assert about.flip
    assert about.flips_inside == (graph != 'levels')
    model = onnx.load(path)
    assert {item.domain for item in model.opset_import} == {''}
    assert [item.name for item in model.graph.output] == list(about.outputs)
    assert not [node for node in model.graph.node if node.domain]
    sizes = [
        d.dim_param for d in model.graph.input[0].type.tensor_type.shape.dim
    ]
    assert sizes == ['batch', '', 'height', 'width']


def test_the_description_tells_what_the_config_tells(export, case):
    cfg, weights, *_ = case
    _, about = export('.onnx', 'onnx')
    meta = Predictor.from_files(cfg, weights, 'cpu').model.dataset_meta
    assert about.outputs == ('heatmaps_0', 'tags_0', 'heatmaps_1')
    assert about.keypoint_names[:2] == ('nose', 'left_eye')
    assert list(about.flip_indices) == list(meta['flip_indices'])
    assert np.allclose(about.sigmas, meta['sigmas'])
    assert (15, 13) in about.skeleton
    preprocessor = cfg.model.data_preprocessor
    assert np.allclose(about.mean, preprocessor.mean)
    assert np.allclose(about.std, preprocessor.std)
    assert about.rgb
    assert about.input_size == (64, 64)
    assert about.decoder['score_thr'] == 0
    assert about.decoder['max_candidates'] == 5


def test_levels_are_kept_where_asked_for(export, case):
    cfg, weights, pictures, *_ = case
    path, _ = export('.onnx', 'onnx')
    kept = ExportedPredictor.from_file(path, keep_levels=True)(pictures[1])
    wanted = Predictor.from_files(cfg, weights, 'cpu', keep_levels=True)(
        pictures[1]
    )
    assert len(kept.levels) == len(wanted.levels) == 2
    for (heat, tags), (heat_wanted, tags_wanted) in zip(
        kept.levels, wanted.levels
    ):
        np.testing.assert_allclose(heat, heat_wanted, atol=1e-5)
        assert (tags is None) == (tags_wanted is None)
    path, _ = export('.onnx', 'onnx', **GRAPHS['maps'])
    with pytest.raises(ValueError, match='aggregated maps'):
        ExportedPredictor.from_file(path, keep_levels=True)


def test_numbers_of_16_bits(export, case):
    path, about = export('.onnx', 'onnx', numbers='float16')
    assert about.numbers == 'float16'
    plain, _ = export('.onnx', 'onnx')
    assert path.stat().st_size < 0.6 * plain.stat().st_size
    _check_maps(path, plain, case, 5e-3)


def test_convolutions_of_8_bits(export, case):
    path, about = export('.onnx', 'onnx', numbers='int8')
    assert about.numbers == 'int8'
    plain, _ = export('.onnx', 'onnx')
    assert path.stat().st_size < 0.4 * plain.stat().st_size
    nodes = onnx.load(path).graph.node
    small = {n.output[0] for n in nodes if n.op_type == 'DequantizeLinear'}
    convs = [n for n in nodes if n.op_type in ('Conv', 'ConvTranspose')]
    kept = [n.name for n in convs if n.input[1] not in small]
    assert len(convs) > 40
    # those that give heatmaps and tags
    assert sorted(kept) == [
        f'/head/final_layers.{level}/Conv' for level in (0, 1)
    ]
    _check_maps(path, plain, case, 0.15)


def _check_maps(path, plain, case, share):
    """Compare maps with those in 32 bits, by the range of these."""
    found, wanted = (
        ExportedPredictor.from_file(p, keep_levels=True)(case[2][0]).levels
        for p in (path, plain)
    )
    worst = 0.0
    for level, level_wanted in zip(found, wanted):
        for maps, maps_wanted in zip(level, level_wanted):
            if maps is not None:
                gap = np.abs(maps - maps_wanted).max() / np.ptp(maps_wanted)
                worst = max(worst, float(gap))
    assert 0 < worst < share


@pytest.mark.slow
@pytest.mark.parametrize('graph', GRAPHS)
def test_openvino(graph, export, case):
    pytest.importorskip('openvino', reason='OpenVINO is not installed')
    path, _ = export('.xml', 'openvino', **GRAPHS[graph])
    check_people(path, case, 1e-5)


@pytest.mark.slow
def test_openvino_of_fewer_bits(export, case):
    pytest.importorskip('nncf', reason='NNCF is not installed')
    plain, _ = export('.xml', 'openvino')
    for numbers, share in (('float16', 0.01), ('int8', 0.15)):
        path, about = export('.xml', 'openvino', numbers=numbers)
        assert about.numbers == numbers
        _check_maps(path, plain, case, share)
    assert path.read_text().count('FakeQuantize') > 40


@pytest.mark.slow
def test_torch_export(export, case):
    path, about = export('.pt2', 'torch-export')
    assert not about.flips_inside
    check_people(path, case)


@pytest.mark.parametrize(
    ('name', 'options', 'text'),
    [
        ('a.xml', {}, 'ends in .onnx'),
        ('a.onnx', {'to': 'tflite'}, "got 'tflite'"),
        ('a.onnx', {'numbers': 'int4'}, "got 'int4'"),
        ('a.onnx', {'numbers': 'int8'}, 'calibrated with pictures'),
        ('a.onnx', {'pictures': ['a.png']}, 'calibrated with pictures'),
        ('a.pt2', {'to': 'torch-export', 'aggregate': True}, 'levels of maps'),
    ],
)
def test_options_that_do_not_fit_are_refused(name, options, text, case):
    cfg, weights, *_, folder = case
    with pytest.raises(ValueError, match=text):
        export_model(cfg, weights, folder / name, **options)
    assert not (folder / name).exists()


def test_files_that_are_no_exported_network_are_refused(tmp_path):
    with pytest.raises(ValueError, match='an exported file ends in'):
        ExportedPredictor.from_file('model.pth')
    with pytest.raises(FileNotFoundError, match='not found'):
        ExportedPredictor.from_file(tmp_path / 'a.onnx')
    broken = tmp_path / 'a.onnx'
    broken.write_bytes(b'no graph')
    with pytest.raises(ValueError, match='not read'):
        ExportedPredictor.from_file(broken)
