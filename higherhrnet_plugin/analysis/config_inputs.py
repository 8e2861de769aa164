"""What the test of a config compares."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional, Union

from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope

from ..datasets.coco_repair import CocoOptions
from ..datasets.coco_repair.annotated_on import IMAGE
from ..registry import DATASETS
from ..structures.metainfo import ordered_names
from .inputs import Inputs, make_inputs

PathText = Union[str, 'os.PathLike[str]']


def read_config_inputs(
    config: PathText,
    predictions: PathText,
    ann_file: Optional[PathText] = None,
    image_dir: Optional[PathText] = None,
) -> Inputs:
    """Read the annotations of a config's test, and predictions.

    Args:
        config (str | PathLike): Config file.
        predictions (str | PathLike): File of COCO results.
        ann_file (str | PathLike, optional): Annotation file. Defaults to
            None, which takes that of the evaluator, else of the data set.
        image_dir (str | PathLike, optional): Folder of the images. Defaults
            to None, which takes that of the data set.

    Returns:
        Inputs: what was read.

    Raises:
        ValueError: If something does not fit together.
        OSError: If a file cannot be read.
    """
    cfg = Config.fromfile(config)
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    loader, evaluator = _test_parts(cfg)
    dataset = _single_dataset(loader)
    dataset_class = DATASETS.get(dataset.type)
    if dataset_class is None:
        raise ValueError(f'the config has an unknown data set {dataset.type}')
    # the method of the host that reads `metainfo` without loading data
    metainfo = dataset_class._load_metainfo(dataset.get('metainfo'))
    root = Path(dataset.get('data_root') or '')
    ann_file = (
        ann_file
        or evaluator.get('ann_file')
        or root / (dataset.get('ann_file') or '')
    )
    image_dir = image_dir or root / (dataset.get('data_prefix') or {}).get(
        'img', ''
    )
    return make_inputs(
        str(ann_file),
        predictions,
        metainfo,
        _reading_options(dataset, dataset_class, metainfo, str(image_dir)),
        evaluator.get('iou_type', 'keypoints'),
        bool(evaluator.get('use_area', True)),
    )


def _reading_options(
    dataset: ConfigDict, dataset_class: Any, metainfo: dict, image_dir: str
) -> CocoOptions:
    """Read the annotation file in the way of the data set."""
    annotated_on = dataset.get('annotated_on', IMAGE)
    return CocoOptions(
        num_keypoints=metainfo['num_keypoints'],
        category=dataset.get('category'),
        # the images are looked at where the annotations follow them
        image_dir=image_dir,
        missing_images=(
            'ignore'
            if annotated_on == IMAGE
            else dataset.get('missing_images', 'error')
        ),
        keypoint_fields=dict(getattr(dataset_class, 'KEYPOINT_FIELDS', {})),
        annotated_on=annotated_on,
        names=ordered_names(metainfo),
        rename_keypoints=dataset.get('rename_keypoints'),
    )


def _test_parts(cfg: Config) -> tuple[ConfigDict, ConfigDict]:
    """Find the data loader and the COCO evaluator of the test."""
    if cfg.get('test_dataloader') is None:
        raise ValueError('the config has no `test_dataloader`')
    evaluators = cfg.get('test_evaluator') or []
    if not isinstance(evaluators, Sequence):
        evaluators = [evaluators]
    coco = [e for e in evaluators if 'Coco' in str(e.get('type'))]
    if not coco:
        coco = [ConfigDict()]
    for key in ('gt_converter', 'pred_converter'):
        if coco[0].get(key):
            raise ValueError(
                f'`{key}` of test_evaluator is not supported: predictions '
                'are compared with the keypoints of the file'
            )
    return cfg.test_dataloader, coco[0]


def _single_dataset(loader: ConfigDict) -> ConfigDict:
    """Take the data set out of its wrappers."""
    dataset = loader.dataset
    while 'dataset' in dataset:
        dataset = dataset.dataset
    if 'datasets' in dataset:
        raise ValueError(
            'test_dataloader joins several data sets; test them one by one'
        )
    return dataset
