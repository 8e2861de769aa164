"""Adaptive targets and weights against plain formulae, cell by cell."""

import math
from itertools import product

import pytest
import torch

from higherhrnet_plugin import MultiResolutionHeatmapLoss
from higherhrnet_plugin.models.losses.adaptive import scales_from_tags

SHAPE = (2, 2, 3, 4)
GAMMAS = {'wahr': 0.01, 'residual': 0.01, 'coupled': 0.01, 'focal_l2': 1}
WEIGHTS = [None, *GAMMAS]
SIGMAS = ['fixed', 'learned', 'tags']
BETA = 0.4


def draw(dtype=torch.float64, seed=0):
    """Draw a prediction, a target, a mask and scales of one level."""
    generator = torch.Generator().manual_seed(seed)
    pred = torch.randn(SHAPE, generator=generator, dtype=torch.float64) * 0.7
    target = torch.rand(SHAPE, generator=generator, dtype=torch.float64)
    target[target < 0.4] = 0
    target[0, 0, 0, 0], target[0, 0, 0, 1] = 1, 1e-5
    mask = torch.rand((2, 3, 4), generator=generator) > 0.3
    shift = torch.randn(SHAPE, generator=generator, dtype=torch.float64) * 0.3
    scale = torch.rand(SHAPE, generator=generator, dtype=torch.float64)
    return [x.to(dtype) for x in (pred, target)], mask, shift, 0.06 + scale


def plain_target(sigma, h, scale):
    """T of one cell."""
    if h == 0 or sigma == 'fixed':
        return h
    if sigma == 'learned':
        a = scale * math.log(h)
        return h * (1 + a + a * a / 2)
    return h ** ((BETA / scale) ** 2)


def plain_weight(kind, p, h, t, gamma):
    """Weight of one cell."""
    if kind is None:
        return 1
    if kind == 'focal_l2':
        return (abs(1 - p) if h >= 0.01 else abs(p)) ** gamma
    if kind == 'coupled':
        q = (1 - min(math.log(t), 0)) ** -gamma if t > 0 else 0
    else:
        q = h**gamma
    return q * abs((t if kind == 'residual' else 1) - p) + (1 - q) * abs(p)


def plain_loss(pred, target, mask, scales, sigma, kind, gamma=None):
    """Average over all cells with a loop."""
    gamma = GAMMAS.get(kind) if gamma is None else gamma
    total = 0.0
    for b, k, y, x in product(*map(range, SHAPE)):
        if mask[b, y, x]:
            p, h = pred[b, k, y, x].item(), target[b, k, y, x].item()
            t = plain_target(sigma, h, scales[b, k, y, x].item())
            total += (p - t) ** 2 * plain_weight(kind, p, h, t, gamma)
    return total / pred.numel()


def differences(function, value, step=1e-6):
    """Differentiate a plain function of a tensor, cell by cell."""
    gradient = torch.zeros_like(value)
    for place in product(*map(range, value.shape)):
        ends = []
        for sign in (1, -1):
            moved = value.clone()
            moved[place] += sign * step
            ends.append(function(moved))
        gradient[place] = (ends[0] - ends[1]) / (2 * step)
    return gradient


def scales_of(sigma, shift, scale):
    """Choose what the loss is given beside maps."""
    return {'fixed': None, 'learned': shift, 'tags': scale}[sigma]


@pytest.mark.parametrize('kind', WEIGHTS)
@pytest.mark.parametrize('sigma', SIGMAS)
def test_losses_and_gradients_equal_the_formula(sigma, kind):
    (pred, target), mask, shift, scale = draw()
    given = scales_of(sigma, shift, scale)
    used = shift if given is None else given

    def plain(p):
        return plain_loss(p, target, mask, used, sigma, kind)

    pred.requires_grad_()
    if given is not None:
        given.requires_grad_()
    loss = MultiResolutionHeatmapLoss(sigma=sigma, weight=kind, beta=BETA)
    (found,) = loss(
        [pred], [target], [mask], None if given is None else [given]
    )
    assert found.item() == pytest.approx(plain(pred.detach()), rel=1e-9)
    found.backward()
    expected = differences(plain, pred.detach().clone())
    torch.testing.assert_close(pred.grad, expected, rtol=1e-5, atol=1e-7)
    if sigma == 'learned':
        expected = differences(
            lambda s: plain_loss(pred.detach(), target, mask, s, sigma, kind),
            shift.detach().clone(),
        )
        torch.testing.assert_close(shift.grad, expected, rtol=1e-5, atol=1e-7)
        assert shift.grad.any()


