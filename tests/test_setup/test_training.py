"""Network, input size, batch and schedule, with edge cases in tables."""

import numpy as np
import pytest

from higherhrnet_plugin.setup.machine import Machine, find_machine
from higherhrnet_plugin.setup.training import (
    GIB,
    RECIPES,
    TINY,
    W32,
    choose_augmentation,
    choose_batch_size,
    choose_epochs,
    choose_input_size,
    choose_network,
    choose_rate,
    choose_target_sigma,
    choose_workers,
    people_sizes,
)

CPU = Machine('', 8 * GIB, 2)
GPU = Machine('H100', 78 * GIB, 16)


def test_this_machine():
    machine = find_machine()
    assert machine.memory > 0
    assert machine.cores >= 1


@pytest.mark.parametrize(
    ('machine', 'network'),
    [
        (CPU, TINY),
        (Machine('', 500 * GIB, 64), TINY),
        (GPU, W32),
        (Machine('small', 4 * GIB, 4), TINY),
    ],
)
def test_network(machine, network):
    choice = choose_network(machine)
    assert choice.value == network
    assert machine.gpu in choice.reason


@pytest.mark.parametrize(
    ('people', 'side', 'network', 'size'),
    [
        # a quarter of the side: 128 shows them with 32 px
        ([0.25] * 10, 1000, TINY, 128),
        ([0.24] * 10, 1000, TINY, 192),
        ([0.24] * 10, 1000, W32, 384),
        # the whole image
        ([1.0], 1000, TINY, 128),
        ([1.0], 1000, W32, 256),
        # all are small: as large as allowed
        ([0.01] * 10, 1000, TINY, 256),
        ([0.01] * 10, 1000, W32, 640),
        # but hardly larger than images are
        ([0.01] * 10, 200, TINY, 256),
        ([0.01] * 10, 100, TINY, 128),
        ([0.01] * 10, 300, W32, 384),
        ([0.01] * 10, 100, W32, 256),
        # one in twenty is small
        ([0.01] + [0.25] * 19, 1000, TINY, 128),
        # nobody
        ([], 1000, TINY, 256),
        ([], 100, W32, 256),
    ],
)
def test_input_size(people, side, network, size):
    choice = choose_input_size(np.array(people), side, RECIPES[network])
    assert choice.value == (size, size)
    assert size % 32 == 0
    small = bool(people) and np.mean(
        np.array(people) * size < RECIPES[network].people
    )
    assert ('is the most here' in choice.reason) == (small > 0.1)


def test_sizes_of_people():
    images = [
        dict(id=1, width=200, height=100),
        dict(id=2, width=50, height=80),
    ]
    person = dict(num_keypoints=3, iscrowd=0)
    annotations = [
        dict(person, image_id=1, area=400.0),
        dict(person, image_id=2, area=400.0),
        dict(person, image_id=2, area=400.0, iscrowd=1),
        dict(person, image_id=2, area=400.0, num_keypoints=0),
        dict(person, image_id=2, area=0.0),
    ]
    content = dict(images=images, annotations=annotations)
    assert people_sizes(content).tolist() == [0.2, 0.4]
    assert people_sizes(dict(images=images)).shape == (0,)


@pytest.mark.parametrize(
    ('memory', 'network', 'size', 'images', 'batch', 'said'),
    [
        (8, TINY, 128, 1000, 8, 'no better'),
        (8, TINY, 128, 10, 2, '10 images'),
        (8, TINY, 128, 1, 1, '1 images'),
        (0.1, TINY, 256, 1000, 1, '0.1 GiB'),
        (78, W32, 512, 1000, 24, 'no better'),
        # (0.8 * 16 - 1.5) / 0.9
        (16, W32, 512, 1000, 12, '16.0 GiB'),
        (16, W32, 640, 1000, 8, '16.0 GiB'),
        (78, W32, 512, 40, 10, '40 images'),
    ],
)
def test_batch_size(memory, network, size, images, batch, said):
    machine = Machine('', int(memory * GIB), 2)
    choice = choose_batch_size(machine, RECIPES[network], size, images)
    assert choice.value == batch
    assert said in choice.reason


@pytest.mark.parametrize(
    ('network', 'batch', 'images', 'epochs'),
    [
        (TINY, 8, 320, 25),
        (TINY, 8, 321, 25),
        (TINY, 1, 1, 300),
        (TINY, 8, 10**6, 5),
        (W32, 24, 500, 300),
        (W32, 24, 24 * 1000, 15),
        (W32, 24, 118000, 5),
    ],
)
def test_epochs(network, batch, images, epochs):
    assert choose_epochs(RECIPES[network], batch, images).value == epochs


def test_rates_are_those_of_the_configs_they_come_from():
    assert choose_rate(RECIPES[TINY], 8).value == 3e-3
    assert choose_rate(RECIPES[W32], 12).value == 2.5e-4
    assert choose_rate(RECIPES[W32], 24).value == 5e-4


@pytest.mark.parametrize(
    ('size', 'sigma'), [(128, (1.0, 1.5)), (256, (1.0, 1.5)), (384, 2)]
)
def test_target_sigma(size, sigma):
    assert choose_target_sigma(size).value == sigma


def test_augmentation_and_workers():
    assert choose_augmentation(W32).value['rotate_factor'] == 30
    assert choose_augmentation(TINY).value['rotate_factor'] == 15
    assert choose_workers(CPU).value == 0
    assert choose_workers(GPU).value == 4
    assert choose_workers(Machine('small', GIB, 1)).value == 1
