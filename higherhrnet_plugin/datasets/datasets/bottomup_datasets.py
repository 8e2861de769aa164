"""mmpose's data sets with robust bottom-up loading."""

from __future__ import annotations

from typing import Any, ClassVar, Optional

import numpy as np
from mmpose.datasets.datasets import (
    AicDataset,
    AP10KDataset,
    CocoDataset,
    CocoWholeBodyDataset,
    CrowdPoseDataset,
    MhpDataset,
    OCHumanDataset,
)

from ...registry import DATASETS
from ...structures.coco import WHOLE_BODY
from ..coco_repair.categories import Category
from .bottomup_dataset import BottomupDatasetMixin


@DATASETS.register_module()
class BottomupCocoDataset(BottomupDatasetMixin, CocoDataset):
    """COCO keypoints and whatever shares its format (K = 17 by default).

    Other keypoints are set by ``metainfo`` as in mmpose.

    Examples:
        >>> from higherhrnet_plugin import BottomupCocoDataset
        >>> data_set = BottomupCocoDataset(
        ...     ann_file='people.json',
        ...     data_prefix=dict(img='images/'),
        ...     keep_empty=True,
        ... )
        >>> [len(data_set[i]['keypoints']) for i in range(3)]  # with crowds
        [1, 2, 5]
    """


@DATASETS.register_module()
class BottomupCrowdPoseDataset(BottomupDatasetMixin, CrowdPoseDataset):
    """CrowdPose (K = 14), with the crowd index of every image.

    Examples:
        >>> from higherhrnet_plugin import BottomupCrowdPoseDataset
        >>> data_set = BottomupCrowdPoseDataset(
        ...     ann_file='people.json',
        ...     data_prefix=dict(img='images/'),
        ...     lazy_init=True,
        ... )
        >>> data_set.metainfo['num_keypoints']
        14
    """


@DATASETS.register_module()
class BottomupAicDataset(BottomupDatasetMixin, AicDataset):
    """AI Challenger (K = 14), whose annotations have no areas.

    Examples:
        >>> from higherhrnet_plugin import BottomupAicDataset
        >>> data_set = BottomupAicDataset(
        ...     ann_file='people.json',
        ...     data_prefix=dict(img='images/'),
        ...     lazy_init=True,
        ... )
        >>> data_set.metainfo['num_keypoints']
        14
    """


@DATASETS.register_module()
class BottomupMhpDataset(BottomupDatasetMixin, MhpDataset):
    """Multi-Human Parsing v2.0 (K = 16).

    Examples:
        >>> from higherhrnet_plugin import BottomupMhpDataset
        >>> data_set = BottomupMhpDataset(
        ...     ann_file='people.json',
        ...     data_prefix=dict(img='images/'),
        ...     lazy_init=True,
        ... )
        >>> data_set.metainfo['num_keypoints']
        16
    """


@DATASETS.register_module()
class BottomupOCHumanDataset(BottomupDatasetMixin, OCHumanDataset):
    """OCHuman (COCO's K = 17), which is made for tests alone.

    Examples:
        >>> from higherhrnet_plugin import BottomupOCHumanDataset
        >>> data_set = BottomupOCHumanDataset(
        ...     ann_file='people.json',
        ...     data_prefix=dict(img='images/'),
        ...     lazy_init=True,
        ... )
        >>> data_set.metainfo['num_keypoints']
        17
    """


@DATASETS.register_module()
class BottomupAP10KDataset(BottomupDatasetMixin, AP10KDataset):
    """AP-10K (K = 17), whose species are categories.

    Args:
        category (int | str | Sequence | None): As for
            :class:`BottomupDatasetMixin`. Defaults to 'all': one category for
            all species.
        kwargs (Any): Other arguments.

    Examples:
        >>> from higherhrnet_plugin import BottomupAP10KDataset
        >>> data_set = BottomupAP10KDataset(
        ...     ann_file='people.json',
        ...     data_prefix=dict(img='images/'),
        ...     lazy_init=True,
        ... )
        >>> data_set.metainfo['num_keypoints']
        17
    """

    def __init__(self, *, category: Category = 'all', **kwargs: Any) -> None:
        super().__init__(category=category, **kwargs)


@DATASETS.register_module()
class BottomupCocoWholeBodyDataset(BottomupDatasetMixin, CocoWholeBodyDataset):
    """COCO-WholeBody (K = 133), with body, feet, face and hands.

    ``num_keypoints`` of its annotations counts the 17 of the body. Where it
    is 0 the person counts as unlabelled and is masked, as in MMPose 0.x.

    Examples:
        >>> from higherhrnet_plugin import BottomupCocoWholeBodyDataset
        >>> data_set = BottomupCocoWholeBodyDataset(
        ...     ann_file='people.json',
        ...     data_prefix=dict(img='images/'),
        ...     lazy_init=True,
        ... )
        >>> data_set.metainfo['num_keypoints']
        133
    """

    KEYPOINT_FIELDS: ClassVar[dict[str, int]] = dict(WHOLE_BODY)

    def parse_data_info(self, raw_data_info: dict) -> Optional[dict[str, Any]]:
        """Parse one annotation.

        Args:
            raw_data_info (dict): ``raw_ann_info`` with the lists of
                ``KEYPOINT_FIELDS``, and ``raw_img_info``, both as in the
                annotation file.

        Returns:
            dict | None: what mmpose's class gives, with keypoints float32
            (1, 133, 2), (x, y) in image pixels, and keypoints_visible
            float32 (1, 133), 1 where labelled, as in the other data sets.
        """
        annotation = raw_data_info['raw_ann_info']
        # mmpose's class needs the key, but not a value
        annotation = {'segmentation': None, **annotation}
        info = super().parse_data_info(
            {**raw_data_info, 'raw_ann_info': annotation}
        )
        for name in ('keypoints', 'keypoints_visible'):
            info[name] = info[name].astype(np.float32)
        return info
