"""Images that cannot be used, in trainings of MMEngine's Runner."""

import pytest
import torch
from data_sets import write_data_set
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.registry import init_default_scope
from mmpose.datasets import CombinedDataset
from small_training import runner

from higherhrnet_plugin import (
    BottomupCocoDataset,
    LoadBottomupImage,
    MultiResolutionHeatmapMask,
)
from higherhrnet_plugin.datasets.bad_images import (
    BadImageError,
    BadImages,
    SkippedImageError,
)
from higherhrnet_plugin.engine import KeptSamplerSeedHook
from higherhrnet_plugin.registry import TRANSFORMS

COCO = dict(from_file='configs/_base_/datasets/coco.py')
# ids of those that stay; 1.png and 4.png break
GOOD = [1, 3, 4, 6]


class Model(BaseModel):
    """Normalises images, also a single one."""

    def __init__(self):
        super().__init__()
        self.norm = torch.nn.BatchNorm2d(3)

    def forward(self, inputs, data_samples=None, mode='loss'):
        images = torch.stack(list(inputs)).float()
        return {'loss': (self.norm(images) - 1).square().mean()}


class Record(Hook):
    """Keeps the ids and the sums of the images of each batch."""

    def __init__(self):
        self.batches = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.batches.append(
            [
                (sample.img_id, int(image.long().sum()))
                for image, sample in zip(
                    data_batch['inputs'], data_batch['data_samples']
                )
            ]
        )


def settings(root, **options):
    """Write images; return a data set that augments them."""
    file = write_data_set(root, people=(1, 2, 1, 3, 2, 1))
    return dict(
        type='mmpose.BottomupCocoDataset',
        ann_file=str(file),
        data_prefix=dict(img=str(root / 'images')),
        pipeline=[
            dict(type='mmpose.LoadImage'),
            dict(
                type='mmpose.BottomupAlignedAffine',
                input_size=(32, 32),
                shift_factor=0.2,
                rotate_factor=30,
            ),
            dict(type='mmpose.PackPoseInputs', meta_keys=('img_id',)),
        ],
        **options,
    )


def combine(data_set):
    """Let a combination read the images."""
    part = {**data_set, 'pipeline': []}
    return dict(
        type='mmpose.BottomupCombinedDataset',
        metainfo=COCO,
        datasets=[part],
        pipeline=data_set['pipeline'],
    )


def break_two(root):
    """Cut one image off and empty another."""
    path = root / 'images' / '1.png'
    path.write_bytes(path.read_bytes()[:500])
    (root / 'images' / '4.png').write_bytes(b'')


def train(work_dir, data_set, workers=0, epochs=2, batch_size=3, **options):
    """Train; return the batches and what was logged."""
    record = Record()
    made = runner(
        work_dir,
        model=Model(),
        train_dataloader=dict(
            dataset=data_set,
            batch_size=batch_size,
            num_workers=workers,
            sampler=dict(type='mmpose.SeededSampler', shuffle=True),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        **dict.fromkeys(('val_dataloader', 'val_evaluator', 'val_cfg')),
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', interval=1),
            sampler_seed=KeptSamplerSeedHook(),
        ),
        custom_hooks=[record],
        randomness=dict(seed=3),
        log_level='WARNING',
        **options,
    )
    made.train()
    (log,) = work_dir.glob(f'{made.timestamp}/*.log')
    return record.batches, log.read_text()


def without_bad(batches):
    """Take the images out that break."""
    return [[s for s in batch if s[0] in GOOD] for batch in batches]


@pytest.mark.parametrize('wrap', [dict, combine])
@pytest.mark.parametrize('workers', [0, 2])
def test_they_are_left_out_and_nothing_takes_their_place(
    tmp_path, wrap, workers
):
    options = dict(bad_images='skip', max_bad_images=2)
    data_set = wrap(settings(tmp_path, **options))
    whole, log = train(tmp_path / 'whole', data_set, workers)
    assert 'left out' not in log
    assert sorted(i for i, _ in whole[0] + whole[1]) == [1, 2, 3, 4, 5, 6]
    break_two(tmp_path)
    batches, log = train(tmp_path / 'work', data_set, workers)
    # others are augmented as they were
    assert batches == without_bad(whole)
    assert len(batches) == 4
    # in two epochs, with workers that begin anew
    assert log.count('left out') == 2
    assert log.count("1.png' cannot be read as an image: it is a PNG") == 1
    assert log.count("4.png' cannot be read as an image: the file is em") == 1
    assert 'left out, 2 of 6 so far' in log
    assert log.count("people.json')") == 2


@pytest.mark.parametrize('workers', [0, 2])
def test_a_resumed_training_leaves_out_the_same(tmp_path, workers):
    data_set = settings(tmp_path, bad_images='skip', max_bad_images=2)
    break_two(tmp_path)
    whole, _ = train(tmp_path / 'whole', data_set, 2 - workers, epochs=3)
    first, _ = train(tmp_path / 'work', data_set, workers, epochs=1)
    second, _ = train(
        tmp_path / 'work', data_set, workers, epochs=3, resume=True
    )
    assert first + second == whole


@pytest.mark.parametrize(
    ('wrap', 'workers'), [(dict, 0), (combine, 0), (dict, 2)]
)
def test_without_the_option_they_end_a_training(tmp_path, wrap, workers):
    data_set = wrap(settings(tmp_path))
    break_two(tmp_path)
    with pytest.raises(BadImageError, match='cannot be read') as error:
        train(tmp_path / 'work', data_set, workers)
    assert 'people.json' in str(error.value)


