"""Network, input size, batch and schedule of a config."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from .choice import Choice
from .machine import Machine

TINY, W32 = 'tiny', 'w32'
SIZES = (128, 192, 256, 384, 512, 640)
GIB = 1 << 30
# the share of people who may be smaller than wanted
_SMALL = 0.1


class Recipe(NamedTuple):
    """How a network is trained.

    Attributes:
        sizes: Smallest and largest input size in pixels.
        people: Wanted size of people in input pixels, the root of the area.
        most: Largest batch.
        memory: Bytes that an image of 512x512 takes in training, measured as
            what autograd keeps.
        fixed: Bytes that weights, moments of Adam and libraries take.
        rate: Learning rate of one image of a batch.
        iterations: Wanted length of a training.
    """

    sizes: tuple[int, int]
    people: int
    most: int
    memory: float
    fixed: float
    rate: float
    iterations: int


# Rates: of the mice's config (3e-3 for 8 images), and of the config for
# custom data (2.5e-4 for 12, a quarter of the official 1e-3 for 48).
RECIPES = {
    TINY: Recipe((128, 256), 32, 8, 0.16 * GIB, 0.3 * GIB, 3e-3 / 8, 1000),
    W32: Recipe((256, 640), 64, 24, 0.9 * GIB, 1.5 * GIB, 2.5e-4 / 12, 15000),
}


def choose_network(machine: Machine) -> Choice:
    """Choose the network.

    Args:
        machine (Machine): What trains.

    Returns:
        Choice: key of :data:`RECIPES`.
    """
    if not machine.gpu:
        reason = 'no GPU: 1.6 M parameters, trained within minutes to hours'
        return Choice('network', TINY, reason)
    if machine.memory < 6 * GIB:
        free = f'{machine.memory / GIB:.1f} GiB are free on {machine.gpu}'
        return Choice('network', TINY, f'{free}, 6 are needed for W32')
    return Choice('network', W32, f'28.6 M parameters, for {machine.gpu}')


def people_sizes(content: Mapping[str, Any]) -> np.ndarray:
    """Measure labelled people.

    Args:
        content (Mapping): Repaired content of the annotation file.

    Returns:
        np.ndarray: float (N,), root of the area of each, relative to the
        shorter side of the image, above 0.
    """
    sides = {i['id']: min(i['width'], i['height']) for i in content['images']}
    sizes = [
        math.sqrt(a['area']) / sides[a['image_id']]
        for a in content.get('annotations', ())
        if a['num_keypoints'] > 0 and not a['iscrowd'] and a['area'] > 0
    ]
    return np.array(sizes, dtype=float)


def choose_input_size(
    people: np.ndarray, side: float, recipe: Recipe
) -> Choice:
    """Choose how large images are shown to the network.

    Args:
        people (np.ndarray): float (N,), from :func:`people_sizes`.
        side (float): Median shorter side of the images in pixels.
        recipe (Recipe): Of the network.

    Returns:
        Choice: (w, h) in pixels, square.
    """
    least, most = recipe.sizes
    allowed = [size for size in SIZES if least <= size <= most]
    # larger inputs than images show nothing more
    useful = [size for size in allowed if size < side]
    allowed = allowed[: len(useful) + 1]
    if not len(people):
        size = allowed[-1]
        return Choice('input_size', (size, size), 'nobody is there to measure')
    smallest = float(np.quantile(people, _SMALL))
    wanted = recipe.people / smallest
    size = next((size for size in allowed if size >= wanted), allowed[-1])
    low = float(np.mean(people * size < recipe.people))
    reason = (
        f'{low:.0%} of people are smaller than {recipe.people} px then (root '
        f'of the area); images have {side:.0f} px'
    )
    if low > _SMALL:
        reason += f', and {allowed[-1]} is the most here'
    return Choice('input_size', (size, size), reason)


def choose_target_sigma(size: int) -> Choice:
    """Choose how wide Gaussians are.

    Args:
        size (int): Of the input in pixels.

    Returns:
        Choice: in cells, of the levels at 1/4 and 1/2.
    """
    if size <= 256:
        reason = 'below the official 2, as maps are small'
        return Choice('target_sigma', (1.0, 1.5), reason)
    return Choice('target_sigma', 2, 'the official value')


def choose_batch_size(
    machine: Machine, recipe: Recipe, size: int, images: int
) -> Choice:
    """Choose how many images are trained on at once.

    Args:
        machine (Machine): What trains.
        recipe (Recipe): Of the network.
        size (int): Of the input in pixels.
        images (int): To train on.

    Returns:
        Choice: at least 1.
    """
    each = recipe.memory * (size / 512) ** 2
    fitting = int(max(0.0, 0.8 * machine.memory - recipe.fixed) / each)
    limits = {
        'more trains no better': recipe.most,
        f'{machine.memory / GIB:.1f} GiB are free, an image takes '
        f'{each / GIB:.2f}': fitting,
        f'{images} images, four steps an epoch': images // 4,
    }
    reason, batch = min(limits.items(), key=lambda item: item[1])
    return Choice('batch_size', max(1, batch), reason)


def choose_rate(recipe: Recipe, batch_size: int) -> Choice:
    """Choose the learning rate.

    Args:
        recipe (Recipe): Of the network.
        batch_size (int): Images of a step.

    Returns:
        Choice: of Adam.
    """
    rate = float(f'{recipe.rate * batch_size:.2g}')
    return Choice('lr', rate, f'{recipe.rate:.2g} for each image of a batch')


def choose_epochs(recipe: Recipe, batch_size: int, images: int) -> Choice:
    """Choose how long is trained.

    Args:
        recipe (Recipe): Of the network.
        batch_size (int): Images of a step.
        images (int): To train on.

    Returns:
        Choice: 5 to 300.
    """
    steps = max(1, math.ceil(images / batch_size))
    epochs = min(300, max(5, math.ceil(recipe.iterations / steps)))
    reason = (
        f'{epochs * steps} steps, {steps} an epoch; about '
        f'{recipe.iterations} are wanted, in 5 to 300 epochs'
    )
    return Choice('max_epochs', epochs, reason)


def choose_augmentation(network: str) -> Choice:
    """Choose how images are turned, scaled and moved in training.

    Args:
        network (str): Key of :data:`RECIPES`.

    Returns:
        Choice: options of the data set.
    """
    official = dict(
        shift_factor=0.2, scale_factor=(0.75, 1.5), rotate_factor=30
    )
    mild = dict(shift_factor=0.1, scale_factor=(0.9, 1.1), rotate_factor=15)
    if network == TINY:
        reason = 'mild, as the training is short; degrees'
        return Choice('augmentation', mild, reason)
    return Choice('augmentation', official, 'the official one; degrees')


def choose_workers(machine: Machine) -> Choice:
    """Choose how many processes load images.

    Args:
        machine (Machine): What trains.

    Returns:
        Choice: 0 if the training itself loads them.
    """
    if not machine.gpu:
        reason = 'others would compete with the training for the cores'
        return Choice('workers', 0, reason)
    workers = max(1, min(4, machine.cores - 1))
    return Choice('workers', workers, f'of {machine.cores} cores')
