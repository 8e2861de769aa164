"""AP on resampled images, and what may be said of a difference.

A resample is the same for everything that is compared: run r of the bootstrap
draws the same images for all. So the scores of two on resample r can be
subtracted, also when they were made weeks apart.

Note:
    - I: images, D: predictions, T: thresholds of OKS, S: seeds
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .coco_scores import Matches

RESAMPLES = 1000
RECALLS = np.linspace(0, 1, 101)
INTERVAL = (0.025, 0.975)


class Difference(NamedTuple):
    """AP of one minus that of another, paired by seed.

    Attributes:
        seeds (list[int]): The seeds that both have; none where nothing is
            random.
        values (np.ndarray): (S,), of each seed, or (1,), in points of 0.01.
        interval (tuple[float, float]): 95 % of the bootstrap over images, of
            the mean over seeds.
    """

    seeds: list[int]
    values: np.ndarray
    interval: tuple[float, float]

    @property
    def verdict(self) -> str:
        """str: 'gain' or 'loss' by the rule, else 'not shown'.

        The rule: at least two seeds, or nothing that is random, all of one
        sign, and the interval of the pooled bootstrap excludes 0.
        """
        low, high = self.interval
        if len(self.seeds) != 1 and (self.values > 0).all() and low > 0:
            return 'gain'
        if len(self.seeds) != 1 and (self.values < 0).all() and high < 0:
            return 'loss'
        return 'not shown'


def average_precision(matches: Matches, weights: np.ndarray) -> float:
    """Compute COCO's AP with every image counted so many times.

    Args:
        matches (Matches): What predictions count for.
        weights (np.ndarray): (I,), how often each image counts.

    Returns:
        float: in [0, 1]; nan if nobody is annotated on these images.
    """
    people = weights @ matches.people
    if not people:
        return float('nan')
    often = weights[matches.images]
    total = 0.0
    for right, counts in zip(matches.right, matches.counts):
        found = np.cumsum(often * (right & counts))
        wrong = np.cumsum(often * (~right & counts))
        precision = found / (found + wrong + np.spacing(1))
        # the best precision at this recall or above
        best = np.maximum.accumulate(precision[::-1])[::-1]
        place = np.searchsorted(found / people, RECALLS)
        total += best[place[place < len(best)]].sum()
    return total / (len(RECALLS) * len(matches.right))


def resample_weights(images: int, resamples: int = RESAMPLES) -> np.ndarray:
    """Draw images with replacement, the same ones every time.

    Args:
        images (int): I.
        resamples (int): How often. Defaults to ``RESAMPLES``.

    Returns:
        np.ndarray: int (resamples, I), how often each image was drawn.
    """
    rng = np.random.default_rng(0)
    return rng.multinomial(images, np.full(images, 1 / images), resamples)


def relevant_matches(matches: Matches, inside: np.ndarray) -> Matches:
    """Leave out predictions that count nowhere, or on none of the images.

    Args:
        matches (Matches): What predictions count for.
        inside (np.ndarray): (I,), above 0 for images that count.

    Returns:
        Matches: the others; the AP on these images is the same.
    """
    kept = matches.counts.any(axis=0) & (inside[matches.images] > 0)
    return matches._replace(
        images=matches.images[kept],
        right=matches.right[:, kept],
        counts=matches.counts[:, kept],
    )
