"""A file that does not fit is refused with what it is and what to do."""

import pytest
import torch
from checkpoint_files import build, imagenet, official, randomise

from higherhrnet_plugin.checkpoints import (
    compare_weights,
    convert_state_dict,
    match_weights,
)


def refuse(model, file):
    with pytest.raises(ValueError, match='do not fit') as error:
        match_weights(model.state_dict(), file)
    return str(error.value).splitlines()


def test_equal_names_and_shapes_match():
    model = build(3)
    match_weights(model.state_dict(), randomise(build(3)))
    old = {
        name: value
        for name, value in model.state_dict().items()
        if not name.endswith('num_batches_tracked')
    }
    assert len(old) < len(model.state_dict())
    match_weights(model.state_dict(), old)


def test_differences_are_listed():
    expected = {'a': torch.ones(2), 'b': torch.ones(1, 3), 'c': torch.ones(1)}
    found = {'b': torch.ones(3), 'c': 'text', 'd': torch.ones(1)}
    assert compare_weights(expected, found) == (
        ['a'],
        ['d'],
        ['b (3,) instead of (1, 3)', 'c str instead of (1,)'],
    )


def test_some_may_differ():
    expected = {'a': torch.ones(2), 'b': torch.ones(1), 'c': torch.ones(1)}
    found = {'a': torch.ones(3), 'b': torch.ones(1), 'd': torch.ones(1)}
    match_weights(expected, found, ignore=('a', 'c', 'd'))
    with pytest.raises(ValueError, match='1 missing: c'):
        match_weights(expected, found, ignore=('a', 'd'))


def test_another_width():
    model, file = build(17, 4), build(17, 6).state_dict()
    head, shapes = refuse(model, file)
    assert head.endswith(
        'the file holds HigherHRNet-W6 for 17 keypoints (COCO), the model is '
        'HigherHRNet-W4 for 17 keypoints (COCO). Take a file of W4, or a '
        'config with an HRNet of W6.'
    )
    expected = model.state_dict()
    differ = [n for n, v in file.items() if v.shape != expected[n].shape]
    assert shapes.startswith(f'{len(differ)} of another shape: ')
    assert shapes.endswith(f' and {len(differ) - 8} more')
    assert all(f'{name} (' in shapes for name in differ[:8])
    assert differ[8] not in shapes


def test_another_number_of_keypoints():
    head, shapes = refuse(build(17), build(14).state_dict())
    assert 'for 14 keypoints (CrowdPose or AIC), the model is' in head
    assert head.endswith('use `model.finetune=dict(checkpoint=...)`.')
    assert shapes.startswith('5 of another shape: head.final_layers.0.weight ')
    assert 'head.final_layers.1.bias (14,) instead of (17,)' in shapes


@pytest.mark.parametrize('number', [0, 2])
def test_another_number_of_deconvolutions(number):
    file = build(17, head=dict(num_deconvs=number)).state_dict()
    head, kind = refuse(build(17), file)[:2]
    assert f'Set `num_deconvs` of the head to {number}' in head
    assert f'{number + 1} `codec.strides`' in head
    assert kind.split(maxsplit=1)[1].startswith(
        'missing: ' if number == 0 else 'unexpected: '
    )


def test_a_backbone_is_no_model():
    head, missing, unexpected = refuse(
        build(17), convert_state_dict(imagenet())
    )
    assert 'an HRNet-W4 of ImageNet without a pose head' in head
    assert (
        "`model.backbone.init_cfg=dict(type='Pretrained', checkpoint=...)`"
    ) in head
    assert 'missing: head.final_layers.0.weight' in missing
    assert 'backbone.stage4.1.fuse_layers.1.' in unexpected


@pytest.mark.parametrize('file', [{}, {'backbone.a': 1, 'backbone.b': 'x'}])
def test_no_tensors(file):
    lines = refuse(build(17), file)
    assert 'the file holds no weights' in lines[0]
    assert 'Give a file with the tensors of a network' in lines[0]


def test_a_tensor_too_few_or_too_many():
    model = build(17)
    file = convert_state_dict(official(randomise(build(17))))
    file['backbone.extra.weight'] = torch.ones(1)
    del file['head.deconv_layers.0.1.0.bn1.running_var']
    head, missing, unexpected = refuse(model, file)
    assert '`model.strict_load=False`' in head
    assert missing == '1 missing: head.deconv_layers.0.1.0.bn1.running_var'
    assert unexpected == '1 unexpected: backbone.extra.weight'


def test_other_backbones():
    def resnet(depth):
        return build(
            17,
            backbone=dict(type='ResNet', depth=depth, out_indices=(0,)),
            head=dict(in_channels=64),
        )

    match_weights(resnet(18).state_dict(), resnet(18).state_dict())
    head, *_ = refuse(resnet(18), resnet(34).state_dict())
    assert 'the file holds a bottom-up network for 17 keypoints' in head
