"""Any two choices of switches train, resume, test and export together."""

import copy
import io
from itertools import combinations, product

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from inference_data import picture
from mmengine.model import BaseModule
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, MODELS
from small_configs import TINY, load_small

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options
from higherhrnet_plugin.datasets.sample_randomness import SeededIndex
from higherhrnet_plugin.export import export_model
from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.runtime import ExportedPredictor

LOSS = 'model.head.heatmap_loss'
# by option: its choices, the first of which is off
CHOICES = {
    f'{LOSS}.sigma': ('fixed', 'learned', 'tags'),
    'codec.sigma_box_size': (None, 32),
    f'{LOSS}.weight': (None, 'wahr', 'residual', 'coupled', 'focal_l2'),
    f'{LOSS}.detach_weight': (False, True),
    'model.head.tag_dim': (1, 2, 8),
    'model.head.tag_loss.scale_weight': (0, 1e-4),
    'model.head.concat_tags': (True, False),
    'model.head.tag_per_keypoint': (True, False),
    'train_dataloader.dataset.augmentation.hide_prob': (0, 1),
    'codec.on_device': (False, True),
    'codec.use_udp': (False, True),
    'codec.tag_levels': (0, (0, 1)),
    'autocast': (False, True),
}


def refused(row):
    """Tell what cannot be: options that nothing reads, or that do nothing.

    Tags of one dimension tell no size.
    """
    by_tags = row.get(f'{LOSS}.sigma') == 'tags'
    weight = row.get('model.head.tag_loss.scale_weight')
    one = row.get('model.head.tag_dim') == 1
    # a weight that is not chosen yet is another than None
    plain = row.get(f'{LOSS}.weight', '') is None
    return (
        (by_tags and one)
        or (weight == 1e-4 and one)
        or (row.get(f'{LOSS}.detach_weight') is True and plain)
    )


def pairs_of(row):
    """List the pairs of choices in a row."""
    return set(combinations(sorted(row.items(), key=str), 2))


def cover(choices):
    """List rows in which every possible pair of choices occurs."""
    left = {
        pair
        for (a, ones), (b, others) in combinations(choices.items(), 2)
        for one, other in product(ones, others)
        for pair in pairs_of({a: one, b: other})
        if not refused(dict(pair))
    }
    rows = []
    while left:
        row = dict(min(left, key=str))
        for name in choices:
            tries = [
                {**row, name: choice}
                for choice in choices[name]
                if name not in row and not refused({**row, name: choice})
            ]
            # what covers most, and of these the later choices
            row = max(
                reversed(tries),
                key=lambda r: len(pairs_of(r) & left),
                default=row,
            )
        left -= pairs_of(row)
        rows.append(row)
    return rows


ROWS = cover(CHOICES)


class OneLayer(BaseModule):
    """A backbone in the place of HRNet, whose features are 1/4 of the input.

    Switches do not concern the backbone, and HRNet takes most of the time.
    """

    def __init__(self):
        super().__init__(init_cfg=dict(type='Kaiming', layer='Conv2d'))
        self.layer = torch.nn.Conv2d(3, 4, 4, stride=4)

    def forward(self, images):
        return (self.layer(images).relu(),)


def test_every_pair_is_covered():
    seen = set().union(*map(pairs_of, ROWS))
    sizes = [len(choices) for choices in CHOICES.values()]
    number = sum(a * b for a, b in combinations(sizes, 2))
    assert len(seen) == number - 3
    assert len(ROWS) < 30


@pytest.fixture(scope='module')
def cfg(tmp_path_factory):
    """Read the tiny config at small size, with the smallest backbone."""
    folder = tmp_path_factory.mktemp('switches')
    people = write_data_set(folder, people=(0, 1, 4))
    cfg = load_small(TINY, people, folder / 'work')
    cfg.model.backbone = dict(type=OneLayer)
    cfg.model.head.update(in_channels=4, deconv_channels=4)
    cfg.model.head.decoder.update(score_thr=0.0, max_candidates=2)
    return cfg


