"""Configs that an exported file can, and cannot, take the place of."""

import copy

import pytest
from exported import write_case

from higherhrnet_plugin.export import export_model

pytest.importorskip('onnx', reason='ONNX files are not written')


@pytest.fixture(scope='module')
def case(tmp_path_factory):
    """Write the model; return its config, its weights and a folder."""
    folder = tmp_path_factory.mktemp('case')
    cfg, weights, _ = write_case(folder)
    return cfg, weights, folder


def test_scales_are_not_aggregated_inside(case):
    cfg, weights, folder = case
    cfg = copy.deepcopy(cfg)
    cfg.test_dataloader.dataset.scales = [1, 2]
    with pytest.raises(ValueError, match=r'test scales are \[1, 2\]'):
        export_model(
            cfg, weights, folder / 'a.onnx', aggregate=True, flip=True
        )


def test_a_flip_test_is_not_lost_where_maps_are_aggregated(case):
    cfg, weights, folder = case
    with pytest.raises(ValueError, match=r'give `flip` .*flip_test=False'):
        export_model(cfg, weights, folder / 'no.onnx', aggregate=True)
    assert not (folder / 'no.onnx').exists()
    cfg = copy.deepcopy(cfg)
    cfg.model.test_cfg.flip_test = False
    cfg.model.compile_network = True
    given = copy.deepcopy(cfg)
    about = export_model(cfg, weights, folder / 'no.onnx', aggregate=True)
    assert not about.flip
    # what is left out of the graph stays in the config
    assert cfg.to_dict() == given.to_dict()


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (
            {'test_dataloader.dataset.pipeline.0.stretch': True},
            r'stretch=True of LoadBottomupImage.*pipeline\.0\.stretch=False.*'
            '--stretch',
        ),
        (
            {'test_dataloader.dataset.pipeline.0.color_type': 'grayscale'},
            r"color_type='grayscale'.*pipeline\.0\.color_type=color$",
        ),
        (
            {'test_dataloader.dataset.tiles': 2},
            r'`tiles` of the test.*pixels=2.*dataset\.tiles=None.*--tiles',
        ),
        (
            {'test_dataloader.dataset.pipeline.1.tiles': {'pixels': 2}},
            'none in BottomupAlignedResize',
        ),
    ],
)
def test_what_only_a_config_can_do_is_refused(options, words, case):
    cfg, weights, folder = case
    cfg = copy.deepcopy(cfg)
    cfg.merge_from_dict(options)
    with pytest.raises(ValueError, match=words):
        export_model(cfg, weights, folder / 'lost.onnx')
    assert not (folder / 'lost.onnx').exists()


def test_steps_that_a_file_cannot_take_are_refused(case):
    cfg, weights, folder = case
    cfg = copy.deepcopy(cfg)
    pipeline = cfg.test_dataloader.dataset.pipeline
    pipeline.insert(1, dict(type='BottomupRandomFlip'))
    with pytest.raises(ValueError, match='the test pipeline has the steps'):
        export_model(cfg, weights, folder / 'a.onnx')
