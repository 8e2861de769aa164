"""Training of the network that scores people, from stored predictions.

Note:
    - D: predictions, K: keypoints, F: features
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ..codecs.decoding.person_features import person_features, standardise
from ..codecs.decoding.person_scorer import PersonScorer
from ..evaluation.matching import MATCH_OKS, by_image
from ..structures.annotated_people import annotated_people
from ..structures.people import People
from .inputs import Inputs

HIDDEN = 64
STEPS = 1500
BATCH = 128
RATE = 1e-3
DECAY = 1e-3
# fewer tell nothing of what they have in common
LEAST = 100


class PredictedPeople(NamedTuple):
    """Predictions, and how good they are.

    Attributes:
        people (People): All D, in the order of the file.
        oks (np.ndarray): float64 (D,), with the annotated person that each is
            most similar to, 0 where there is none.
        counted (np.ndarray): bool (D,), whether that person is not one to be
            ignored, as crowds are.
        images (np.ndarray): int (D,), ids of their images.
    """

    people: People
    oks: np.ndarray
    counted: np.ndarray
    images: np.ndarray


def rate_predictions(inputs: Inputs) -> PredictedPeople:
    """Compare every prediction with the people of its image.

    Args:
        inputs (Inputs): Ground truth and predictions.

    Returns:
        PredictedPeople: in the order of the file.
    """
    k = len(inputs.names)
    annotations = by_image(inputs.content['annotations'])
    people = People.from_records(inputs.predictions, k)
    images = np.array([p['image_id'] for p in inputs.predictions])
    oks = np.zeros(len(images))
    counted = np.ones(len(images), bool)
    for image in np.unique(images).tolist():
        rows = np.flatnonzero(images == image)
        truth = annotated_people(annotations[image], k, inputs.use_area)
        if not len(truth.areas):
            continue
        alike = truth.oks(people.keypoints[rows], inputs.sigmas)
        best = alike.argmax(axis=1)
        oks[rows] = alike[np.arange(len(rows)), best]
        ignored = truth.ignored[best] & (oks[rows] >= MATCH_OKS)
        counted[rows] = ~ignored
    return PredictedPeople(people, oks, counted, images)


def train_scorer(
    inputs: Inputs,
    rated: PredictedPeople,
    chosen: np.ndarray,
    decoder: Mapping[str, Any],
    seed: int = 0,
) -> PersonScorer:
    """Train the network to predict OKS.

    Args:
        inputs (Inputs): Tell names, sigmas and links of the keypoints.
        rated (PredictedPeople): From :func:`rate_predictions`.
        chosen (np.ndarray): bool (D,), predictions to train on; those that
            are similar to people to be ignored are left out of them.
        decoder (Mapping[str, Any]): ``person_score`` and ``fill_missing`` of
            the decoder that they come from.
        seed (int): Of weights and order. Defaults to 0.

    Returns:
        PersonScorer: the trained network.

    Raises:
        ValueError: If there are too few predictions.
    """
    rows = np.flatnonzero(chosen & rated.counted)
    if len(rows) < LEAST:
        raise ValueError(
            f'{len(rows)} predictions are left to train a scorer on; it '
            f'needs {LEAST} at least, and thousands to be good'
        )
    people = rated.people
    features = person_features(
        people.keypoints[rows],
        people.keypoint_scores[rows],
        people.scores[rows],
        inputs.links,
    )
    center, spread = features.mean(axis=0), features.std(axis=0)
    # what never changes in training must not matter later
    spread = np.where(spread > 1e-6, spread, 1e6)
    features = standardise(features, center, spread)
    layers = _fit(features, rated.oks[rows], seed)
    return PersonScorer(
        inputs.names,
        inputs.sigmas.tolist(),
        inputs.links,
        decoder,
        center.tolist(),
        spread.tolist(),
        layers,
    )


def _fit(
    features: np.ndarray, oks: np.ndarray, seed: int
) -> list[dict[str, Any]]:
    """Fit a network on features (D, F) to OKS (D,); return its layers."""
    order = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = nn.Sequential(
            nn.Linear(features.shape[1], HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, 1),
        )
    inputs = torch.from_numpy(features).float()
    targets = torch.from_numpy(oks).float()
    optimizer = torch.optim.AdamW(
        network.parameters(), RATE, weight_decay=DECAY
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        rows = torch.randint(len(inputs), (BATCH,), generator=order)
        loss = nn.functional.binary_cross_entropy_with_logits(
            network(inputs[rows])[:, 0], targets[rows]
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return [
        {'weight': _plain(layer.weight.T), 'bias': _plain(layer.bias)}
        for layer in network
        if isinstance(layer, nn.Linear)
    ]


def _plain(values: Tensor) -> list:
    """Write float32 numbers with as few digits as keep them."""
    array = values.detach().numpy()
    return np.vectorize(lambda value: float(str(value)))(array).tolist()