@pytest.mark.parametrize('kind', ['wahr', 'focal_l2', 'coupled', 'residual'])
def test_the_exponent_of_a_weight(kind):
    (pred, target), mask, shift, _ = draw()
    loss = MultiResolutionHeatmapLoss(weight=kind, gamma=2)
    (found,) = loss([pred], [target], [mask])
    expected = plain_loss(pred, target, mask, shift, 'fixed', kind, 2)
    assert found.item() == pytest.approx(expected, rel=1e-9)


def test_a_detached_weight_has_no_gradient():
    (pred, target), mask, _, _ = draw()
    pred.requires_grad_()
    loss = MultiResolutionHeatmapLoss(weight='wahr', detach_weight=True)
    (found,) = loss([pred], [target], [mask])
    found.backward()
    expected = torch.zeros_like(pred)
    for b, k, y, x in product(*map(range, SHAPE)):
        if mask[b, y, x]:
            p, h = pred[b, k, y, x].item(), target[b, k, y, x].item()
            weight = plain_weight('wahr', p, h, h, 0.01)
            expected[b, k, y, x] = 2 * (p - h) * weight / pred.numel()
    torch.testing.assert_close(pred.grad, expected)


def test_what_holds_learned_widths():
    (_, target), mask, shift, _ = draw()
    shift.requires_grad_()
    loss = MultiResolutionHeatmapLoss(
        sigma='learned', loss_weight=[3], sigma_weight=0.5
    )
    (found,) = loss.sigma_losses([shift], [target], [mask])
    counted = mask[:, None] & (target > 0)
    expected = 1.5 * (shift.detach()[counted] ** 2).sum() / target.numel()
    torch.testing.assert_close(found, expected)
    found.backward()
    gradient = torch.where(counted, 3 * shift.detach() / target.numel(), 0)
    torch.testing.assert_close(shift.grad, gradient)


def test_learned_targets_keep_half_and_start_as_drawn():
    (pred, target), mask, shift, _ = draw()
    loss = MultiResolutionHeatmapLoss(sigma='learned')
    (found,) = loss([pred], [target], [mask], [shift * 0])
    (plain,) = MultiResolutionHeatmapLoss()([pred], [target], [mask])
    torch.testing.assert_close(found, plain)
    zero = torch.zeros_like(pred)
    ones = torch.ones_like(mask)
    for wide in (-50.0, 3.0, 50.0):
        (energy,) = loss([zero], [target], [ones], [shift * 0 + wide])
        assert energy >= (target / 2).square().mean()


@pytest.mark.parametrize('sigma', SIGMAS)
@pytest.mark.parametrize('kind', WEIGHTS)
def test_off_is_bit_equal_and_the_rest_is_not(sigma, kind):
    torch.manual_seed(0)
    pred, target = torch.randn(2, 3, 16, 12), torch.rand(2, 3, 16, 12)
    mask = torch.rand(2, 16, 12) > 0.5
    scales = None if sigma == 'fixed' else [torch.full_like(pred, 0.3)]
    outcomes = []
    for options in ({}, dict(sigma=sigma, weight=kind)):
        leaf = pred.clone().requires_grad_()
        (found,) = MultiResolutionHeatmapLoss(**options)(
            [leaf], [target], [mask], scales if options else None
        )
        found.backward()
        outcomes.append((found.detach(), leaf.grad))
    same = all(torch.equal(a, b) for a, b in zip(*outcomes))
    assert same is (sigma == 'fixed' and kind is None)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('sigma', SIGMAS)
