"""Masked mean squared error of every level."""

import pytest
import torch
from mmpose.registry import MODELS

from higherhrnet_plugin import MultiResolutionHeatmapLoss
from higherhrnet_plugin.models.losses import masked_mse as module
from higherhrnet_plugin.models.losses.masked_mse import masked_mse


def batch(levels=2, size=2, k=3, dtype=torch.float32, seed=0):
    """Draw predictions, targets and masks of maps 6 x 8, 12 x 16, ..."""
    generator = torch.Generator().manual_seed(seed)
    preds, targets, masks = [], [], []
    for level in range(levels):
        shape = (size, k, 6 * 2**level, 8 * 2**level)
        preds.append(torch.randn(shape, generator=generator, dtype=dtype))
        targets.append(torch.rand(shape, generator=generator, dtype=dtype))
        mask = torch.rand((size, *shape[2:]), generator=generator) > 0.3
        masks.append(mask)
    return preds, targets, masks


def reference(pred, target, mask):
    """Average one level image by image and cell by cell."""
    images = []
    for p, t, m in zip(pred, target, mask):
        total = 0.0
        for k, y, x in torch.cartesian_prod(
            *(torch.arange(n) for n in p.shape)
        ).tolist():
            if m[y, x]:
                total += (p[k, y, x].item() - t[k, y, x].item()) ** 2
        images.append(total / p.numel())
    return sum(images) / len(images)


@pytest.mark.parametrize('levels', [1, 2, 3])
@pytest.mark.parametrize('k', [1, 3])
def test_values_equal_the_loop(levels, k):
    data = batch(levels, k=k)
    losses = MODELS.build(dict(type='MultiResolutionHeatmapLoss'))(*data)
    assert len(losses) == levels
    for loss, pred, target, mask in zip(losses, *data):
        assert loss.shape == ()
        assert loss.item() == pytest.approx(
            reference(pred, target, mask), rel=1e-5
        )


@pytest.mark.parametrize(
    ('weight', 'expected'), [(2, (2, 2)), (0.0, (0, 0)), ([0.5, 3], (0.5, 3))]
)
def test_weights(weight, expected):
    data = batch()
    plain = MultiResolutionHeatmapLoss()(*data)
    weighted = MultiResolutionHeatmapLoss(weight)(*data)
    for loss, value, factor in zip(weighted, plain, expected):
        torch.testing.assert_close(loss, factor * value)


def test_masked_cells_count_in_the_mean_but_not_in_the_sum():
    pred, target = torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)
    mask = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    (loss,) = MultiResolutionHeatmapLoss()([pred], [target], [mask])
    assert loss.item() == 0.25


@pytest.mark.parametrize('kind', [torch.bool, torch.float32])
def test_masked_cells_get_no_gradient(kind):
    preds, targets, masks = batch()
    preds = [p.requires_grad_() for p in preds]
    losses = MultiResolutionHeatmapLoss()(
        preds, targets, [m.to(kind) for m in masks]
    )
    sum(losses).backward()
    for pred, mask in zip(preds, masks):
        masked = ~mask[:, None].expand_as(pred)
        assert (pred.grad[masked] == 0).all()
        assert (pred.grad[~masked] != 0).all()


def test_everything_masked():
    preds, targets, masks = batch()
    preds = [p.requires_grad_() for p in preds]
    losses = MultiResolutionHeatmapLoss()(
        preds, targets, [torch.zeros_like(m) for m in masks]
    )
    sum(losses).backward()
    assert [loss.item() for loss in losses] == [0, 0]
    assert all((p.grad == 0).all() for p in preds)


def test_images_without_people_have_a_loss():
    preds, targets, masks = batch()
    losses = MultiResolutionHeatmapLoss()(
        preds, [t * 0 for t in targets], masks
    )
    assert all(loss > 0 for loss in losses)