@pytest.mark.parametrize(
    ('workers', 'limit'), [(0, 1), (0, 0), (0, 0.1), (2, 1)]
)
def test_too_many(tmp_path, workers, limit):
    data_set = settings(tmp_path, bad_images='skip', max_bad_images=limit)
    break_two(tmp_path)
    with pytest.raises(BadImageError, match='of 6 images cannot') as error:
        train(tmp_path / 'work', data_set, workers)
    count = 1 if limit == 0 else 2
    assert f'With it, {count} of 6' in str(error.value)
    assert f'more than max_bad_images={limit} of' in str(error.value)


def test_an_empty_batch_is_an_error(tmp_path):
    data_set = settings(tmp_path, bad_images='skip', max_bad_images=2)
    break_two(tmp_path)
    with pytest.raises(BadImageError, match='none of the 1 images') as error:
        train(tmp_path / 'work', data_set, batch_size=1)
    assert 'larger batch_size' in str(error.value)
    assert '.png' in str(error.value)


def build(root, pipeline=(dict(type='LoadBottomupImage'),), **options):
    """Build a data set without augmentation."""
    init_default_scope('mmpose')
    made = {**settings(root, **options), 'pipeline': list(pipeline)}
    made.pop('type')
    return BottomupCocoDataset(**made)


def read(data_set, index):
    """Return the message about an image."""
    with pytest.raises((OSError, ValueError)) as error:
        data_set[index]
    assert 'people.json' in str(error.value)
    return error


def test_each_kind_of_fault_is_told(tmp_path):
    data_set = build(tmp_path)
    images = tmp_path / 'images'
    (images / '0.png').unlink()
    error = read(data_set, 0)
    assert error.type is FileNotFoundError
    assert "0.png' is missing (data set" in str(error.value)
    (images / '1.png').unlink()
    (images / '1.png').mkdir()
    assert "1.png' cannot be opened: Is a dir" in str(read(data_set, 1).value)
    (images / '2.png').write_bytes(b'<html>')
    assert 'a web page' in str(read(data_set, 2).value)
    (images / '3.png').write_bytes((images / '4.png').read_bytes()[:900])
    assert 'a PNG that is broken or' in str(read(data_set, 3).value)
    write_data_set(tmp_path / 'other', size=(60, 70))
    (tmp_path / 'other' / 'images' / '0.png').replace(images / '4.png')
    assert '(w, h) (60, 70), but' in str(read(data_set, 4).value)


def test_faults_of_the_machine_are_no_faults_of_images(tmp_path, monkeypatch):
    data_set = build(tmp_path, bad_images='skip')
    module = 'higherhrnet_plugin.datasets.transforms.load_bottomup_image'

    def fail(*args, **kwargs):
        raise OSError(24, 'Too many open files')

    monkeypatch.setattr(f'{module}.get', fail)
    with pytest.raises(OSError, match=r'0\.png.*Too many open files'):
        data_set.__getitems__([0, 1])
    assert data_set.bad_images.count == 0


def test_masks_have_the_same_policy():
    results = dict(
        img_path='a.png',
        sample_idx=3,
        img_shape=(80, 96),
        heatmap_sizes=[(8, 8)],
        input_size=(32, 32),
        invalid_segs=[dict(size=[1, 1], counts=[1])],
    )
    words = r"'a\.png' has a mask that cannot be drawn: .*\(data set 'b\.json'"
    for policy in ('error', 'skip'):
        bad = BadImages('b.json', policy, 1)
        bad.watch(9)
        error = SkippedImageError if policy == 'skip' else BadImageError
        with pytest.raises(error, match=words):
            MultiResolutionHeatmapMask()(dict(results, bad_images=bad))
        assert bad.count == (policy == 'skip')


def test_mmpose_refetches_nothing(tmp_path):
    """Its data sets take a random image where a transform gives None."""
    assert LoadBottomupImage(ignore_empty=True)(dict(img_path='no')) is None

    @TRANSFORMS.register_module(force=True)
    class GiveNone:
        def __call__(self, results):
            return None

    loader = dict(type='LoadBottomupImage', ignore_empty=True)
    data_set = build(tmp_path, [loader])
    break_two(tmp_path)
    assert "1.png' cannot be read" in str(read(data_set, 1).value)
    data_set = build(tmp_path, [loader, dict(type='GiveNone')])
    with pytest.raises(BadImageError, match='gave None for image 2 of'):
        data_set[2]


def test_other_wrappers_cannot_leave_out(tmp_path):
    data_set = settings(tmp_path, bad_images='skip', max_bad_images=2)
    break_two(tmp_path)
    init_default_scope('mmpose')
    wrapper = CombinedDataset(metainfo=COCO, datasets=[data_set])
    with pytest.raises(SkippedImageError, match='of another wrapper'):
        wrapper[1]


def test_a_test_leaves_nothing_out(tmp_path):
    with pytest.raises(ValueError, match='numbers of another data set'):
        build(tmp_path, bad_images='skip', test_mode=True)


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(bad_images='drop'), "'error' or 'skip', got 'drop'"),
        (dict(max_bad_images=-1), 'a share below 1, got -1'),
        (dict(max_bad_images=float('nan')), 'a share below 1, got nan'),
    ],
)
def test_options_are_checked(tmp_path, options, words):
    with pytest.raises(ValueError, match=words):
        build(tmp_path, **options)
