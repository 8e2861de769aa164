"""COCO-WholeBody's AP on the annotations that the data set has repaired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from mmengine.fileio import dump, load
from mmpose.evaluation.metrics import CocoWholeBodyMetric

from ..registry import METRICS
from ..structures.coco import WHOLE_BODY
from .bottomup_coco_metric import BottomupCocoMetric


@METRICS.register_module()
class BottomupCocoWholeBodyMetric(BottomupCocoMetric, CocoWholeBodyMetric):
    """AP of the parts and of the whole body, on any file that trains.

    Reads the annotation file as :class:`BottomupCocoMetric` does, and scores
    as mmpose's ``CocoWholeBodyMetric``, whose results it has on a file that
    needs no repair. Takes the arguments of :class:`BottomupCocoMetric`.

    Examples:
        >>> from higherhrnet_plugin import BottomupCocoWholeBodyMetric
        >>> BottomupCocoWholeBodyMetric('people.json').prefix
        'coco-wholebody'
    """

    KEYPOINT_FIELDS: ClassVar[Mapping[str, int]] = WHOLE_BODY
    default_prefix = CocoWholeBodyMetric.default_prefix

    def results2json(
        self, keypoints: Mapping[int, list[Any]], outfile_prefix: str
    ) -> None:
        """Write the predictions in COCO's form.

        Args:
            keypoints (Mapping[int, list]): People by image.
            outfile_prefix (str): Beginning of the name of the file.
        """
        super().results2json(keypoints, outfile_prefix)
        if self.coco is None:
            return
        # mmpose writes 1, whatever the ground truth has
        (category,) = self.coco.getCatIds()
        path = f'{outfile_prefix}.keypoints.json'
        records = [{**r, 'category_id': category} for r in load(path)]
        dump(records, path, sort_keys=True, indent=4)
