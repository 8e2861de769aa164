"""What a state dict holds, as far as names and shapes tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Optional

from torch import Tensor

from .names import CLASSIFIER_PARTS, convert_state_dict, strip_wrappers

OFFICIAL = 'official'
MMPOSE_0X = 'MMPose 0.x'
PLUGIN = 'plugin'
IMAGENET = 'ImageNet backbone'

_DATA_SETS = {
    14: 'CrowdPose or AIC',
    17: 'COCO',
    133: 'COCO-WholeBody',
}
# All as wide as the branch of the highest resolution.
_WIDTH_NAMES = (
    'backbone.stage4.0.branches.0.0.conv1.weight',
    'backbone.stage3.0.branches.0.0.conv1.weight',
    'backbone.stage2.0.branches.0.0.conv1.weight',
    'backbone.transition1.0.0.weight',
)
_STATISTICS = ('running_mean', 'running_var', 'num_batches_tracked')


class WeightsDescription(NamedTuple):
    """What a state dict holds; ``None`` is what it does not tell.

    Attributes:
        origin: 'official', 'MMPose 0.x', 'plugin' or 'ImageNet backbone'.
        width: Channels of HRNet's highest resolution, 32 for W32.
        num_keypoints: K. Unknown if all levels have as many channels, since
            tags look like heatmaps.
        tag_channels: Tag maps of a level with tags.
        num_levels: Levels of the pyramid, 0 without a head.
        data_set: Data sets with so many keypoints: a guess.
        num_parameters: Number of learned values.
    """

    origin: Optional[str]
    width: Optional[int]
    num_keypoints: Optional[int]
    tag_channels: Optional[int]
    num_levels: int
    data_set: Optional[str]
    num_parameters: int

    @property
    def summary(self) -> str:
        """A few words, as 'HigherHRNet-W32 for 17 keypoints (COCO)'."""
        if not self.num_parameters:
            return 'no weights'
        width = '' if self.width is None else f'-W{self.width}'
        if not self.num_levels:
            net = 'an HRNet' + width if width else 'a network'
            usage = ' of ImageNet' if self.origin == IMAGENET else ''
            return f'{net}{usage} without a pose head'
        net = 'HigherHRNet' + width if width else 'a bottom-up network'
        levels = f'{self.num_levels} level' + 's' * (self.num_levels > 1)
        if self.num_keypoints is None:
            return f'{net} with {levels}'
        guess = f' ({self.data_set})' if self.data_set else ''
        text = f'{net} for {self.num_keypoints} keypoints{guess}'
        return text if self.num_levels == 2 else f'{text} with {levels}'


def describe_weights(state_dict: Mapping[Any, Any]) -> WeightsDescription:
    """Tell what a state dict holds.

    Args:
        state_dict (Mapping): Tensors by name, of any origin, complete or
            not. Other entries are passed over.

    Returns:
        WeightsDescription: what names and shapes tell.
    """
    tensors = {
        name: value
        for name, value in state_dict.items()
        if isinstance(name, str) and isinstance(value, Tensor)
    }
    try:
        converted = convert_state_dict(tensors)
    except ValueError:  # names of several origins
        converted = {}
    shapes = {name: tuple(value.shape) for name, value in converted.items()}
    channels = _output_channels(shapes)
    keypoints, tags = _split_channels(channels)
    return WeightsDescription(
        origin=_find_origin(strip_wrappers(tensors), shapes, bool(channels)),
        width=_find_width(shapes),
        num_keypoints=keypoints,
        tag_channels=tags,
        num_levels=len(channels),
        data_set=None if keypoints is None else _DATA_SETS.get(keypoints),
        num_parameters=sum(
            value.numel()
            for name, value in tensors.items()
            if name.split('.')[-1] not in _STATISTICS
        ),
    )


def _find_origin(
    bare: Collection[str], converted: Collection[str], has_head: bool
) -> Optional[str]:
    """Tell an origin by the names of a file and by what becomes of them."""
    parts = {name.split('.')[0] for name in bare}
    if 'keypoint_head' in parts:
        return MMPOSE_0X
    if has_head:
        return OFFICIAL if 'final_layers' in parts else PLUGIN
    names = [n.split('.', 1)[1] for n in converted if n.startswith('backbone')]
    is_classifier = any(n.split('.')[0] in CLASSIFIER_PARTS for n in names)
    return IMAGENET if is_classifier or _is_multi_scale(names) else None


def _is_multi_scale(names: Collection[str]) -> bool:
    """Tell whether the last stage fuses to all resolutions, as classifiers."""
    modules = {n.split('.')[1] for n in names if n.startswith('stage4.')}
    last = max(modules, key=lambda m: (len(m), m), default='')
    return any(n.startswith(f'stage4.{last}.fuse_layers.1.') for n in names)


def _find_width(shapes: Mapping[str, tuple[int, ...]]) -> Optional[int]:
    """Return the channels of HRNet's highest resolution."""
    found = [shapes[n] for n in _WIDTH_NAMES if shapes.get(n)]
    return found[0][0] if found else None


def _output_channels(shapes: Mapping[str, tuple[int, ...]]) -> list[int]:
    """Return the channels that every level puts out."""
    names = (f'head.final_layers.{i}.weight' for i in range(len(shapes)))
    channels = []
    for name in names:
        if not shapes.get(name):
            break
        channels.append(shapes[name][0])
    return channels


def _split_channels(
    channels: list[int],
) -> tuple[Optional[int], Optional[int]]:
    """Tell keypoints and tags apart by a level that has no tags."""
    if len(set(channels)) != 2:
        return None, None
    return min(channels), max(channels) - min(channels)
