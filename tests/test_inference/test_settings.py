"""Arguments, what they change in the config, and what a run depends on."""

import pytest
import torch
from mmengine.config import Config
from small_configs import TINY

from higherhrnet_plugin.inference.model import (
    choose_amp_dtype,
    choose_device,
    resolve_test_pipeline,
    set_scales,
)
from higherhrnet_plugin.inference.options import parse_args
from higherhrnet_plugin.inference.settings import collect_settings, load_config

FILES = [str(TINY), 'w.pth']


def parse(*args):
    return parse_args([*FILES, 'a.jpg', '--out', 'o', *args])


def test_flags_reach_the_config():
    cfg = load_config(
        parse(
            '--instance-thr',
            '0.3',
            '--min-keypoints',
            '4',
            '--nms-thr',
            '0.7',
            '--max-instances',
            '9',
            '--no-fill',
            '--no-flip',
            '--scales',
            '2',
            '1',
            '0.5',
            '--cfg-options',
            'model.head.decoder.tag_thr=0.5',
            'model.channels_last=False',
        )
    )
    decoder = cfg.model.head.decoder
    assert decoder.instance_thr == 0.3
    assert decoder.min_keypoints == 4
    assert decoder.nms_thr == 0.7
    assert decoder.max_instances == 9
    assert decoder.fill_missing is False
    assert decoder.tag_thr == 0.5
    assert cfg.model.channels_last is False
    assert cfg.model.test_cfg.flip_test is False
    assert cfg.test_dataloader.dataset.pipeline[1].scales == [2, 1, 0.5]


def test_nothing_is_set_without_flags():
    cfg, plain = load_config(parse()), Config.fromfile(TINY)
    assert cfg.model == plain.model
    assert cfg.test_dataloader == plain.test_dataloader
    assert load_config(parse('--flip')).model.test_cfg.flip_test is True


def test_order_of_arguments():
    args = parse_args([*FILES, '--out', 'o', 'a.jpg', '--amp', 'b.jpg'])
    assert args.inputs == ['a.jpg', 'b.jpg']
    args = parse_args([*FILES, '--webcam', '1', '--out', 'o'])
    assert args.inputs == ['webcam:1']
    assert (args.batch_size, args.workers, args.kpt_thr) == (1, 1, 0.2)
    assert args.draw
    assert not args.track


@pytest.mark.parametrize(
    ('args', 'words'),
    [
        ([*FILES, '--out', 'o'], 'at least one INPUT'),
        ([*FILES, 'a.jpg'], '--out'),
        (['--batch-size', '0'], '1 or more'),
        (['--scales', '1', 'inf'], 'finite'),
        (['--scales', '1', 'nan'], 'finite'),
        (['--batch-size', 'x'], 'whole number'),
        (['--workers', '-1'], '0 or more'),
        (['--kpt-thr', 'nan'], 'finite'),
        (['--no-draw', '--draw-maps'], 'exclude each other'),
        (['--fill-gaps', '3'], 'needs --track'),
        (['--smooth', '5'], 'needs --track'),
        (['--track-thr', '0'], 'needs --track'),
        (['--track', '--fill-gaps', '0'], '1 or more'),
        (['--track', '--smooth', '3'], 'odd and 5 or more'),
        (['--track', '--smooth', '6'], 'odd and 5 or more'),
    ],
)
def test_bad_arguments(args, words, capsys):
    if args[0].startswith('--'):
        args = [*FILES, 'a.jpg', '--out', 'o', *args]
    with pytest.raises(SystemExit) as stop:
        parse_args(args)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err


def test_settings_name_what_matters(tmp_path):
    def settings(*args, sha='1', folder='/in/'):
        args = parse(*args)
        cfg = load_config(args)
        parts = {'model': cfg.model, 'pipeline': resolve_test_pipeline(cfg)}
        return collect_settings(args, parts, sha, folder)

    def changed(*args, **options):
        other = settings(*args, **options)
        keys = {*plain, *other}
        return {key for key in keys if plain.get(key) != other.get(key)}

    plain = settings()
    assert changed() == set()
    assert changed('--device', 'cpu', '--batch-size', '4') == set()
    assert changed('--workers', '3', '--overwrite') == set()
    assert changed(sha='2') == {'weights_sha256'}
    # more of a list that the shell writes out
    assert changed('b.jpg') == set()
    assert changed(folder='/') == {'common folder of the inputs'}
    assert changed('--scales', '1', '2') == {'pipeline.1.scales'}
    assert changed('--no-flip') == {'model.test_cfg.flip_test'}
    assert changed('--no-fill') == {'model.head.decoder.fill_missing'}
    for name in ('--amp', '--track', '--draw-maps', '--recursive'):
        assert changed(name) == {name}
    assert changed('--no-draw') == {'--draw'}
    assert changed('--kpt-thr', '0.5') == {'--kpt-thr'}
    assert changed('--ann-file', 'a.json') == {'--ann-file'}
    assert changed('--max-frames', '3') == {'--max-frames'}
    for name in ('--fill-gaps', '--smooth', '--track-thr'):
        assert changed('--track', name, '5') == {'--track', name}
        # folders of runs from before there were these go on
        assert plain[name] is None


def test_configs_that_do_not_fit(tmp_path):
    args = parse()
    args.config = str(tmp_path / 'no.py')
    with pytest.raises(FileNotFoundError, match=r'no\.py'):
        load_config(args)
    (tmp_path / 'no.py').write_text('x = 1\n')
    with pytest.raises(ValueError, match=r'no `model\.head`'):
        load_config(args)
    (tmp_path / 'no.py').write_text('model = dict(head=dict())\n')
    with pytest.raises(ValueError, match='no `test_dataloader'):
        load_config(args)
    pipeline = [dict(type='LoadImage')]
    cfg = Config(dict(test_dataloader=dict(dataset=dict(pipeline=pipeline))))
    with pytest.raises(ValueError, match='needs BottomupAlignedResize'):
        set_scales(cfg, [1, 2])


def test_devices():
    gpu = torch.cuda.is_available()
    assert choose_device(None).type == ('cuda' if gpu else 'cpu')
    assert choose_device('cpu') == torch.device('cpu')
    assert choose_amp_dtype(torch.device('cpu')) == torch.bfloat16
    with pytest.raises(ValueError, match='device'):
        choose_device('toaster')
    with pytest.raises(ValueError, match='torch sees'):
        choose_device('cuda:99')
