"""The names of checkpoints, read back."""

import pytest

from higherhrnet_plugin.engine import DurableCheckpointHook
from higherhrnet_plugin.engine.checkpoint_names import compile_template


@pytest.mark.parametrize(
    'template',
    ['epoch_{}.pth', 'ckpt_{:03d}.pth', '{0}.pth', 'a{{b}}_{:d}', 'a+.{:>02}'],
)
def test_steps_are_read_back(template):
    for step in (0, 1, 42, 999, 1000, 12345678):
        for with_copies in (False, True):
            pattern = compile_template(template, with_copies)
            match = pattern.fullmatch(template.format(step))
            assert int(match.group(1)) == step
            assert not pattern.fullmatch(f'{template.format(step)}.bak')


@pytest.mark.parametrize(
    ('name', 'step'),
    [
        ('best_coco_AP_epoch_012.pth', 12),
        ('epoch_012-0badcafe.pth', 12),
        ('best_acc_epoch_012-0badcafe.pth', 12),
        ('epoch_012-mine.pth', None),
        ('my_epoch_012.pth', None),
        ('best_epoch_.pth', None),
    ],
)
def test_copies_match_if_asked_for(name, step):
    template = 'epoch_{:03d}.pth'
    match = compile_template(template, with_copies=True).fullmatch(name)
    assert (match and int(match.group(1))) == step
    assert not compile_template(template).fullmatch(name)


@pytest.mark.parametrize(
    'template',
    [
        'last.pth',
        '{}_{}.pth',
        '{0}_{0}.pth',
        '{epoch}.pth',
        '{:s}.pth',
        '{:x}.pth',
        '{:,}.pth',
        '{:+d}.pth',
        '{:3d}.pth',
        '{:{}}.pth',
        'epoch_{',
        3,
    ],
)
def test_others_are_refused(template):
    with pytest.raises(ValueError, match='filename_tmpl=') as error:
        DurableCheckpointHook(filename_tmpl=template)
    assert repr(template) in str(error.value)
