"""Options chosen on some images, and what they gain on others.

Note:
    - I: images, R: resamples, S: seeds
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Callable, NamedTuple, Optional

import numpy as np
from tqdm import tqdm

from ...datasets.coco_repair import take_images
from ..coco_scores import CocoEvaluation, Matches
from ..inputs import Inputs
from ..resampling import average_precision, relevant_matches
from ..scorer_folds import Compared, compare, resampled_ap
from .settings import Settings, candidates, variants

# in AP; what gains less is not worth an option
LEAST_GAIN = 5e-4
Find = Callable[[Settings], list[dict[str, Any]]]


class Choice(NamedTuple):
    """Settings that some images have chosen.

    Attributes:
        settings (Settings): The best that were met.
        steps (list[tuple[str, float]]): Options that were changed, in order,
            with the AP after each.
        before (float): AP of the first settings.
    """

    settings: Settings
    steps: list[tuple[str, float]]
    before: float


class Tuned(NamedTuple):
    """What a search has found.

    Attributes:
        choice (Choice): Made on all images, which is what to use.
        halves (list[Choice]): Made on each half, seed by seed.
        compared (Compared): AP where the people of each half are found by the
            settings of the other one, beside that of the first settings.
    """

    choice: Choice
    halves: list[Choice]
    compared: Compared


class Search:
    """A search of one option after the other.

    Args:
        inputs (Inputs): Ground truth.
        find (Callable): Finds the people of all images by some settings.
        base (Settings): Those to begin with.
        scales (Sequence[Sequence[float]]): Test scales to try.
        scorers (Sequence[str]): Files of scorers to try.
        options (Collection[str], optional): Which of :func:`.candidates` to
            search. Defaults to None, all.
        progress (bool): Whether to show a progress bar. Defaults to False.
    """

    def __init__(
        self,
        inputs: Inputs,
        find: Find,
        base: Settings,
        scales: Sequence[Sequence[float]] = (),
        scorers: Sequence[str] = (),
        options: Optional[Collection[str]] = None,
        progress: bool = False,
    ) -> None:
        self.inputs = inputs
        self.find = find
        self.base = base
        self.tried = scales, scorers
        self.options = options
        self.ids = np.array(sorted(i['id'] for i in inputs.content['images']))
        self._matches: dict[str, Matches] = {}
        self._bar = tqdm(desc='decoding', unit='setting', disable=not progress)

    def ap(self, settings: Settings, inside: np.ndarray) -> float:
        """Compute the AP of some images.

        Args:
            settings (Settings): How people are found.
            inside (np.ndarray): int (I,), 1 for images that count, 0 for
                others; images sorted by id.

        Returns:
            float: in [0, 1]; nan if nobody is annotated on them.
        """
        key = settings.key
        if key not in self._matches:
            coco = CocoEvaluation(
                self.inputs.content,
                self.find(settings),
                self.inputs.sigmas,
                self.inputs.iou_type,
                self.inputs.use_area,
                sizes=('all',),
            )
            self._matches[key] = coco.matches()
            self._bar.update()
        matches = relevant_matches(self._matches[key], inside)
        return average_precision(matches, inside)

    def choose(self, inside: np.ndarray) -> Choice:
        """Choose options, one after the other, by the AP of some images.

        Args:
            inside (np.ndarray): int (I,), 1 for images that count.

        Returns:
            Choice: what was chosen.
        """
        best, steps = self.base, []
        before = value = self.ap(best, inside)
        for name in candidates(best, *self.tried):
            if self.options is not None and name not in self.options:
                continue
            if name == 'align_flip' and not best.flip:
                continue
            aps = [
                (self.ap(settings, inside), settings)
                for settings in variants(best, name, *self.tried)
            ]
            ap, settings = max(aps, key=lambda pair: pair[0])
            if ap >= value + LEAST_GAIN:
                value, best = ap, settings
                steps.append((name, ap))
        return Choice(best, steps, before)

    def swap_halves(self, seed: int) -> tuple[list[Choice], list[dict]]:
        """Let each half of the images choose the options of the other.

        Args:
            seed (int): Of the halves.

        Returns:
            tuple: the two choices, and people of all images, found by
            options that their image had no part in.
        """
        order = np.random.default_rng(seed).permutation(len(self.ids))
        choices, records = [], []
        for half in (order[::2], order[1::2]):
            inside = np.zeros(len(self.ids), int)
            inside[half] = 1
            choice = self.choose(inside)
            others = set(self.ids[inside == 0].tolist())
            records += [
                record
                for record in self.find(choice.settings)
                if record['image_id'] in others
            ]
            choices.append(choice)
        return choices, records


def tune(search: Search, seeds: Sequence[int], resamples: int) -> Tuned:
    """Search, and tell the gain on images that had no part in the choice.

    Args:
        search (Search): The search.
        seeds (Sequence[int]): Of the halves.
        resamples (int): R, of the bootstrap.

    Returns:
        Tuned: what was found.
    """
    inputs = search.inputs
    base = resampled_ap(inputs, search.find(search.base), resamples)
    halves, runs = [], []
    for seed in seeds:
        choices, records = search.swap_halves(seed)
        halves += choices
        runs.append(resampled_ap(inputs, records, resamples))
    choice = search.choose(np.ones(len(search.ids), int))
    return Tuned(choice, halves, compare(base, runs, seeds))


def take_spread(inputs: Inputs, number: int) -> Inputs:
    """Take some of the images, spread over the file.

    Args:
        inputs (Inputs): Ground truth.
        number (int): How many at most.

    Returns:
        Inputs: of these images alone.
    """
    images = inputs.content['images']
    if len(images) <= number:
        return inputs
    places = np.linspace(0, len(images) - 1, number).round().astype(int)
    content = take_images(inputs.content, places.tolist())
    return replace(inputs, content=content)