def test_a_batch_is_the_mean_of_its_images():
    data = batch(size=3)
    loss = MultiResolutionHeatmapLoss()
    whole = loss(*data)
    single = [
        loss(*([level[b : b + 1] for level in part] for part in data))
        for b in range(3)
    ]
    for level, value in enumerate(whole):
        mean = sum(image[level] for image in single) / 3
        torch.testing.assert_close(value, mean)


def test_gradient_in_float64():
    preds, targets, masks = batch(k=2, dtype=torch.float64)
    preds = [p[..., :4, :4].clone().requires_grad_() for p in preds]
    targets = [t[..., :4, :4] for t in targets]
    masks = [m[..., :4, :4] for m in masks]
    assert torch.autograd.gradcheck(
        lambda *p: tuple(MultiResolutionHeatmapLoss()(p, targets, masks)),
        preds,
    )


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_is_computed_in_float32(dtype):
    preds, targets, masks = batch()
    # squares beyond what float16 holds
    preds = [(p * 1e3).to(dtype) for p in preds]
    targets = [t.to(dtype) for t in targets]
    with torch.autocast('cpu', dtype=torch.bfloat16):
        losses = MultiResolutionHeatmapLoss()(preds, targets, masks)
    expected = MultiResolutionHeatmapLoss()(
        [p.float() for p in preds], [t.float() for t in targets], masks
    )
    for loss, value in zip(losses, expected):
        assert loss.dtype == torch.float32
        assert torch.isfinite(loss)
        torch.testing.assert_close(loss, value)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        pytest.param(
            lambda p, t, m: (p[:1], t, m),
            r'1 levels.*have 2.*masks 2.*`heatmap_sizes`',
            id='levels of the head',
        ),
        pytest.param(
            lambda p, t, m: (p, t, m[:1]), r'2 levels.*masks 1', id='masks'
        ),
        pytest.param(
            lambda p, t, m: (p, [t[0], t[1][:, :2]], m),
            r'level 1.*\(2, 3, 12, 16\).*\(2, 2, 12, 16\).*`num_keypoints`',
            id='keypoints',
        ),
        pytest.param(
            lambda p, t, m: (p, [t[1], t[1]], m),
            r'level 0.*\(2, 3, 6, 8\).*\(2, 3, 12, 16\).*`heatmap_sizes`',
            id='size',
        ),
        pytest.param(
            lambda p, t, m: (p, t, [m[0][:, None], m[1]]),
            r'level 0.*mask \(B, h, w\).*\(2, 1, 6, 8\)',
            id='mask',
        ),
    ],
)
def test_errors(change, words):
    with pytest.raises(ValueError, match=words):
        MultiResolutionHeatmapLoss()(*change(*batch()))


def test_a_weight_for_each_level():
    with pytest.raises(ValueError, match=r'`loss_weight` has 3 .* 2 levels'):
        MultiResolutionHeatmapLoss([1, 2, 3])(*batch())


def plain(pred, target, mask):
    """Write the official formula down."""
    return ((pred.float() - target) ** 2 * mask[:, None]).mean()


MASKS = [
    pytest.param(lambda mask: mask, id='bool'),
    pytest.param(lambda mask: mask.float(), id='float'),
    pytest.param(lambda mask: mask * 0.3 + 0.1, id='weights'),
]


@pytest.mark.parametrize('make_mask', MASKS)
@pytest.mark.parametrize(
    'view',
    [
        pytest.param(lambda maps: maps, id='whole'),
        pytest.param(lambda maps: maps[:, 1:3], id='slice'),
        pytest.param(
            lambda maps: maps.to(memory_format=torch.channels_last),
            id='channels last',
        ),
    ],
)
@pytest.mark.parametrize('piece', [2**22, 1000, 1], ids=['all', 'some', 'one'])
def test_gradients_equal_the_plain_formula(
    view, make_mask, piece, monkeypatch
):
    monkeypatch.setattr(module, '_CPU_PIECE', piece)
    preds, targets, masks = batch(size=5)
    for pred, target, mask in zip(preds, targets, masks):
        mask, target = make_mask(mask), view(target).contiguous()
        ours = pred.clone().requires_grad_()
        theirs = pred.clone().requires_grad_()
        loss = masked_mse(view(ours), target, mask)
        expected = plain(view(theirs), target, mask)
        torch.testing.assert_close(loss, expected, rtol=1e-6, atol=0)
        (3 * loss).backward()
        (3 * expected).backward()
        torch.testing.assert_close(
            ours.grad, theirs.grad, rtol=1e-6, atol=1e-9
        )


