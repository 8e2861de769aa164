"""mmpose's combination of data sets, with random numbers by sample."""

from __future__ import annotations

from typing import Any

from mmpose.datasets import CombinedDataset

from ...registry import DATASETS
from ..batches import SkippingMixin
from ..sample_randomness import SampleRandomnessMixin
from ..transforms import LoadBottomupImage


@DATASETS.register_module()
class BottomupCombinedDataset(
    SkippingMixin, SampleRandomnessMixin, CombinedDataset
):
    """Several data sets as one, whose samples ``SeededSampler`` can seed.

    The choice of an image by ``sample_ratio_factor``, the pipelines of the
    data sets and that of the combination draw from one generator. Images are
    read by ``LoadBottomupImage``, also where the pipeline has mmpose's
    ``LoadImage``, and left out as the data sets say.

    Args:
        args (Any): Of ``CombinedDataset``.
        kwargs (Any): Of ``CombinedDataset``.

    Examples:
        >>> from higherhrnet_plugin import BottomupCombinedDataset
        >>> part = dict(
        ...     type='BottomupCocoDataset',
        ...     ann_file='people.json',
        ...     data_prefix=dict(img='images/'),
        ... )
        >>> meta = dict(from_file='configs/_base_/datasets/coco.py')
        >>> len(BottomupCombinedDataset(metainfo=meta, datasets=[part, part]))
        6
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        LoadBottomupImage.replace_in(self.pipeline)
