"""mmpose's combination of data sets, with random numbers by sample."""

from __future__ import annotations

from mmpose.datasets import CombinedDataset

from ...registry import DATASETS
from ..sample_randomness import SampleRandomnessMixin


@DATASETS.register_module()
class BottomupCombinedDataset(SampleRandomnessMixin, CombinedDataset):
    """Several data sets as one, whose samples ``SeededSampler`` can seed.

    The choice of an image by ``sample_ratio_factor``, the pipelines of the
    data sets and that of the combination draw from one generator. Arguments
    are those of ``CombinedDataset``.
    """
