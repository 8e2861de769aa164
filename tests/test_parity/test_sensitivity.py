"""The parity tests fail when a step is off.

Every row of ``BREAKS`` replaces one function of the package by a wrong one;
the check of the parity tests must then raise AssertionError on the figures
that lie in the repository.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from munkres import Munkres
from scipy.optimize import linear_sum_assignment
from test_parity.checks import (
    check_aggregation,
    check_close_people,
    check_coco_order,
    check_decoding,
    check_losses,
    check_placement,
    check_targets,
    check_way_back,
)

from higherhrnet_plugin import AggregatingBottomupDecoder as Decoder
from higherhrnet_plugin.codecs import (
    multi_resolution_associative_embedding as codec,
)
from higherhrnet_plugin.codecs.decoding import (
    aggregation,
    checks,
    decode,
    grouping,
    host_maps,
    merging,
    peaks,
)
from higherhrnet_plugin.models.losses import (
    multi_resolution_ae_loss as ae_loss,
)
from higherhrnet_plugin.models.losses import (
    multi_resolution_heatmap_loss as heatmap_loss,
)
from higherhrnet_plugin.structures import geometry

# A wrong function gets the right one and its arguments.


def rounded(right, points, *args):
    return right(points + 0.5, *args)


def narrower(right, *args):
    return right(*args)[:, 1:-1, 1:-1]


def wider(right, sigma, *args):
    radius = right(sigma, *args).shape[1] // 2 + 1
    square = np.arange(-radius, radius + 1.0) ** 2
    total = square[:, None] + square
    return np.exp(-total / (2 * sigma**2)).astype(np.float32)[None]


def added_people(right, cells, valid, *rest):
    one_by_one = [right(c[None], v[None], *rest) for c, v in zip(cells, valid)]
    return sum(one_by_one, right(cells[:0], valid[:0], *rest))


def by_columns(right, cells, valid, size):
    return right(cells[..., ::-1], valid, size)


def added_levels(right, levels, *rest):
    heatmaps, tags = right(levels, *rest)
    return heatmaps * len(levels), tags


def tags_in_one_step(right, source, *rest):
    return right(source._replace(last=source.maps.shape[-2:]), *rest)


def nearest(_, maps, shape, *args):
    return F.interpolate(maps, size=shape, mode='nearest')


def corners(_, maps, shape, *args):
    return F.interpolate(maps, size=shape, mode='bilinear', align_corners=True)


def flipped_tags_first(right, *args):
    heatmaps, tags = right(*args)
    return heatmaps, tags[::-1]


def no_flipped_heatmaps(right, flips, *rest):
    return right(flips[:1], *rest)[0], right(flips, *rest)[1]


def tags_of_scale(pick):
    def broken(right, self, outputs, scales, *rest):
        donor, one = outputs[pick(scales)], list(scales).index(1)
        outputs = list(outputs)
        outputs[one] = [
            [(heat, theirs[1]) for (heat, _), theirs in zip(*levels)]
            for levels in zip(outputs[one], donor)
        ]
        return right(self, outputs, scales, *rest)

    return broken


def tags_not_enlarged(right, self, outputs, scales, size, flip, project):
    heatmaps, _ = right(self, outputs, scales, size, flip, project)
    return heatmaps, right(self, outputs, scales, size, flip, False)[1]


def added_scales(right, self, outputs, *rest):
    heatmaps, tags = right(self, outputs, *rest)
    return heatmaps * len(outputs), tags


def no_project(right, self, outputs, scales, size, flip, _):
    return right(self, outputs, scales, size, flip, False)


def no_half(right, heatmaps, cells, *rest):
    return right(heatmaps, cells, *rest) - np.float32(0.5)


def no_quarter(_, heatmaps, cells):
    return cells.astype(np.float32) + np.float32(0.5)


def quarter_away(right, heatmaps, cells):
    centers = cells.astype(np.float32) + np.float32(0.5)
    return 2 * centers - right(heatmaps, cells)


def quarter_swapped(right, heatmaps, cells):
    return cells + (right(heatmaps, cells) - cells)[:, ::-1]


def in_order_of_indices(right, order, num_keypoints):
    return range(num_keypoints)


def scipy_assign(_, cost):
    return linear_sum_assignment(cost)[1].tolist()


def last_column_first(_, cost):
    pairs = Munkres().compute(cost[:, ::-1].tolist())
    return [cost.shape[1] - 1 - column for _, column in pairs]


def greedy_assign(_, cost):
    cost, pairs = cost.copy(), []
    for _ in range(len(cost)):
        row, column = np.unravel_index(cost.argmin(), cost.shape)
        pairs.append((row, column))
        cost[row], cost[:, column] = np.inf, np.inf
    return [column for _, column in sorted(pairs)]


def exact_distance(right, scores, *tags):
    cost, distance = right(scores, *tags)
    people = distance.shape[1]
    cost[:, :people] = distance * 100 - scores[:, None]
    return cost, distance


def cost_without_score(right, scores, *tags):
    return right(np.zeros_like(scores), *tags)


def people_backwards(right, *args):
    return right(*args)[::-1]


def best_person_first(right, *args):
    people = right(*args)
    return people[np.argsort(-people[..., 2].mean(1), kind='stable')]


def no_filling(right, people, *args):
    return people


def filled_by_heat(_, heatmaps, tags, ids, wanted):
    _, h, w = heatmaps.shape
    flat = heatmaps.reshape(-1, h * w)
    y, x = np.divmod(flat.argmax(1)[ids], w)
    return np.stack((x, y), axis=1)


def small_window(right, heatmaps, kernel, *rest):
    return right(heatmaps, kernel - 2, *rest)


def divided_by_mask(right, pred, target, mask, channels):
    return right(pred, target, mask, channels) * mask.numel() / mask.sum()


def no_mask(right, pred, target, mask, channels):
    return right(pred, target, torch.ones_like(mask), channels)


def per_keypoint_sum(right, pred, target, mask, channels):
    return right(pred, target, mask, channels) * pred.shape[1]


def people_of(valid):
    return valid.any(2).sum(1)


def push_diagonal(right, tags, valid, kind):
    pull, push = right(tags, valid, kind)
    n = people_of(valid)
    return pull, push + 0.5 * n / (n * (n - 1)).clamp(min=1)


def push_by_square(right, tags, valid, kind):
    pull, push = right(tags, valid, kind)
    n = people_of(valid)
    return pull, push * (n - 1) / n.clamp(min=1)


def push_in_full(right, tags, valid, kind):
    pull, push = right(tags, valid, kind)
    return pull, 2 * push


def push_by_max(right, tags, valid, kind):
    return right(tags, valid, 'max')


def pull_summed_over_people(right, tags, valid, kind):
    pull, push = right(tags, valid, kind)
    return pull * people_of(valid), push


def pull_of_all_keypoints(right, tags, valid, kind):
    """Give people with more keypoints more weight."""
    count = valid.sum(2, keepdim=True).clamp(min=1)[..., None]
    own = torch.where(valid[..., None], tags, 0.0)
    gap = (own - own.sum(2, keepdim=True) / count).square().sum(3)
    square = torch.where(valid, gap, 0.0).sum((1, 2))
    return square / valid.sum((1, 2)).clamp(min=1), right(tags, valid, kind)[1]


def pull_summed_over_keypoints(right, tags, valid, kind):
    """Sum the squares of a person instead of averaging them."""
    pull, push = pull_of_all_keypoints(right, tags, valid, kind)
    n = valid.sum((1, 2)) / people_of(valid).clamp(min=1)
    return pull * n, push


def size_rounded_down(right, value, factor):
    return int(value // factor * factor)


def center_not_rounded(right, image_size, *args):
    placement = right(image_size, *args)
    center = np.divide(image_size, 2)
    ratio = placement.warp_mat[0, 0]
    shift = np.divide(placement.size, 2) - ratio * center
    warp_mat = np.column_stack((placement.warp_mat[:, :2], shift))
    return placement._replace(center=center, warp_mat=warp_mat)


def smallest_scale_ignored(right, image_size, input_size, scale, _):
    return right(image_size, input_size, scale, scale)


# what is broken: (check that must fail, owner, function, wrong function)
BREAKS = {
    # targets
    'cell of a keypoint is rounded, not truncated': (
        check_targets,
        codec,
        'keypoint_cells',
        rounded,
    ),
    'window has 6*sigma+1 cells': (
        check_targets,
        codec,
        'gaussian_patches',
        narrower,
    ),
    'window has 6*sigma+5 cells': (
        check_targets,
        codec,
        'gaussian_patches',
        wider,
    ),
    'heatmaps of people are added': (
        check_targets,
        codec,
        'draw_heatmaps',
        added_people,
    ),
    'position of a tag is x * w + y': (
        check_targets,
        codec,
        'flat_indices',
        by_columns,
    ),
    # levels
    'levels are added, not averaged': (
        check_aggregation,
        merging,
        'merge_levels',
        added_levels,
    ),
    'only the first level': (
        check_aggregation,
        merging,
        'merge_levels',
        lambda right, levels, _, *rest: right(levels, [0], *rest),
    ),
    'only the last level': (
        check_aggregation,
        merging,
        'merge_levels',
        lambda right, levels, _, *rest: right(levels, [1], *rest),
    ),
    'tags are enlarged at once, not by way of the last level': (
        check_aggregation,
        aggregation,
        'enlarge_tags',
        tags_in_one_step,
    ),
    'levels are enlarged by nearest neighbours': (
        check_aggregation,
        merging,
        'resize_maps',
        nearest,
    ),
    'levels are enlarged with align_corners': (
        check_aggregation,
        merging,
        'resize_maps',
        corners,
    ),
    'maps are enlarged to the input with align_corners': (
        check_aggregation,
        aggregation,
        'resize_maps',
        corners,
    ),
    # flips
    'flipped maps are not mirrored back': (
        check_aggregation,
        merging,
        'unflip_maps',
        lambda right, maps, *rest: right(maps.flip(-1), *rest),
    ),
    'flip_indices are not applied': (
        check_aggregation,
        merging,
        'unflip_maps',
        lambda right, maps, _: right(maps, None),
    ),
    'flipped maps are shifted by a cell': (
        check_aggregation,
        merging,
        'unflip_maps',
        lambda right, *args: right(*args).roll(1, -1),
    ),
    'flipped heatmaps are left out': (
        check_aggregation,
        aggregation,
        'merge_flips',
        no_flipped_heatmaps,
    ),
    'tags of the flipped image come first': (
        check_aggregation,
        aggregation,
        'merge_flips',
        flipped_tags_first,
    ),
    # scales
    'tags come from the largest scale': (
        check_aggregation,
        Decoder,
        'aggregate',
        tags_of_scale(lambda scales: int(np.argmax(scales))),
    ),
    'tags come from the smallest scale': (
        check_aggregation,
        Decoder,
        'aggregate',
        tags_of_scale(lambda scales: int(np.argmin(scales))),
    ),
    'tags are not enlarged to the input': (
        check_aggregation,
        Decoder,
        'aggregate',
        tags_not_enlarged,
    ),
    'scales are added, not averaged': (
        check_aggregation,
        Decoder,
        'aggregate',
        added_scales,
    ),
    'maps are not enlarged to the input': (
        check_aggregation,
        Decoder,
        'aggregate',
        no_project,
    ),
    # positions
    'no half cell': (check_decoding, decode, 'quarter_offset', no_half),
    'no quarter': (check_decoding, decode, 'quarter_offset', no_quarter),
    'quarter to the lower neighbour': (
        check_decoding,
        decode,
        'quarter_offset',
        quarter_away,
    ),
    'quarters of x and y are swapped': (
        check_decoding,
        decode,
        'quarter_offset',
        quarter_swapped,
    ),
    # grouping
    'peaks of a window of 3 cells': (
        check_decoding,
        peaks,
        'peaks_above',
        small_window,
    ),
    # the official figures in the tree do not see the next ones
    'keypoints are grouped in the order 0, 1, 2, ...': (
        check_close_people,
        decode,
        'grouping_order',
        in_order_of_indices,
    ),
    'default order is 0, 1, 2, ...': (
        *(check_coco_order, checks, 'COCO_ORDER', tuple(range(17))),
    ),
    'assignment by scipy': (
        check_close_people,
        grouping,
        'assign',
        scipy_assign,
    ),
    'assignment by Munkres from the last person': (
        check_close_people,
        grouping,
        'assign',
        last_column_first,
    ),
    'assignment is greedy': (
        check_close_people,
        grouping,
        'assign',
        greedy_assign,
    ),
    'distance of tags is not rounded': (
        check_close_people,
        grouping,
        'match_cost',
        exact_distance,
    ),
    'cost leaves the score out': (
        check_close_people,
        grouping,
        'match_cost',
        cost_without_score,
    ),
    'people are in the opposite order': (
        check_decoding,
        decode,
        'group_by_tag',
        people_backwards,
    ),
    'people are in the order of their scores': (
        check_decoding,
        decode,
        'group_by_tag',
        best_person_first,
    ),
    'missing keypoints are not filled': (
        check_decoding,
        decode,
        'fill_missing',
        no_filling,
    ),
    'missing keypoints are filled without tags': (
        check_decoding,
        host_maps,
        'best_cells',
        filled_by_heat,
    ),
    # losses
    'heatmap loss is divided by the sum of the mask': (
        check_losses,
        heatmap_loss,
        'masked_mse',
        divided_by_mask,
    ),
    'heatmap loss has no mask': (
        check_losses,
        heatmap_loss,
        'masked_mse',
        no_mask,
    ),
    'heatmap loss is summed over keypoints': (
        check_losses,
        heatmap_loss,
        'masked_mse',
        per_keypoint_sum,
    ),
    'push counts a person with itself': (
        check_losses,
        ae_loss,
        'pull_push',
        push_diagonal,
    ),
    'push is divided by n * n': (
        check_losses,
        ae_loss,
        'pull_push',
        push_by_square,
    ),
    'push is not halved': (
        check_losses,
        ae_loss,
        'pull_push',
        push_in_full,
    ),
    'push is max(0, 1 - d)': (
        check_losses,
        ae_loss,
        'pull_push',
        push_by_max,
    ),
    'pull is summed over people': (
        check_losses,
        ae_loss,
        'pull_push',
        pull_summed_over_people,
    ),
    'pull is the mean over all keypoints': (
        check_losses,
        ae_loss,
        'pull_push',
        pull_of_all_keypoints,
    ),
    'pull is summed over the keypoints of a person': (
        check_losses,
        ae_loss,
        'pull_push',
        pull_summed_over_keypoints,
    ),
    # geometry
    'input sizes are rounded down': (
        check_placement,
        geometry,
        '_ceil_to',
        size_rounded_down,
    ),
    'middle of the image is not rounded': (
        check_placement,
        geometry,
        'place_image',
        center_not_rounded,
    ),
    'way back from a middle that is not rounded': (
        check_way_back,
        geometry,
        'place_image',
        center_not_rounded,
    ),
    'sizes do not follow from the smallest scale': (
        check_placement,
        geometry,
        'place_image',
        smallest_scale_ignored,
    ),
}


@pytest.mark.parametrize('name', BREAKS)
def test_a_broken_step_is_noticed(name, golden_small, monkeypatch):
    check, owner, attribute, wrong = BREAKS[name]
    right, calls = getattr(owner, attribute), []

    def broken(*args, **options):
        calls.append(attribute)
        return wrong(right, *args, **options)

    broken = broken if callable(wrong) else wrong
    monkeypatch.setattr(owner, attribute, broken)
    with pytest.raises(AssertionError):
        check(golden_small)
    assert calls or broken is wrong
