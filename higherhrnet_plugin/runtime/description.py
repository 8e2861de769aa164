"""What an exported file says of itself.

Note:
    - K: keypoints
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Optional

# of what is below; files of a later one are refused
FORMAT = 1
# under which a file holds the description
KEY = 'higherhrnet'


@dataclass(frozen=True)
class Description:
    """All that is needed to use an exported network, as plain values.

    Attributes:
        outputs (tuple[str, ...]): Names of the outputs, in order:
            ``heatmaps_{level}`` and ``tags_{level}``, the same behind
            ``mirrored_`` for the mirrored image, or ``heatmaps`` and ``tags``
            where all are aggregated.
        keypoint_names (tuple[str, ...]): K names.
        flip_indices (tuple[int, ...]): K indices of mirrored keypoints.
        skeleton (tuple[tuple[int, int], ...]): Pairs of linked keypoints.
        sigmas (tuple[float, ...]): K tolerances of OKS.
        mean (tuple[float, ...]): Of the channels, in the order of the input.
        std (tuple[float, ...]): Likewise.
        rgb (bool): Whether the input is RGB, or else BGR.
        input_size (tuple[int, int]): (w, h) at scale 1.
        size_factor (int): Sides of inputs are multiples of it.
        resize_mode (str): 'expand' or 'fit', see :func:`.place_image`.
        use_udp (bool): Whether pixels are aligned for UDP.
        scales (tuple[float, ...]): Test scales.
        flip (bool): Whether the mirrored image is looked at, too.
        project_to_image (bool): Whether maps are enlarged to the input.
        decoder (dict): Arguments of :class:`.Decoder`.
        dataset_name (str): Of the data set.
        numbers (str): 'float32', 'float16' or 'int8'.
        version (str): Of the package that wrote the file.

    Examples:
        >>> from higherhrnet_plugin.runtime import open_session
        >>> about = open_session('people.onnx').description
        >>> about.keypoint_names[0], about.changed(flip=False).flip
        ('nose', False)
    """

    outputs: tuple[str, ...]
    keypoint_names: tuple[str, ...]
    flip_indices: tuple[int, ...]
    skeleton: tuple[tuple[int, int], ...]
    sigmas: tuple[float, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    rgb: bool
    input_size: tuple[int, int]
    size_factor: int = 64
    resize_mode: str = 'expand'
    use_udp: bool = False
    scales: tuple[float, ...] = (1,)
    flip: bool = False
    project_to_image: bool = True
    decoder: Mapping[str, Any] = field(default_factory=dict)
    dataset_name: str = ''
    numbers: str = 'float32'
    version: str = ''

    @property
    def aggregated(self) -> bool:
        """bool: whether the file gives aggregated maps, not levels."""
        return 'heatmaps' in self.outputs

    @property
    def flips_inside(self) -> bool:
        """bool: whether the file looks at the mirrored image by itself."""
        if self.aggregated:
            return self.flip
        return any(name.startswith('mirrored_') for name in self.outputs)

    @property
    def dataset_meta(self) -> dict[str, Any]:
        """dict: what drawing and files of results read, as mmpose has it."""
        return {
            'dataset_name': self.dataset_name,
            'num_keypoints': len(self.keypoint_names),
            'keypoint_id2name': dict(enumerate(self.keypoint_names)),
            'skeleton_links': list(self.skeleton),
            'flip_indices': list(self.flip_indices),
            'sigmas': list(self.sigmas),
        }

    def changed(
        self,
        scales: Optional[Sequence[float]] = None,
        flip: Optional[bool] = None,
        **decoder: Any,
    ) -> Description:
        """Change how people are looked for.

        Args:
            scales (Sequence[float], optional): Test scales.
            flip (bool, optional): Whether to look at the mirrored image.
            decoder (Any): Arguments of :class:`.Decoder`.

        Returns:
            Description: a copy.

        Raises:
            ValueError: If what is inside of the file says otherwise.
        """
        scales = self.scales if scales is None else tuple(scales)
        flip = self.flip if flip is None else flip
        if self.aggregated and (scales != self.scales or flip != self.flip):
            raise ValueError(
                'the file holds the aggregation, with '
                f'scales={list(self.scales)} and flip={self.flip}; export '
                'levels of maps to choose others'
            )
        decoder = {**self.decoder, **decoder}
        return replace(self, scales=scales, flip=flip, decoder=decoder)

    def to_text(self) -> str:
        """Write it as JSON."""
        return json.dumps({'format': FORMAT, **asdict(self)})

    @classmethod
    def from_text(cls, text: Optional[str], path: Any) -> Description:
        """Read it from JSON.

        Args:
            text (str, optional): What a file holds, None for nothing.
            path (Any): The file, for errors.

        Returns:
            Description: the description.

        Raises:
            ValueError: If there is none, or one of a later version.
        """
        if text is None:
            raise ValueError(
                f'{path}: holds no description of a HigherHRNet; export it '
                'with tools/model_converters/export_model.py'
            )
        found = json.loads(text)
        if found.pop('format', None) != FORMAT:
            raise ValueError(
                f'{path}: written by version {found.get("version")} of '
                'higherhrnet_plugin in a form that this version does not '
                'know; update it, or export anew'
            )
        names = {item.name for item in fields(cls)}
        return cls(**{k: _tuples(v) for k, v in found.items() if k in names})


def _tuples(value: Any) -> Any:
    """Make tuples of lists, also within lists."""
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    return value
