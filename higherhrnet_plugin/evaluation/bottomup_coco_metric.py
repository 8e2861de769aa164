"""COCO's AP on the annotations that the data set has repaired."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Optional

import numpy as np
from mmengine.fileio import dump, load
from mmengine.logging import MessageHub, print_log
from mmpose.evaluation.metrics import CocoMetric

from ..compat.coco_tools import COCO
from ..datasets.coco_repair import (
    CocoOptions,
    RepairReport,
    load_coco,
    read_coco,
)
from ..datasets.coco_repair.categories import Category
from ..datasets.coco_repair.names import Renaming
from ..datasets.coco_repair.sharing import shared_options
from ..registry import METRICS
from ..structures.metainfo import ordered_names
from .diagnosis import diagnose, unknown_images_line
from .mean_errors import describe, input_pixel, mean_errors
from .tested_sets import TestedSets, drop_repeats


@METRICS.register_module()
class BottomupCocoMetric(CocoMetric):
    """AP of bottom-up predictions, on any annotation file that trains.

    mmpose's ``CocoMetric`` reads the annotation file by itself, so it does
    not see what the data set has repaired. This one reads it in the way of
    the test data set of the run: same repairs, same ids, same category. On a
    file that needs no repair the results are those of ``CocoMetric``. After
    the evaluation a few lines in the log tell what the numbers hide.

    Args:
        ann_file (str, optional): Annotation file. Defaults to None, which
            takes the one of the test data set.
        category (int | str | Sequence | None): As for the data set, if the
            file is read by none of ours. Defaults to None.
        rename_keypoints (str | Mapping | None): Likewise.
        kwargs (Any): Other arguments of mmpose's ``CocoMetric``.

    Raises:
        FileNotFoundError: If the annotation file does not exist.
        ValueError: If it has no annotations, unless ``format_only`` is set.

    Examples:
        >>> from higherhrnet_plugin import BottomupCocoMetric
        >>> BottomupCocoMetric('people.json', nms_mode='none').prefix
        'coco'
    """

    # lists of an annotation that hold the keypoints; empty: `keypoints`
    KEYPOINT_FIELDS: ClassVar[Mapping[str, int]] = {}

    def __init__(
        self,
        ann_file: Optional[str] = None,
        *,
        category: Category = None,
        rename_keypoints: Renaming = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(ann_file=None, **kwargs)
        self.ann_file = ann_file
        self.category = category
        self.rename_keypoints = rename_keypoints
        self._report: Optional[RepairReport] = None
        self._sets: Optional[TestedSets] = None
        self._input_pixels: dict[Any, tuple[float, float]] = {}
        # before the images are predicted, as mmpose's metric does
        if ann_file is not None and not self.format_only:
            _require_annotations(read_coco(ann_file), ann_file)

    @property
    def dataset_meta(self) -> Optional[dict]:
        """dict, optional: meta information of the data set."""
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, dataset_meta: dict) -> None:
        """Take the meta information, which also tells how to read the file.

        Args:
            dataset_meta (dict): As parsed by mmpose.

        Raises:
            ValueError: If the file cannot be repaired or evaluated.
        """
        if self.ann_file is None:
            self.ann_file = MessageHub.get_current_instance().get_info(
                f'{dataset_meta["dataset_name"]}_ann_file', None
            )
        if self.ann_file is not None:
            self._read(self.ann_file, dataset_meta)
        CocoMetric.dataset_meta.fset(self, dataset_meta)

    def _read(self, ann_file: str, dataset_meta: dict) -> None:
        """Read the ground truth."""
        num_keypoints = dataset_meta['num_keypoints']
        options = shared_options(ann_file)
        shared = options and options.num_keypoints == num_keypoints
        if not options or not shared:
            options = CocoOptions(
                num_keypoints,
                self.category,
                missing_images='ignore',
                keypoint_fields=dict(self.KEYPOINT_FIELDS),
                names=ordered_names(dataset_meta),
                rename_keypoints=self.rename_keypoints,
            )
        content, report = load_coco(ann_file, options)
        # a data set of ours has told it already
        if not shared and not report.is_clean:
            print_log('\n'.join(report.lines()), 'current', logging.WARNING)
        if not self.format_only:
            self._check(content, ann_file)
        self._sets = TestedSets(ann_file, content, options)
        self._index(content)
        self._report = report

    def _index(self, content: dict[str, Any]) -> None:
        """Take the ground truth."""
        coco = COCO()
        coco.dataset, coco.anno_file = content, [self.ann_file]
        coco.createIndex()
        self.coco = coco

    def _check(self, content: dict[str, Any], ann_file: str) -> None:
        """Check what the evaluation needs and no repair can give."""
        _require_annotations(content, ann_file)
        if self.iou_type != 'keypoints_crowd':
            return
        for image in content['images']:
            if image.get('crowdIndex') is None:
                raise ValueError(
                    f'annotation file {ann_file!r}: image {image["id"]} has '
                    "no `crowdIndex`, which iou_type='keypoints_crowd' needs"
                )

    def process(
        self, data_batch: Sequence[dict], data_samples: Sequence[dict]
    ) -> None:
        """Note the predictions of a batch.

        Args:
            data_batch (Sequence[dict]): Not used.
            data_samples (Sequence[dict]): Outputs of the model.

        Raises:
            ValueError: If somebody is predicted with a number that is not
                finite.
        """
        first = len(self.results)
        super().process(data_batch, data_samples)
        for (prediction, _), sample in zip(self.results[first:], data_samples):
            _require_finite(prediction)
            prediction['img_path'] = path = sample.get('img_path')
            prediction['input_pixel'] = input_pixel(sample)
            if self._sets is not None:
                number = self._sets.image_id(prediction['img_id'], path)
                prediction['img_id'] = number
        if self.coco is None:
            return
        # the model knows one category, that of the ground truth
        (category,) = self.coco.getCatIds()
        for prediction, _ in self.results[first:]:
            prediction['category_id'] = category
            # COCO's rule for people sizes them by their keypoints
            prediction.pop('bbox', None)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Evaluate every image once, on the files of all tested sets.

        Args:
            results (list): What :meth:`process` has noted.

        Returns:
            dict[str, float]: as mmpose's ``CocoMetric``.

        Raises:
            ValueError: If two images have the same id.
        """
        results, repeats = drop_repeats(results)
        if repeats:
            print_log(
                f'{repeats} images were tested more than once; the first '
                'result of each counts',
                'current',
                logging.WARNING,
            )
        self._input_pixels = {
            p['img_id']: p['input_pixel']
            for p, _ in results
            if p['input_pixel'] is not None
        }
        if self._sets is not None:
            content = self._sets.tested(p['img_id'] for p, _ in results)
            if content is not self.coco.dataset and self.format_only:
                raise ValueError(
                    '`format_only` writes the predictions of one test set; '
                    'image ids of several mean nothing to a reader'
                )
            if content is not self.coco.dataset:
                self._check(content, str(self.ann_file))
                self._index(content)
        return super().compute_metrics(results)

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> list:
        """Evaluate the result file, and explain the numbers."""
        predictions = load(f'{outfile_prefix}.keypoints.json')
        unknown = unknown_images_line(self.coco.dataset, predictions)
        if unknown:
            raise ValueError(f'annotation file {self.ann_file!r}: {unknown}')
        if self.iou_type == 'keypoints_crowd' and self._report is not None:
            # xtcocotools reads image ids and crowd indices from a file again
            path = f'{outfile_prefix}.gt.json'
            dump(dict(images=self.coco.dataset['images']), path)
            self.coco.anno_file = [path]
        values = super()._do_python_keypoint_eval(outfile_prefix)
        repaired = self._report.repaired if self._report else {}
        lines = diagnose(
            self.coco.dataset,
            predictions,
            repaired,
            self.use_area,
            by_size=self.iou_type != 'keypoints_crowd',
        )
        lines += describe(
            mean_errors(
                self.coco.dataset['annotations'],
                predictions,
                (self.dataset_meta or {})['sigmas'],
                self.use_area,
                self._input_pixels,
            )
        )
        print_log('\n'.join(lines), 'current', logging.INFO)
        return values


def _require_finite(prediction: Mapping[str, Any]) -> None:
    """Refuse NaN, which COCO's evaluation takes for a perfect match."""
    for name in ('keypoints', 'keypoint_scores', 'bbox_scores'):
        values = np.asarray(prediction[name])
        finite = np.isfinite(values).all(axis=tuple(range(1, values.ndim)))
        if not finite.all():
            raise ValueError(
                f'image {prediction["img_id"]}: person '
                f'{int(finite.argmin())} is predicted with `{name}` that are '
                'not finite; are the weights broken?'
            )


def _require_annotations(content: Any, ann_file: str) -> None:
    """Refuse a file that has nothing to compare predictions with."""
    if isinstance(content, dict) and 'annotations' not in content:
        raise ValueError(
            f'annotation file {ann_file!r} has no `annotations`, without '
            'which nothing can be evaluated; to write the predictions '
            'only, set `format_only`'
        )
