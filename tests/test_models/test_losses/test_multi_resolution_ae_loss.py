"""Pull and push against a loop over people."""

import numpy as np
import pytest
import torch
from helpers import KEYPOINTS, random_indices, reference_ae
from mmpose.registry import MODELS

from higherhrnet_plugin import MultiResolutionAELoss

SHAPE = (5, 7)
CELLS = 35

COUNTS = [
    pytest.param((0,), id='nobody'),
    pytest.param((1,), id='one'),
    pytest.param((2,), id='two'),
    pytest.param((40,), id='many'),
    pytest.param((0, 0), id='nobody twice'),
    pytest.param((3, 0, 1, 12), id='mixed'),
]


def build(**options):
    return MultiResolutionAELoss(pull_weight=1, push_weight=1, **options)


def draw_tags(counts, k, tag_dim=1, dtype=torch.float32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = (len(counts), tag_dim * k, *SHAPE)
    return torch.randn(shape, generator=generator, dtype=dtype)


def reference(tags, indices, k, push_type='exp', shared=False):
    terms = []
    for image, index in zip(tags, indices):
        maps = image.unflatten(0, (-1, 1 if shared else k))
        maps = maps.expand(-1, k, -1, -1)
        terms.append(reference_ae(maps, index, push_type))
    pull, push = (torch.stack(t) for t in zip(*terms))
    return pull.mean(), push.mean()


def both(tags, indices, k, **options):
    """Give our terms and those of the loop."""
    shared = not options.get('tag_per_keypoint', True)
    push_type = options.get('push_type', 'exp')
    ours = build(**options)(tags, indices)
    return ours, reference(tags, indices, k, push_type, shared)


@pytest.mark.parametrize('push_type', ['exp', 'max'])
@pytest.mark.parametrize('tag_dim', [1, 2])
@pytest.mark.parametrize('per_keypoint', [True, False])
@pytest.mark.parametrize('counts', COUNTS)
def test_values_equal_the_loop(counts, per_keypoint, tag_dim, push_type):
    k = 3
    rng = np.random.default_rng(1)
    tags = draw_tags(counts, k if per_keypoint else 1, tag_dim)
    indices = random_indices(rng, counts, k, CELLS)
    ours, expected = both(
        tags, indices, k, push_type=push_type, tag_per_keypoint=per_keypoint
    )
    for ours_i, expected_i in zip(ours, expected):
        assert ours_i.shape == ()
        torch.testing.assert_close(ours_i, expected_i, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize('k', KEYPOINTS)
def test_any_number_of_keypoints(k):
    tags = draw_tags((2, 5), k)
    indices = random_indices(np.random.default_rng(k), (2, 5), k, CELLS)
    indices[0][0, 0, 1] = indices[0][1, 0, 1] = 1
    ours, expected = both(tags, indices, k)
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-6)
    assert ours[1] > 0


def test_two_people_by_hand():
    tags = torch.zeros(1, 2, 1, 4)
    tags[0, 0, 0], tags[0, 1, 0] = (
        torch.tensor([1.0, 4.0, 0, 0]),
        torch.tensor([3.0, 4.0, 0, 0]),
    )
    # person 0 has the tags 1 and 3, person 1 has 4 and 4
    indices = [torch.tensor([[[0, 1], [0, 1]], [[1, 1], [1, 1]]])]
    pull, push = build()(tags, indices)
    assert pull.item() == pytest.approx(0.5)
    assert push.item() == pytest.approx(0.5 * np.exp(-4))
    _, push = build(push_type='max')(tags / 4, indices)
    assert push.item() == pytest.approx(0.5 * (1 - 0.5))
    weighted = MultiResolutionAELoss(pull_weight=2, push_weight=3)
    pull, push = weighted(tags, indices)
    assert pull.item() == pytest.approx(1)
    assert push.item() == pytest.approx(1.5 * np.exp(-4))


@pytest.mark.parametrize('counts', [(0,), (0, 0, 0), (3, 2)])
@pytest.mark.parametrize('push_type', ['exp', 'max'])
@pytest.mark.parametrize('per_keypoint', [True, False])
def test_nobody_labelled_gives_zeros_and_gradients(
    counts, push_type, per_keypoint
):
    tags = draw_tags(counts, 3 if per_keypoint else 1, 2).requires_grad_()
    indices = random_indices(np.random.default_rng(2), counts, 3, CELLS)
    for index in indices:
        index[...] = 0
    pull, push = build(push_type=push_type, tag_per_keypoint=per_keypoint)(
        tags, indices
    )
    assert (pull.item(), push.item()) == (0, 0)
    (pull + push).backward()
    assert tags.grad is not None
    assert (tags.grad == 0).all()


@pytest.mark.parametrize('push_type', ['exp', 'max'])
def test_one_person_is_not_pushed(push_type):
    tags = draw_tags((1,), 5).requires_grad_()
    indices = [torch.tensor([[[3, 1], [0, 0], [9, 1], [34, 1], [0, 0]]])]
    pull, push = build(push_type=push_type)(tags, indices)
    assert push.item() == 0
    assert pull.item() > 0
    pull.backward()
    touched = (tags.grad[0] != 0).flatten(1)
    expected = torch.zeros_like(touched)
    expected[0, 3] = expected[2, 9] = expected[3, 34] = True
    assert torch.equal(touched, expected)


def test_a_person_of_one_keypoint_has_no_pull():
    tags = draw_tags((1,), 3)
    pull, _ = build()(tags, [torch.tensor([[[3, 1], [0, 0], [0, 0]]])])
    assert pull.item() == 0


def test_people_without_labels_do_not_count():
    tags = draw_tags((2,), 3)
    indices = random_indices(np.random.default_rng(3), (4,), 3, CELLS)
    indices[0][..., 1] = 1
    nobody = torch.zeros(5, 3, 2, dtype=torch.int64)
    more = [torch.cat((nobody[:2], indices[0], nobody))]
    torch.testing.assert_close(
        build()(tags[:1], indices), build()(tags[:1], more)
    )


@pytest.mark.parametrize('push_type', ['exp', 'max'])
def test_a_batch_is_the_mean_of_its_images(push_type):
    counts, k = (4, 0, 1, 9), 5
    tags = draw_tags(counts, k)
    indices = random_indices(np.random.default_rng(4), counts, k, CELLS)
    loss = build(push_type=push_type)
    whole = loss(tags, indices)
    single = [
        loss(tags[b : b + 1], indices[b : b + 1]) for b in range(len(counts))
    ]
    for i in (0, 1):
        mean = sum(terms[i] for terms in single) / len(counts)
        torch.testing.assert_close(whole[i], mean)
    # the order of the images does not matter, nor that of the people
    swapped = loss(tags.flip(0), [i.flip(0) for i in indices[::-1]])
    torch.testing.assert_close(whole, swapped)


@pytest.mark.parametrize('push_type', ['exp', 'max'])
@pytest.mark.parametrize('tag_dim', [1, 2])
@pytest.mark.parametrize('per_keypoint', [True, False])
def test_gradient_in_float64(push_type, tag_dim, per_keypoint):
    counts, k = (3, 0, 2), 3
    channels = k if per_keypoint else 1
    tags = draw_tags(counts, channels, tag_dim, torch.float64) * 0.3
    indices = random_indices(np.random.default_rng(5), counts, k, CELLS)
    loss = build(push_type=push_type, tag_per_keypoint=per_keypoint)
    assert torch.autograd.gradcheck(
        lambda t: loss(t, indices), tags.requires_grad_()
    )


@pytest.mark.parametrize('push_type', ['exp', 'max'])
@pytest.mark.parametrize('tag_dim', [1, 2])
def test_equal_tags_have_finite_gradients(push_type, tag_dim):
    tags = torch.ones(1, tag_dim * 2, *SHAPE, requires_grad=True)
    indices = random_indices(np.random.default_rng(6), (3,), 2, CELLS)
    indices[0][..., 1] = 1
    pull, push = build(push_type=push_type)(tags, indices)
    assert pull.item() == 0
    assert push.item() == pytest.approx(0.5)
    (pull + push).backward()
    assert torch.isfinite(tags.grad).all()


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_is_computed_in_float32(dtype):
    counts, k = (5, 2), 17
    tags = (draw_tags(counts, k) * 1e3).to(dtype).requires_grad_()
    indices = random_indices(np.random.default_rng(7), counts, k, CELLS)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        ours = build()(tags, indices)
    for term in ours:
        assert term.dtype == torch.float32
        assert torch.isfinite(term)
    # a square of 1e3 is beyond float16, and coarse in bfloat16
    expected = build()(tags.detach().float(), indices)
    torch.testing.assert_close(ours, expected)
    sum(ours).backward()
    assert torch.isfinite(tags.grad).all()


@pytest.mark.parametrize('value', [np.nan, np.inf])
@pytest.mark.parametrize('push_type', ['exp', 'max'])
def test_broken_tags_at_unlabelled_cells_stay_out(value, push_type):
    counts, k = (3, 0, 1), 3
    sound = draw_tags(counts, k)
    indices = random_indices(np.random.default_rng(8), counts, k, CELLS)
    labelled = torch.zeros(3, k, CELLS, dtype=torch.bool)
    for b, people in enumerate(indices):
        for person in people:
            for kind, (position, valid) in enumerate(person.tolist()):
                labelled[b, kind, position] |= bool(valid)
    labelled = labelled.unflatten(2, SHAPE)
    assert not labelled[:, :, 0, 0].all()
    tags = torch.where(labelled, sound, value).requires_grad_()
    loss = build(push_type=push_type)
    ours = loss(tags, indices)
    torch.testing.assert_close(ours, loss(sound, indices))
    sum(ours).backward()
    assert torch.isfinite(tags.grad).all()
    assert (tags.grad[~labelled] == 0).all()


def test_push_parts_and_pull_joins():
    # a few steps downhill do what the terms are named after
    tags = draw_tags((2,), 3).requires_grad_()
    indices = random_indices(np.random.default_rng(9), (2,), 3, CELLS)
    indices[0][..., 1] = 1
    optimizer = torch.optim.SGD([tags], lr=0.3)
    start = build()(tags, indices)
    for _ in range(50):
        optimizer.zero_grad()
        sum(build()(tags, indices)).backward()
        optimizer.step()
    end = build()(tags, indices)
    assert end[0] < 0.1 * start[0]
    assert end[1] < 0.05


def test_default_weights_are_official():
    tags = draw_tags((4,), 3)
    indices = random_indices(np.random.default_rng(10), (4,), 3, CELLS)
    ours = MODELS.build(dict(type='MultiResolutionAELoss'))(tags, indices)
    plain = build()(tags, indices)
    for term, value in zip(ours, plain):
        torch.testing.assert_close(term, 1e-3 * value, rtol=1e-5, atol=0)


@pytest.mark.parametrize(
    ('tags', 'shapes', 'words'),
    [
        pytest.param(
            (2, 3, 4, 4), [(1, 3, 2)], '1 images.*tags of 2', id='batch'
        ),
        pytest.param(
            (2, 3, 4, 4),
            [(1, 3, 2), (1, 5, 2)],
            r'one K.*\(3, 2\).*\(5, 2\)',
            id='two K',
        ),
        pytest.param(
            (1, 3, 4, 4), [(1, 2, 3, 2)], r'\(N, K, 2\)', id='tag levels'
        ),
        pytest.param(
            (1, 14, 4, 4),
            [(1, 17, 2)],
            '14 channels, which 17.*`num_keypoints`',
            id='channels',
        ),
    ],
)
def test_shapes_that_do_not_fit(tags, shapes, words):
    indices = [torch.zeros(shape, dtype=torch.int64) for shape in shapes]
    with pytest.raises(ValueError, match=words):
        build()(torch.zeros(tags), indices)


@pytest.mark.parametrize('shape', [(4, 4), (2, 8)])
def test_an_index_outside_of_the_map(shape):
    index = torch.tensor([[[15, 1]]])
    tags = torch.zeros(1, 1, *shape)
    build()(tags, [index])
    with pytest.raises(
        ValueError, match=r'reach from .* to 16.*16 cells.*`tag_levels`'
    ):
        build()(tags, [index + 1])


def test_an_unknown_push_type():
    with pytest.raises(ValueError, match=r"`push_type`.*'exp'.*'log'"):
        MultiResolutionAELoss(push_type='log')
