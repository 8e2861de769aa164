"""What the report is made from: config, annotations, predictions, log."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope

from ..datasets.coco_repair import CocoOptions, load_coco
from ..datasets.coco_repair.fitting import IMAGE
from ..evaluation.diagnosis import unknown_images_line
from ..registry import DATASETS
from ..structures.metainfo import ordered_names
from .prediction_files import flatten, read_predictions

IOU_TYPES = ('keypoints', 'keypoints_crowd', 'keypoints_wholebody')


@dataclass
class Inputs:
    """All that was read.

    Attributes:
        content: The repaired annotation file; people have all K keypoints in
            ``keypoints``.
        predictions: Records of COCO's result format.
        repaired: What was repaired, as ``RepairReport.repaired``.
        ann_file: The annotation file.
        image_dir: Folder of the pictures.
        names: K names of keypoints.
        links: Pairs of keypoints to join.
        sigmas: (K,).
        flip_indices: K indices of mirrored keypoints.
        iou_type: Of COCOeval.
        use_area: Whether OKS reads ``area``.
    """

    content: dict[str, Any]
    predictions: list[dict[str, Any]]
    repaired: dict[str, Any]
    ann_file: str
    image_dir: Path
    names: list[str]
    links: list[tuple[int, int]]
    sigmas: np.ndarray
    flip_indices: list[int]
    iou_type: str
    use_area: bool


def read_inputs(args: argparse.Namespace) -> Inputs:
    """Read config, annotations and predictions.

    Args:
        args: Parsed arguments: config, predictions, ann_file, img_dir.

    Returns:
        What was read.

    Raises:
        ValueError: If something does not fit together.
        OSError: If a file cannot be read.
    """
    cfg = Config.fromfile(args.config)
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    loader, evaluator = _test_parts(cfg)
    dataset = _single_dataset(loader)
    kind = DATASETS.get(dataset.type)
    if kind is None:
        raise ValueError(f'the config has an unknown data set {dataset.type}')
    # the method of the host that reads `metainfo` without loading data
    meta = kind._load_metainfo(dataset.get('metainfo'))
    k = meta['num_keypoints']
    fields = dict(getattr(kind, 'KEYPOINT_FIELDS', {}))
    root = dataset.get('data_root') or ''
    ann_file = (
        args.ann_file
        or evaluator.get('ann_file')
        or _join(root, dataset.get('ann_file') or '')
    )
    image_dir = args.img_dir or _join(
        root, (dataset.get('data_prefix') or {}).get('img', '')
    )
    annotated_on = dataset.get('annotated_on', IMAGE)
    options = CocoOptions(
        num_keypoints=k,
        category=dataset.get('category'),
        # the images are looked at where the annotations follow them
        image_dir=str(image_dir),
        missing_images=(
            'ignore'
            if annotated_on == IMAGE
            else dataset.get('missing_images', 'error')
        ),
        keypoint_fields=fields,
        annotated_on=annotated_on,
        names=ordered_names(meta),
        rename_keypoints=dataset.get('rename_keypoints'),
    )
    content, report = load_coco(str(ann_file), options)
    if 'annotations' not in content:
        raise ValueError(
            f'annotation file {str(ann_file)!r} has no `annotations`, so '
            'nothing can be compared; name one that has with --ann-file'
        )
    flatten(content['annotations'], fields)
    predictions = read_predictions(Path(args.predictions), k, fields)
    unknown = unknown_images_line(content, predictions)
    if unknown:
        raise ValueError(f'{args.predictions}: {unknown} (--ann-file)')
    # the model knows one category, that of the ground truth
    (category,) = content['categories']
    for prediction in predictions:
        prediction['category_id'] = category['id']
    iou_type, use_area = _metric_options(evaluator)
    return Inputs(
        content=content,
        predictions=predictions,
        repaired=dict(report.repaired),
        ann_file=str(ann_file),
        image_dir=Path(image_dir),
        names=[str(meta['keypoint_id2name'][i]) for i in range(k)],
        links=[(a, b) for a, b in meta['skeleton_links']],
        sigmas=np.asarray(meta['sigmas'], float),
        flip_indices=[int(i) for i in meta['flip_indices']],
        iou_type=iou_type,
        use_area=use_area,
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
                f'`{key}` of test_evaluator is not supported: the report '
                'compares predictions with the keypoints of the file'
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


def _metric_options(evaluator: ConfigDict) -> tuple[str, bool]:
    """Read how OKS is computed."""
    iou_type = evaluator.get('iou_type', 'keypoints')
    if iou_type not in IOU_TYPES:
        raise ValueError(
            f'`iou_type` of test_evaluator must be of {list(IOU_TYPES)}, got '
            f'{iou_type!r}'
        )
    if iou_type == 'keypoints_wholebody':
        # its keypoints are joined to one list
        iou_type = 'keypoints'
    return iou_type, bool(evaluator.get('use_area', True))


def _join(root: str, path: str) -> str:
    """Join paths as mmpose does."""
    return str(Path(root) / path)
