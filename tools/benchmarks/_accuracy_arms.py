"""The arms of the study of accuracy, and what they share.

A new arm is an entry of :func:`make_switches`: what it is compared with, and
options that make it, as for ``--cfg-options``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

CONFIG = (
    'configs/body_2d_keypoint/associative_embedding/synthetic/'
    'ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py'
)
# in a data set of make_synthetic_people.py
VAL_FILE = 'annotations/person_keypoints_val.json'
# Stored with the results. Runs of another protocol are never mixed in.
PROTOCOL: dict[str, Any] = {
    'version': 2,
    'config': CONFIG.rpartition('/')[2],
    'input_size': 256,
    'sigma': 1.5,
    'batch_size': 8,
    'iterations': 800,
    # twice as fast, on a CPU that computes with it
    'bfloat16': True,
    'lr': 3e-3,
    # of pull and push; with 1e-3 tags of usual people part late, and in
    # some seeds only
    'tag_weight': 3e-3,
}
# the demo's network and data, but shorter
_USUAL: dict[str, Any] = {
    **{k: v for k, v in PROTOCOL.items() if k != 'bfloat16'},
    'input_size': 128,
    'sigma': [1.0, 1.5],
    'batch_size': 16,
    'lr': 4e-3,
}
# the first two by the people of the data set
PROTOCOLS: dict[str, dict[str, Any]] = {
    'hard': PROTOCOL,
    'usual': _USUAL,
    # from weights whose tags have parted, so that runs scatter little
    'continued': {**_USUAL, 'iterations': 400, 'lr': 1e-3, 'start': 'demo'},
}


class Arm(NamedTuple):
    """One network that is trained, or one way to test it.

    Attributes:
        title (str): What distinguishes it, for tables.
        options (Mapping): Values by dotted key of the config.
        base (str, optional): The arm that it is compared with.
        weights_of (str, optional): The arm whose weights it tests, so that
            it is not trained; ``options`` must concern the test alone.
        paper (tuple, optional): AP and AP(M) in percent that the paper has
            for the change, see docs/ablation.md.
        labelled (bool): Whether tags are those of the labels, so that the
            heatmaps alone are tested; for arms that test.
    """

    title: str
    options: Mapping[str, Any]
    base: Optional[str] = None
    weights_of: Optional[str] = None
    paper: Optional[tuple[float, float]] = None
    labelled: bool = False


_CONCAT = {
    'model.head.concat_outputs': True,
    'model.head.num_blocks': 0,
    'model.head.decoder.heatmap_levels': (1,),
}
# The ablation of the paper (HigherHRNet, table 4), every row on the one above.
ABLATION: dict[str, Arm] = {
    'plain': Arm(
        'no deconvolution', {'codec.strides': (4,)}, paper=(64.4, 57.1)
    ),
    'deconv': Arm(
        '+ deconvolution, both levels supervised',
        {**_CONCAT, 'model.head.concat_outputs': False},
        base='plain',
        paper=(66.0, 60.7),
    ),
    'concat': Arm(
        '+ concatenation', _CONCAT, base='deconv', paper=(66.3, 60.8)
    ),
    'aggregate': Arm(
        '+ heatmaps of both levels averaged',
        {**_CONCAT, 'model.head.decoder.heatmap_levels': None},
        base='concat',
        weights_of='concat',
        paper=(66.9, 61.0),
    ),
    'blocks': Arm(
        '+ residual blocks (HigherHRNet)',
        {},
        base='aggregate',
        paper=(67.1, 61.5),
    ),
    'two': Arm(
        'two deconvolutions', {'codec.strides': (4, 2, 1)}, base='blocks'
    ),
}

# the same weights, where people are told apart by their labels
LABELLED: dict[str, Arm] = {
    f'{name}-labels': arm._replace(
        title=f'{arm.title}; tags of labels',
        base=arm.base and f'{arm.base}-labels',
        weights_of=arm.weights_of or name,
        labelled=True,
    )
    for name, arm in ABLATION.items()
}

_LOSS = 'model.head.heatmap_loss'
_DIM = 'model.head.tag_dim'
_AE = ('model.head.tag_loss.pull_weight', 'model.head.tag_loss.push_weight')
_SCORE = 'model.head.decoder.person_score'


def _switch(title: str, options: Mapping[str, Any], base: str = '') -> Arm:
    """Make an arm that differs from HigherHRNet in its training."""
    return Arm(title, options, base or 'blocks')


def _test(title: str, options: Mapping[str, Any], base: str = '') -> Arm:
    """Make an arm that tests the weights of HigherHRNet in another way."""
    return Arm(title, options, base or 'blocks', weights_of='blocks')


def make_switches(protocol: Mapping[str, Any] = PROTOCOL) -> dict[str, Arm]:
    """Make the arms that docs/recipes.md describes.

    Each is named with what it may be mistaken for. Sizes are those of the
    drawn people: half of them are less than 57 pixels of the input high.

    Args:
        protocol (Mapping): As ``PROTOCOL``, the default.

    Returns:
        dict[str, Arm]: by name.
    """
    scaled = {
        _DIM: 8,
        'codec.person_scales': True,
        # a tenth of the weight of pull and push, as published
        'model.head.tag_loss.scale_weight': protocol['tag_weight'] / 10,
    }
    # made for inputs of 512 pixels
    cells = [side * protocol['input_size'] // 512 for side in (0, 16, 32, 44)]
    learned = {f'{_LOSS}.sigma': 'learned'}
    coupled = {
        **scaled,
        'model.head.concat_tags': False,
        f'{_LOSS}.sigma': 'tags',
        f'{_LOSS}.weight': 'coupled',
        f'{_LOSS}.beta': 0.16,
    }
    hidden = {
        'train_dataloader.dataset.augmentation.hide_prob': 1,
        'train_dataloader.dataset.augmentation.hide_sizes': tuple(cells),
    }
    # an average over 200 iterations, as a run has few
    average: dict[str, Any] = {'type': 'EMAHook', 'ema_type': 'ExpMomentumEMA'}
    average.update(momentum=5e-3, gamma=100, update_buffers=True)
    modern = {
        'optim_wrapper.optimizer.type': 'AdamW',
        'optim_wrapper.optimizer.weight_decay': 0.01,
        'optim_wrapper.paramwise_cfg': {
            'norm_decay_mult': 0,
            'bias_decay_mult': 0,
            'bypass_duplicate': True,
        },
        'custom_hooks': [{'type': 'SyncBuffersHook'}, average],
    }
    return {
        'aligned': _test(
            'flip test as in training',
            {'model.head.decoder.align_flip': True},
        ),
        'found': _test('score: mean of found joints', {_SCORE: 'found'}),
        'sigma-1': _switch('sigma 1', {'codec.sigma': 1.0}),
        'sigma-2': _switch('sigma 2', {'codec.sigma': 2.0}),
        'sigma-3': _switch('sigma 3', {'codec.sigma': 3.0}),
        'person': _switch('sigma by box', {'codec.sigma_box_size': 57}),
        'learned': _switch('sigma learned', learned),
        'wahr': _switch('WAHR', {f'{_LOSS}.weight': 'wahr'}),
        'residual': _switch(
            'WAHR by residual', {f'{_LOSS}.weight': 'residual'}
        ),
        'focal': _switch('focal L2', {f'{_LOSS}.weight': 'focal_l2'}),
        'swahr': _switch(
            'SWAHR: sigma learned, WAHR',
            {**learned, f'{_LOSS}.weight': 'wahr'},
        ),
        'light-tags': _switch(
            "pull and push at the paper's weight", dict.fromkeys(_AE, 1e-3)
        ),
        'push-max': _switch(
            'push: max(0, 1 - d)', {'model.head.tag_loss.push_type': 'max'}
        ),
        'tags-2': _switch('2 tags', {_DIM: 2}),
        'tags-8': _switch('8 tags', {_DIM: 8}),
        'scaled': _switch('8 tags, scale loss', scaled, 'tags-8'),
        'coupled': _switch(
            'coupled embedding: sigma by tags, weighted', coupled, 'tags-8'
        ),
        'aid': _switch('AID: hidden cells', hidden),
        'adamw': _switch('AdamW, moving average', modern),
    }


def make_arms(protocol: Mapping[str, Any] = PROTOCOL) -> dict[str, Arm]:
    """Make all arms, those of the ablation first."""
    return {**ABLATION, **LABELLED, **make_switches(protocol)}


ARMS: dict[str, Arm] = make_arms()


def trained(names: Iterable[str], arms: Mapping[str, Arm]) -> list[str]:
    """List the arms that have to be trained for some arms.

    Args:
        names (Iterable[str]): The arms that are wanted.
        arms (Mapping): All arms.

    Returns:
        list[str]: each once, in the order of ``arms``.
    """
    needed = {arms[name].weights_of or name for name in names}
    return [name for name in arms if name in needed]


def tested_with(name: str, arms: Mapping[str, Arm]) -> list[str]:
    """List the arms that test the weights of a trained arm, itself first."""
    return [name, *(n for n, arm in arms.items() if arm.weights_of == name)]
