"""Tags that tell the size of people, against a plain loop."""

import math

import pytest
import torch

from higherhrnet_plugin import MultiResolutionAELoss


def plain_scale(tags, indices, scales, k):
    """Compute the term of a batch person by person."""
    images = []
    for maps, people, sizes in zip(tags, indices, scales):
        flat = maps.reshape(-1, k, maps[0].numel())
        number, terms = len(flat), []
        for person, r in zip(people, sizes):
            read = [
                flat[:, kind, place].tolist()
                for kind, (place, valid) in enumerate(person.tolist())
                if valid
            ]
            if not read:
                continue
            mean = [
                abs(sum(t[d] for t in read) / len(read)) for d in range(number)
            ]
            g = [
                1 / (abs(float(r) - (d + 0.5) / number) + 1e-12)
                for d in range(number)
            ]
            norms = math.hypot(*mean) * math.hypot(*g)
            terms.append(1 - sum(map(math.prod, zip(mean, g))) / norms)
        images.append(sum(terms) / max(1, len(terms)))
    return sum(images) / len(images)


def batch(number, counts, k=3, seed=0):
    """Draw tags (B, L*K, 5, 4), positions and scales."""
    generator = torch.Generator().manual_seed(seed)
    tags = torch.randn(
        (len(counts), number * k, 5, 4),
        generator=generator,
        dtype=torch.float64,
    )
    indices, scales = [], []
    for n in counts:
        place = torch.randint(0, 20, (n, k), generator=generator)
        valid = torch.randint(0, 2, (n, k), generator=generator)
        valid[:1, 0] = 1
        indices.append(torch.stack((place, valid), -1))
        scales.append(torch.rand(n, generator=generator))
    return tags, indices, scales


@pytest.mark.parametrize('number', [1, 2, 8])
@pytest.mark.parametrize('counts', [(1,), (3, 0, 5)], ids=str)
def test_values_and_gradients(number, counts):
    tags, indices, scales = batch(number, counts)
    tags.requires_grad_()
    loss = MultiResolutionAELoss(scale_weight=0.5)
    pull, push, found = loss(tags, indices, scales)
    usual = MultiResolutionAELoss()(tags, indices)
    assert torch.equal(torch.stack([pull, push]), torch.stack(usual))
    expected = plain_scale(tags.detach(), indices, scales, 3)
    assert found.item() == pytest.approx(0.5 * expected, rel=1e-6, abs=1e-12)
    found.backward()
    numeric = torch.zeros_like(tags)
    for place in (tags.grad != 0).nonzero().tolist()[:12]:
        ends = []
        for sign in (1, -1):
            moved = tags.detach().clone()
            moved[tuple(place)] += sign * 1e-6
            ends.append(plain_scale(moved, indices, scales, 3))
        numeric[tuple(place)] = 0.5 * (ends[0] - ends[1]) / 2e-6
    seen = numeric != 0
    torch.testing.assert_close(
        tags.grad[seen], numeric[seen], rtol=1e-4, atol=1e-7
    )
    assert seen.any() == (number > 1)


def test_tags_that_point_to_the_size_cost_nothing():
    tags = torch.zeros(1, 8, 1, 1)
    tags[0, 2] = -3
    indices = [torch.tensor([[[0, 1]]])]
    loss = MultiResolutionAELoss(scale_weight=1)
    right, wrong = (
        loss(tags, indices, [torch.tensor([r])])[2] for r in (2.5 / 8, 6.5 / 8)
    )
    assert right == pytest.approx(0, abs=1e-6)
    assert wrong == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize('dtype', [torch.float16, torch.float32])
@pytest.mark.parametrize('value', [0, 1])
def test_degenerate_cases_stay_finite(value, dtype):
    # tags of 0, equal sizes that are those of a dimension, nobody, no size
    tags = torch.full((3, 4, 2, 2), value, dtype=dtype, requires_grad=True)
    person = torch.tensor([[[0, 1], [1, 1]]])
    indices = [person.repeat(2, 1, 1), person[:0], person]
    scales = [torch.tensor([0.25, 0.25]), torch.zeros(0), torch.zeros(1)]
    terms = MultiResolutionAELoss(scale_weight=1)(tags, indices, scales)
    assert all(
        term.isfinite() and term.dtype == torch.float32 for term in terms
    )
    sum(terms).backward()
    assert tags.grad.isfinite().all()


def test_shared_tags():
    tags, indices, scales = batch(4, (2, 1), k=3)
    shared = tags[:, ::3].contiguous()
    spread = shared.repeat_interleave(3, dim=1)
    found = MultiResolutionAELoss(scale_weight=1, tag_per_keypoint=False)(
        shared, indices, scales
    )
    expected = MultiResolutionAELoss(scale_weight=1)(spread, indices, scales)
    torch.testing.assert_close(found, expected)


def test_scales_come_where_they_count():
    tags, indices, _ = batch(4, (2, 1))
    with pytest.raises(
        ValueError,
        match=r'`scale_weight` .* 0.5, .*`codec.person_scales=True`',
    ):
        MultiResolutionAELoss(scale_weight=0.5)(tags, indices)


@pytest.mark.parametrize(
    ('numbers', 'words'),
    [
        ((2,), 'of 1 images for .* of 2'),
        ((2, 2), r'image 1: .*\(1,\).* got \(2,\)'),
        # not filled up with scales of 0
        ((1, 1), r'image 0: .*\(2,\).* got \(1,\)'),
        ((0, 1), r'image 0: .*\(2,\).* got \(0,\)'),
    ],
    ids=str,
)
def test_scales_of_others_are_refused(numbers, words):
    tags, indices, _ = batch(4, (2, 1))
    scales = [torch.full((n,), 0.5) for n in numbers]
    with pytest.raises(ValueError, match=words):
        MultiResolutionAELoss(scale_weight=1)(tags, indices, scales)