@pytest.mark.parametrize('kind', WEIGHTS)
def test_degenerate_maps_stay_finite(sigma, kind, dtype):
    (pred, target), mask, shift, scale = draw(dtype)
    pred, target = pred * 0, target.float()
    target[0, 1], target[1, 0] = 0, 1
    shift, scale = shift.to(dtype), scale.to(dtype)
    # what is masked may be anything
    mask[0, 0, 0] = False
    pred[0, :, 0, 0] = float('nan')
    shift[0, :, 0, 0] = float('inf')
    leaves = [pred.requires_grad_(), shift.requires_grad_()]
    given = scales_of(sigma, shift, scale)
    loss = MultiResolutionHeatmapLoss(sigma=sigma, weight=kind)
    for nobody in (False, True):
        targets = [target * (not nobody)]
        arguments = [pred], targets, [mask]
        more = [] if given is None else [[given]]
        found = loss(*arguments, *more)
        if sigma == 'learned':
            found += loss.sigma_losses([shift], targets, [mask])
        total = sum(found)
        assert total.dtype == torch.float32
        assert total.isfinite()
        total.backward()
        for leaf in leaves:
            assert leaf.grad is None or leaf.grad.isfinite().all()
            leaf.grad = None


def test_maps_of_unlabelled_keypoints_do_not_count():
    (pred, target), mask, shift, _ = draw()
    target[0, 1] = 0
    loss = MultiResolutionHeatmapLoss(
        sigma='learned', weight='wahr', supervise_empty=False
    )
    values = []
    for filled in (0.0, 7.0):
        pred[0, 1] = filled
        values.append(loss([pred], [target], [mask], [shift])[0])
    assert values[0] == values[1] > 0


@pytest.mark.parametrize('number', [1, 2, 8])
def test_scales_of_tags(number):
    k = 3
    torch.manual_seed(number)
    tags = torch.randn(2, number * k, 4, 5, requires_grad=True)
    found = scales_from_tags(tags, k)
    assert not found.requires_grad
    for b, kind, y, x in product(range(2), range(k), range(4), range(5)):
        sizes = [
            abs(tags[b, d * k + kind, y, x].item()) for d in range(number)
        ]
        expected = sum(
            (d + 0.5) / number * size for d, size in enumerate(sizes)
        ) / sum(sizes)
        assert found[b, kind, y, x].item() == pytest.approx(expected, rel=1e-5)
    assert (scales_from_tags(tags * 0, k) == 0.5).all()


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(sigma='person'), r"'person'; for boxes.*`codec.sigma_box_size`"),
        (dict(sigma='wide'), "`sigma`.*'wide'"),
        (dict(weight='heavy'), "`weight`.*'heavy'"),
        (dict(weight='focal_l2', gamma=0.5), '`gamma`.*at least 1'),
        (dict(weight='wahr', gamma=-1), '`gamma`'),
        (dict(beta=0), '`beta`'),
        (dict(sigma='learned', sigma_weight=-1), '`sigma_weight`.* -1'),
        (
            dict(sigma='learned', sigma_weight=float('nan')),
            '`sigma_weight`.* nan',
        ),
        (dict(gamma=2), '`gamma` .* is 2, .*`weight`.* at None'),
        (dict(detach_weight=True), '`detach_weight` .*`weight`.* at False'),
        (dict(weight='wahr', beta=0.5), "`beta` .* 0.5, .*='tags'.* at 0.4"),
        (dict(sigma='learned', beta=0.5), "`beta` .*='tags'"),
        (dict(sigma_weight=2), "`sigma_weight` .* 2, .*='learned'.* at 1.0"),
        (dict(sigma='tags', sigma_weight=2), "`sigma_weight` .*='learned'"),
    ],
    ids=str,
)
def test_options_that_cannot_be(options, words):
    with pytest.raises(ValueError, match=words):
        MultiResolutionHeatmapLoss(**options)


@pytest.mark.parametrize('sigma', SIGMAS)
def test_scales_come_exactly_where_they_are_used(sigma):
    (pred, target), mask, shift, _ = draw()
    loss = MultiResolutionHeatmapLoss(sigma=sigma)
    scales = [shift] if sigma == 'fixed' else None
    with pytest.raises(ValueError, match=f"'{sigma}'.*scales"):
        loss([pred], [target], [mask], scales)
