"""From the outputs of all levels, flips and scales to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np

from ...structures.people import People
from .aggregation import Aggregator
from .decode import check_image, decode, decode_levels, find_people
from .merging import Outputs
from .options import DecodingOptions
from .person_scorer import PersonScorer
from .resizing import (
    TagSource,
    map_shape,
    on_host,
    read_tag_levels,
    to_array,
)
from .selection import Selection

_OPTIONS = frozenset(field.name for field in fields(DecodingOptions))
_SELECTION = frozenset(Selection._fields)


class Decoder(Aggregator):
    """Aggregate heatmaps and tags, and group keypoints to people.

    The registered ``AggregatingBottomupDecoder`` is this class, and describes
    the arguments. Maps are tensors, or arrays of numpy, which need no torch.
    """

    def __init__(
        self,
        num_keypoints: Optional[int] = None,
        keypoint_order: Optional[Sequence[int]] = None,
        tag_per_keypoint: bool = True,
        heatmap_levels: Optional[Sequence[int]] = None,
        nms_kernel: int = 5,
        max_candidates: int = 30,
        score_thr: float = 0.1,
        tag_thr: float = 1.0,
        fill_missing: bool = True,
        use_udp: bool = False,
        blur_kernel: int = 11,
        assignment: str = 'munkres',
        keep_equal_tags: bool = False,
        max_reach: Optional[float] = None,
        max_peaks: Optional[int] = None,
        instance_thr: float = 0.0,
        min_keypoints: int = 0,
        nms_thr: Optional[float] = None,
        max_instances: Optional[int] = None,
        sigmas: Optional[Sequence[float]] = None,
        align_flip: bool = False,
        person_score: str = 'all',
        scorer: Union[str, Path, Mapping[str, Any], None] = None,
    ) -> None:
        super().__init__(tag_per_keypoint, heatmap_levels, use_udp, align_flip)
        self.num_keypoints = num_keypoints
        self.options = DecodingOptions(
            num_keypoints,
            keypoint_order,
            tag_per_keypoint,
            nms_kernel,
            max_candidates,
            score_thr,
            tag_thr,
            fill_missing,
            use_udp,
            blur_kernel,
            assignment,
            keep_equal_tags,
            max_reach,
            max_peaks,
            Selection(
                instance_thr, min_keypoints, nms_thr, max_instances, sigmas
            ),
            person_score,
            _read_scorer(scorer),
        )

    def settings(self) -> dict[str, Any]:
        """Return the arguments that make an equal decoder, as plain values.

        Returns:
            dict[str, Any]: keywords of the class.
        """
        options = asdict(self.options)
        options.update(options.pop('selection')._asdict())
        if self.options.scorer is not None:
            options['scorer'] = self.options.scorer.to_dict()
        found = {
            'heatmap_levels': self.heatmap_levels,
            'align_flip': self.align_flip,
            **options,
        }
        return {key: _plain(value) for key, value in found.items()}

    def __getattr__(self, name: str) -> Any:
        """Read an option, such as ``decoder.score_thr``."""
        if 'options' in self.__dict__:
            if name in _SELECTION:
                return getattr(self.options.selection, name)
            if name in _OPTIONS:
                return getattr(self.options, name)
        raise AttributeError(f'the decoder has no option {name!r}')

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an option of a decoder that is built already, and check it."""
        if 'options' in self.__dict__ and name in _OPTIONS | _SELECTION:
            changes = {name: value}
            if name in _SELECTION:
                selection = self.options.selection._replace(**changes)
                changes = {'selection': selection}
            elif name == 'scorer':
                changes = {name: _read_scorer(value)}
            options = replace(self.options, **changes)
            super().__setattr__('options', options)
            if name not in self.__dict__:
                return
        super().__setattr__(name, value)

    def select(self, people: People) -> People:
        """Choose whom to keep of an image, once more after merging tiles.

        Args:
            people (People): Of the image.

        Returns:
            People: those that the options of :class:`.Selection` keep.
        """
        kept = self.options.selection.choose(
            people.keypoints, people.found, people.scores
        )
        return people.choose(kept)

    def predict(
        self,
        outputs: Outputs,
        scales: Sequence[float],
        base_size: tuple[int, int],
        flip_indices: Optional[Sequence[int]] = None,
        project_to_image: bool = True,
    ) -> list[People]:
        """Find the people of a batch in the outputs of the network.

        The same as :meth:`aggregate` and :meth:`find_people`, but tags are
        enlarged only where they are read, with the rounding of another order
        of the same products.

        Args:
            outputs (Sequence): As in :meth:`aggregate`.
            scales (Sequence[float]): As there.
            base_size (tuple[int, int]): As there, but always needed.
            flip_indices (Sequence[int], optional): As there.
            project_to_image (bool): As there.

        Returns:
            list[People]: of every image, (x, y) in pixels of the input of
            scale 1.

        Raises:
            ValueError: If an argument is missing or does not fit.
        """
        heatmaps, sources = self._merge(
            outputs, scales, base_size, flip_indices, project_to_image
        )
        shape = map_shape(heatmaps)
        if on_host(heatmaps) and _all_finite(heatmaps, sources):
            tags = read_tag_levels(sources, shape, self.use_udp)
            people = [
                decode_levels(heat, levels, self.options)
                for heat, levels in zip(to_array(heatmaps), tags)
            ]
        else:
            people = self.find_people(heatmaps, self._enlarge(sources, shape))
        ratio = self.pixels_per_cell(shape, base_size)
        return [p._replace(keypoints=p.keypoints * ratio) for p in people]

    def find_people(self, heatmaps: Any, tags: Any) -> list[People]:
        """Find the people of a batch, with all that is known of them.

        Args:
            heatmaps (Maps): (B, K, H, W).
            tags (Maps): (B, L*K, H, W), L outer, or (B, L, H, W) when all
                keypoints share a tag.

        Returns:
            list[People]: of every image, (x, y) in pixels of the given maps.

        Raises:
            ValueError: If the shapes do not fit together.
        """
        if on_host(heatmaps):
            pairs = zip(to_array(heatmaps), to_array(tags))
            return [decode(heat, tag, self.options) for heat, tag in pairs]
        return self._find_on_device(
            heatmaps.detach().float(), tags.detach().float()
        )

    def _find_on_device(self, heatmaps: Any, tags: Any) -> list[People]:
        """Find people in tensors on a device; images with NaN on the host."""
        from .device_maps import DeviceMaps, are_finite

        people = []
        finite = are_finite(heatmaps, tags)
        for heat, tag, on_device in zip(heatmaps, tags, finite):
            if on_device:
                groups = check_image(
                    tuple(heat.shape), tuple(tag.shape), self.options
                )
                maps = DeviceMaps(heat, tag, groups, *self.options.window)
                people.append(find_people(maps, self.options))
            else:
                arrays = to_array(heat), to_array(tag)
                people.append(decode(*arrays, self.options))
        return people

    def decode(
        self, heatmaps: np.ndarray, tags: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Find the people of one image.

        Args:
            heatmaps (np.ndarray): float32 (K, H, W).
            tags (np.ndarray): float32 (L*K, H, W), or (L, H, W) when shared.

        Returns:
            tuple: keypoints (N, K, 2), keypoint scores (N, K) and instance
            scores (N,), as in :meth:`batch_decode`.

        Raises:
            ValueError: If the shapes do not fit together.
        """
        people = decode(heatmaps, tags, self.options)
        return people.keypoints, people.keypoint_scores, people.scores


def _read_scorer(
    scorer: Union[str, Path, Mapping[str, Any], PersonScorer, None],
) -> Optional[PersonScorer]:
    """Read a scorer, unless it is one, or none."""
    if scorer is None or isinstance(scorer, PersonScorer):
        return scorer
    return PersonScorer.read(scorer)


def _plain(value: Any) -> Any:
    """Write a sequence as a list of numbers."""
    if value is None or np.ndim(value) == 0:
        return value
    return np.asarray(value).tolist()


def _all_finite(heatmaps: Any, sources: Sequence[TagSource]) -> bool:
    """Check all values; numpy is much faster at it on one thread."""
    maps = (heatmaps, *(source.maps for source in sources))
    return all(np.isfinite(to_array(m)).all() for m in maps)
