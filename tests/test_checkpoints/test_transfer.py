"""Only what depends on keypoints differs after a transfer."""

import pytest
import torch
from checkpoint_files import build, randomise

from higherhrnet_plugin.checkpoints import OutputLayout, transfer_weights

HEADS = {
    'default': {},
    'plain': dict(num_deconvs=0),
    'three': dict(num_deconvs=2, tag_levels=(1, 2), tag_dim=2),
    'shared': dict(tag_per_keypoint=False, tag_dim=3),
    'separate': dict(concat_outputs=False),
}


def layout(k, head):
    return OutputLayout(
        num_keypoints=k,
        tag_dim=head.get('tag_dim', 1),
        tag_per_keypoint=head.get('tag_per_keypoint', True),
        tag_levels=head.get('tag_levels', (0,)),
        num_levels=head.get('num_deconvs', 1) + 1,
        concat_outputs=head.get('concat_outputs', True),
    )


def channel_labels(k, names, spec, level):
    """Name every output channel of a level."""
    labels = [('heatmap', name) for name in names]
    if level in spec.tag_levels:
        groups = names if spec.tag_per_keypoint else ['all']
        labels += [(t, g) for t in range(spec.tag_dim) for g in groups]
    return labels


@pytest.mark.parametrize('named', [False, True])
@pytest.mark.parametrize('head', HEADS)
@pytest.mark.parametrize('k', [14, 5, 17, 20])
def test_copies_what_is_common(k, head, named):
    options = HEADS[head]
    old = randomise(build(17, head=options), 1)
    new = randomise(build(k, head=options), 2)
    before = {name: value.clone() for name, value in new.items()}
    old_names = [f'joint{i}' for i in range(17)]
    # every second name is known, in another order
    new_names = [
        f'joint{16 - i}' if i % 2 == 0 and i < 17 else f'new{i}'
        for i in range(k)
    ]
    spec = layout(k, options)
    names = (old_names, new_names) if named else (None, None)
    result = transfer_weights(old, new, spec, *names)
    assert result.state_dict.keys() == new.keys()
    assert all(torch.equal(new[n], v) for n, v in before.items())
    shared = set(old_names) & set(new_names) if named else set()
    assert set(result.mapped) == shared
    different = set()
    for name, value in result.state_dict.items():
        parts = name.split('.')
        is_final = name.startswith('head.final_layers')
        is_input = name.startswith('head.deconv_layers') and name.endswith(
            '.0.0.weight'
        )
        if not is_final and not (is_input and spec.concat_outputs):
            assert torch.equal(value, old[name])
            continue
        different.add(name)
        level = int(parts[2])
        labels = [
            channel_labels(n, names, spec, level)
            for n, names in ((17, old_names), (k, new_names))
        ]
        features = 4 if is_input else 0
        assert len(value) == features + len(labels[1])
        for row in range(len(value)):
            if row < features:
                assert torch.equal(value[row], old[name][row])
                continue
            label = labels[1][row - features]
            if label[1] in shared or label[1] == 'all':
                source = old[name][features + labels[0].index(label)]
                assert torch.equal(value[row], source)
            else:
                assert torch.equal(value[row], new[name][row])
    assert different == {*result.partial, *result.fresh}
    assert {*result.kept} == result.state_dict.keys() - different


def test_values_are_copies_of_the_new_type():
    old = {n: v.half() for n, v in randomise(build(4)).items()}
    new = randomise(build(3), 2)
    result = transfer_weights(old, new, layout(3, {}))
    for name, value in result.state_dict.items():
        assert value.dtype == new[name].dtype
        assert value.data_ptr() not in (
            old[name].data_ptr(),
            new[name].data_ptr(),
        )


def test_counters_may_be_missing():
    old = randomise(build(4))
    old = {n: v for n, v in old.items() if not n.endswith('tracked')}
    new = randomise(build(3), 2)
    result = transfer_weights(old, new, layout(3, {}))
    name = 'backbone.bn1.num_batches_tracked'
    assert torch.equal(result.state_dict[name], new[name])
    assert len(result.kept) == len(old) - 5


def test_report():
    old, new = randomise(build(4)), randomise(build(3), 2)
    names = [*'abcd'], [*'dxa']
    result = transfer_weights(old, new, layout(3, {}), *names)
    assert result.summary == (
        f'kept {len(new) - 5} tensors; kept in part: '
        'head.final_layers.0.weight, head.final_layers.0.bias, '
        'head.final_layers.1.weight, head.final_layers.1.bias, '
        'head.deconv_layers.0.0.0.weight; re-initialised: none; mapped '
        'keypoints: d, a'
    )
    result = transfer_weights(old, new, layout(3, {}))
    assert 're-initialised: head.final_layers.0.weight, ' in result.summary
    assert result.summary.endswith('mapped keypoints: none')


@pytest.mark.parametrize(
    ('source', 'target', 'words'),
    [
        ([*'abcd'], None, 'of both networks'),
        (None, [*'abc'], 'of both networks'),
        ([*'abc'], [*'abc'], '`source` has 3 .* has 4'),
        ([*'abcd'], [*'abcd'], '`target` has 4 .* has 3'),
        ([*'abcd'], [*'xyz'], 'no keypoint name in common'),
    ],
)
def test_names_that_do_not_fit(source, target, words):
    old, new = randomise(build(4)), randomise(build(3), 2)
    with pytest.raises(ValueError, match=words):
        transfer_weights(old, new, layout(3, {}), source, target)


@pytest.mark.parametrize(
    ('file', 'words'),
    [
        (dict(width=6), 'config with an HRNet of W6'),
        (
            dict(head=dict(num_blocks=2)),
            'may differ.\n12 unexpected: head',
        ),
        (dict(head=dict(num_deconvs=0)), 'fit no number'),
        (dict(head=dict(num_deconvs=2)), 'Set `num_deconvs` of the head to 2'),
        (dict(head=dict(tag_dim=2)), 'fit no number'),
        (dict(head=dict(tag_per_keypoint=False)), 'fit no number'),
        (dict(head=dict(concat_outputs=False)), 'more than 4 keypoints'),
        (dict(head=dict(final_kernel=3)), 'more than 4 keypoints'),
    ],
)
def test_networks_that_differ_in_more(file, words):
    old, new = randomise(build(4, **file)), randomise(build(3), 2)
    with pytest.raises(ValueError, match=words):
        transfer_weights(old, new, layout(3, {}))


@pytest.mark.parametrize(
    'name', ['head.final_layers.1.bias', 'head.deconv_layers.0.0.0.weight']
)
def test_incomplete_file(name):
    old, new = randomise(build(4)), randomise(build(3), 2)
    del old[name]
    with pytest.raises(ValueError, match=f'lacks {name}'):
        transfer_weights(old, new, layout(3, {}))