def test_the_graph_may_be_used_twice():
    preds, targets, masks = batch(levels=1)
    pred = preds[0].requires_grad_()
    loss = masked_mse(pred, targets[0], masks[0])
    loss.backward(retain_graph=True)
    once = pred.grad.clone()
    loss.backward()
    torch.testing.assert_close(pred.grad, 2 * once)


def test_a_second_derivative_is_refused():
    preds, targets, masks = batch(levels=1)
    pred = preds[0].requires_grad_()
    loss = masked_mse(pred, targets[0], masks[0])
    with pytest.raises(RuntimeError, match=r'twice.*`create_graph`'):
        torch.autograd.grad(loss, pred, create_graph=True)


def test_a_changed_argument_is_noticed():
    preds, targets, masks = batch(levels=1)
    loss = masked_mse(preds[0].requires_grad_(), targets[0], masks[0])
    targets[0].add_(1)
    with pytest.raises(RuntimeError, match='modified by an inplace'):
        loss.backward()


@pytest.mark.parametrize('which', [1, 2], ids=['target', 'mask'])
def test_constants_have_no_gradient(which):
    arguments = [part[0].float() for part in batch(levels=1)]
    arguments[which].requires_grad_()
    with pytest.raises(ValueError, match='constants'):
        masked_mse(*arguments)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_gradients_of_half_precision(dtype):
    preds, targets, masks = batch(levels=1)
    pred = preds[0].to(dtype).requires_grad_()
    masked_mse(pred, targets[0], masks[0]).backward()
    other = pred.detach().clone().requires_grad_()
    plain(other, targets[0], masks[0]).backward()
    assert pred.grad.dtype == dtype
    # one rounding at the end
    torch.testing.assert_close(
        pred.grad.float(),
        other.grad.float(),
        rtol=2 * torch.finfo(dtype).eps,
        atol=1e-7,
    )


def test_nothing_is_saved_but_the_arguments():
    preds, targets, masks = batch(levels=1)
    saved = []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda tensor: saved.append(tensor.data_ptr()) or tensor,
        lambda tensor: tensor,
    ):
        masked_mse(preds[0].requires_grad_(), targets[0], masks[0])
    given = {t.data_ptr() for t in (preds[0], targets[0], masks[0])}
    assert set(saved) == given


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_maps_that_nobody_labelled_do_not_count(dtype):
    torch.manual_seed(0)
    pred = torch.rand(2, 3, 8, 6).to(dtype).requires_grad_()
    target = torch.rand(2, 3, 8, 6)
    target[0, 1] = 0
    target[1, 2] = 0
    mask = (torch.rand(2, 8, 6) > 0.3).float()
    loss_of = MultiResolutionHeatmapLoss(supervise_empty=False)
    (loss,) = loss_of([pred], [target], [mask])
    loss.backward()

    plain = pred.detach().float().requires_grad_()
    total = 0
    for b in range(2):
        for k in range(3):
            if target[b, k].max() > 0:
                square = (plain[b, k] - target[b, k]) ** 2
                total = total + (square * mask[b]).sum()
    expected = total / pred.numel()
    expected.backward()
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(
        pred.grad.float(),
        plain.grad,
        rtol=1e-2
        if dtype.is_floating_point and dtype != torch.float32
        else 1e-6,
        atol=1e-7,
    )
    assert not pred.grad[0, 1].any()
    assert not pred.grad[1, 2].any()
    (official,) = MultiResolutionHeatmapLoss()([pred], [target], [mask])
    assert official > loss