class Training:
    """A model, its optimiser and the samples of a step."""

    def __init__(self, cfg, autocast):
        self.model = MODELS.build(cfg.model)
        self.model.init_weights()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)
        self.data = DATASETS.build(cfg.train_dataloader.dataset)
        self.autocast = autocast

    def step(self, number):
        """Train one step; return the losses."""
        samples = [
            self.data[SeededIndex(i, (0, number, i))]
            for i in range(len(self.data))
        ]
        batch = {k: [s[k] for s in samples] for k in samples[0]}
        batch = self.model.data_preprocessor(batch, True)
        with torch.autocast('cpu', torch.bfloat16, enabled=self.autocast):
            losses = self.model(**batch, mode='loss')
        total, losses = self.model.parse_losses(losses)
        self.optimizer.zero_grad()
        total.backward()
        for name, parameter in self.model.named_parameters():
            assert parameter.grad.isfinite().all(), name
        self.optimizer.step()
        assert all(np.isfinite(value.item()) for value in losses.values())
        return losses

    def save(self):
        """Write a checkpoint."""
        file = io.BytesIO()
        parts = self.model.state_dict(), self.optimizer.state_dict()
        torch.save(parts, file)
        return file

    def load(self, file):
        """Go on from a checkpoint."""
        file.seek(0)
        parts = torch.load(file, weights_only=True)
        self.model.load_state_dict(parts[0])
        self.optimizer.load_state_dict(parts[1])


def start(cfg, row):
    """Begin a training with a row of choices."""
    row = dict(row)
    autocast = row.pop('autocast')
    row['codec.person_scales'] = row['model.head.tag_loss.scale_weight'] > 0
    apply_cfg_options(cfg, row)
    init_default_scope('mmpose')
    torch.manual_seed(0)
    return Training(cfg, autocast)


@pytest.mark.parametrize('row', ROWS, ids=range(len(ROWS)))
def test_it_trains_resumes_and_tests(cfg, row):
    cfg = copy.deepcopy(cfg)
    training = start(cfg, row)
    losses = training.step(0)
    assert ('loss_sigma_0' in losses) is (row[f'{LOSS}.sigma'] == 'learned')
    told = row['model.head.tag_loss.scale_weight'] > 0
    assert ('loss_scale' in losses) is told
    file = training.save()
    expected = training.step(1)
    again = Training(cfg, row['autocast'])
    again.load(file)
    assert again.step(1) == expected
    for name, value in training.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], value), name

    sample = DATASETS.build(cfg.test_dataloader.dataset)[1]
    batch = {key: [value] for key, value in sample.items()}
    with torch.no_grad():
        (result,) = training.model.eval().test_step(batch)
    people = result.pred_instances
    assert len(people) > 0
    assert np.isfinite(people.keypoints).all()


@pytest.mark.parametrize('row', ROWS, ids=range(len(ROWS)))
def test_its_exported_file_finds_the_same_people(cfg, row, tmp_path):
    pytest.importorskip('onnx', reason='ONNX files are not written')
    pytest.importorskip('onnxruntime', reason='ONNX files are not run')
    cfg = copy.deepcopy(cfg)
    training = start(cfg, row)
    training.step(0)
    weights = tmp_path / 'weights.pth'
    torch.save(
        {'meta': {}, 'state_dict': training.model.state_dict()}, weights
    )
    export_model(cfg, weights, tmp_path / 'model.onnx')
    exported = ExportedPredictor.from_file(tmp_path / 'model.onnx', threads=1)
    image = picture(64, 64, seed=1)
    (expected,) = Predictor.from_files(cfg, weights, 'cpu')([image])
    (found,) = exported([image])
    assert len(expected.scores) > 0
    # pixels, and scores
    for name, gap in (
        ('keypoints', 1e-3),
        ('keypoint_scores', 1e-6),
        ('scores', 1e-6),
    ):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=1e-4, atol=gap
        )
