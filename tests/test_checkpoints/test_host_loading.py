"""What MMEngine loads, resumes and deletes is nobody else's choice."""

import shutil
from pathlib import Path

import pytest
import torch
from checkpoint_files import collect_log
from mmengine.config import Config
from mmengine.runner.checkpoint import CheckpointLoader
from payloads import PICKLES, TEXTS, Bomb, config_text, write_planted
from processes import run_python
from small_training import Model, runner

from higherhrnet_plugin.checkpoints import WeightsError
from higherhrnet_plugin.checkpoints.host_loading import drop_orders


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Train an epoch; return the checkpoint."""
    folder = tmp_path_factory.mktemp('trained')
    runner(folder, epochs=1).train()
    return folder / 'epoch_1.pth'


def resume(file):
    """Resume by name."""
    again = runner(file.parent, resume=True, load_from=str(file))
    again.train()
    return again


def resume_latest(file):
    """Resume what the work folder calls its latest."""
    (file.parent / 'last_checkpoint').write_text(str(file))
    again = runner(file.parent, resume=True)
    again.train()
    return again


def load(file):
    """Start from weights."""
    return runner(file.parent, load_from=str(file)).train()


def initialise(file):
    """Start a module from weights."""
    start = dict(type='Pretrained', checkpoint=str(file))
    runner(file.parent, model=Model(init_cfg=start)).train()


@pytest.mark.parametrize('way', [resume, resume_latest, load, initialise])
@pytest.mark.parametrize('place', TEXTS)
def test_configs_in_checkpoints_are_not_run(trained, tmp_path, place, way):
    trace = tmp_path / 'trace'
    text = config_text(trace)
    file = write_planted(trained, tmp_path / 'x.pth', TEXTS[place], text)
    again = way(file)
    assert not trace.exists()
    if again is not None and hasattr(again, 'iter'):
        assert again.iter == 4
    # it would run
    Config.fromstring(text, '.py')
    assert trace.exists()


def test_mmengine_alone_runs_the_config(trained, tmp_path):
    trace = tmp_path / 'trace'
    place = TEXTS['meta-config']
    write_planted(trained, tmp_path / 'x.pth', place, config_text(trace))
    done = run_python('-c', ALONE, tmp_path / 'x.pth', timeout=120)
    # the reason for all this; once it is gone, so may `drop_orders` be
    assert trace.exists(), done.stderr


ALONE = """
import sys
from types import SimpleNamespace
import torch
from mmengine.runner import Runner
content = torch.load(sys.argv[1], weights_only=False)
Runner.resume(SimpleNamespace(
    load_checkpoint=lambda *args, **kwargs: content,
    train_loop=SimpleNamespace(), _world_size=1), sys.argv[1])
"""


@pytest.mark.parametrize('legacy', [False, True], ids=['zip', 'legacy'])
@pytest.mark.parametrize('place', PICKLES)
def test_pickled_code_is_refused_everywhere(trained, tmp_path, place, legacy):
    trace = tmp_path / 'trace'
    file = tmp_path / 'x.pth'
    write_planted(trained, file, PICKLES[place], Bomb(trace), legacy)
    for way in (resume, resume_latest, load, initialise):
        with pytest.raises(WeightsError, match=r'x\.pth: refused\. It holds'):
            way(file)
    assert not trace.exists()
    torch.load(file, weights_only=False)
    assert trace.exists()


def test_what_a_runner_saved_itself_is_resumed(trained, tmp_path):
    file = shutil.copy(trained, tmp_path / 'epoch_1.pth')
    again = resume(Path(file))
    assert again.epoch == 2
    assert again.iter == 4
    assert len(again.message_hub.log_scalars['train/loss'].data[0]) == 4


@pytest.mark.parametrize('name', ['notes.pth', 'best_acc_epoch_9.pth'])
def test_files_of_others_are_not_deleted(trained, tmp_path, name):
    other = tmp_path / 'elsewhere' / name
    other.parent.mkdir()
    other.write_bytes(b'precious')
    work_dir = tmp_path / 'work'
    work_dir.mkdir()
    place = PICKLES['best']
    file = write_planted(trained, work_dir / 'x.pth', place, str(other))
    resume(file)
    assert other.read_bytes() == b'precious'
    # it would have been
    assert list(work_dir.glob('best_acc_epoch_2.pth'))


def test_the_best_of_a_moved_folder_is_replaced(trained, tmp_path):
    folder = tmp_path / 'moved'
    shutil.copytree(trained.parent, folder)
    assert (folder / 'best_acc_epoch_1.pth').exists()
    resume(folder / 'epoch_1.pth')
    assert [f.name for f in folder.glob('best_*')] == ['best_acc_epoch_2.pth']
    assert (trained.parent / 'best_acc_epoch_1.pth').exists()


@pytest.mark.parametrize('suffix', ['', '_coco/AP'])
def test_the_score_of_a_best_that_is_gone_goes_too(tmp_path, suffix):
    kept = tmp_path / 'best_loss_epoch_1.pth'
    kept.touch()
    info = {
        f'best_ckpt{suffix}': str(tmp_path / 'best_epoch_2.pth'),
        f'best_score{suffix}': 0.4,
        'best_ckpt_loss': str(kept),
        'best_score_loss': 0.1,
    }
    drop_orders({'message_hub': {'runtime_info': info}}, str(tmp_path))
    assert info == {'best_ckpt_loss': str(kept), 'best_score_loss': 0.1}


@pytest.mark.parametrize(
    'content',
    [
        None,
        [1],
        {},
        {'meta': None, 'message_hub': 3},
        {'message_hub': {'runtime_info': []}},
    ],
)
def test_content_of_any_shape_is_let_through(content):
    assert drop_orders(content, 'folder') is content


@pytest.mark.parametrize('kept', ['../../x', ['../../x'], [1, '2'], {1: 2}])
def test_numbers_of_kept_checkpoints_are_numbers(kept):
    info = {'keep_ckpt_ids': kept, 'epoch': 3}
    drop_orders({'message_hub': {'runtime_info': info}}, '.')
    assert info == {'epoch': 3}
    info['keep_ckpt_ids'] = [1, 2]
    drop_orders({'message_hub': {'runtime_info': info}}, '.')
    assert info['keep_ckpt_ids'] == [1, 2]


def test_addresses_of_a_store_without_its_client(tmp_path):
    with pytest.raises(WeightsError, match=r's3://b/x\.pth: cannot be fetch'):
        CheckpointLoader.load_checkpoint('s3://b/x.pth')


def test_the_log_names_the_file(trained):
    with collect_log() as lines:
        CheckpointLoader.load_checkpoint(str(trained))
    assert any('local backend' in line for line in lines), lines
