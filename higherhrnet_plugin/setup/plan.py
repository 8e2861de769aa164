"""All choices for a data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

import numpy as np

from ..analysis.checking import Findings
from ..datasets.coco_repair.statistics import stack_people
from .choice import Choice
from .keypoints import (
    choose_flip,
    choose_flip_pairs,
    choose_names,
    choose_skeleton,
)
from .machine import Machine
from .sigmas import choose_sigmas
from .splitting import Split, split_images
from .training import (
    RECIPES,
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


class Plan(NamedTuple):
    """What a config will say.

    Attributes:
        network: Which one.
        keypoints: Choices that describe the keypoints, in order.
        training: Choices that describe input and training, in order.
        split: Images to train on and to hold out, by their places in
            ``content['images']``; None if another file has those to hold out.
    """

    network: Choice
    keypoints: list[Choice]
    training: list[Choice]
    split: Optional[Split]


def make_plan(
    findings: Findings,
    machine: Machine,
    *,
    has_val: bool = False,
    pairs_are_told: bool = False,
) -> Plan:
    """Make all choices.

    Args:
        findings (Findings): Of the checks; with content, and nothing that
            speaks against training.
        machine (Machine): What trains.
        has_val (bool): Whether another file has images to hold out. Defaults
            to False.
        pairs_are_told (bool): Whether a user has given the flip pairs.
            Defaults to False.

    Returns:
        Plan: every choice with its reason.

    Raises:
        ValueError: If the annotation file could not be read.
    """
    content = findings.content
    if content is None:
        raise ValueError('; '.join(findings.failures))
    split = None if has_val else split_content(content)
    images = content['images']
    return Plan(
        choose_network(machine),
        plan_keypoints(findings, content, pairs_are_told),
        plan_training(content, machine, len(split.train if split else images)),
        split,
    )


def split_content(content: Mapping[str, Any]) -> Split:
    """Split the images of a file.

    Args:
        content (Mapping): Repaired content of the annotation file.

    Returns:
        Split: of ``content['images']``.
    """
    labelled = {
        a['image_id']
        for a in content.get('annotations', ())
        if a['num_keypoints'] > 0 and not a['iscrowd']
    }
    images = content['images']
    return split_images(
        [image['file_name'] for image in images],
        [image['id'] in labelled for image in images],
    )


def plan_keypoints(
    findings: Findings, content: Mapping[str, Any], pairs_are_told: bool
) -> list[Choice]:
    """Choose what describes the keypoints.

    Args:
        findings (Findings): Of the checks.
        content (Mapping): Repaired content of the annotation file.
        pairs_are_told (bool): Whether a user has given the flip pairs.

    Returns:
        list[Choice]: names, pairs, links, sigmas, and whether to mirror.
    """
    settings = findings.settings
    names = choose_names(settings.names, settings.num_keypoints)
    rows: Sequence[dict[str, Any]] = findings.details.get('flips', ())
    pairs = settings.flip_pairs
    return [
        names,
        choose_flip_pairs(names.value, pairs, rows, pairs_are_told),
        choose_flip(
            settings.names, pairs, settings.num_keypoints, pairs_are_told
        ),
        choose_skeleton(names.value, settings.links, stack_people(content)),
        choose_sigmas(names.value, content),
    ]


def plan_training(
    content: Mapping[str, Any], machine: Machine, images: int
) -> list[Choice]:
    """Choose input, batch and schedule.

    Args:
        content (Mapping): Repaired content of the annotation file.
        machine (Machine): What trains.
        images (int): To train on.

    Returns:
        list[Choice]: in the order of the config.
    """
    network = choose_network(machine).value
    recipe = RECIPES[network]
    sides = [min(i['width'], i['height']) for i in content['images']]
    size = choose_input_size(
        people_sizes(content), float(np.median(sides)), recipe
    )
    side = size.value[0]
    batch = choose_batch_size(machine, recipe, side, images)
    return [
        size,
        choose_target_sigma(side),
        batch,
        choose_epochs(recipe, batch.value, images),
        choose_rate(recipe, batch.value),
        choose_augmentation(network),
        choose_workers(machine),
    ]
