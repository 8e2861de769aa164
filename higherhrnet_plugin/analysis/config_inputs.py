"""What the test of a config compares."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Optional, Union

from mmengine.config import Config, ConfigDict

from ..datasets.coco_repair.annotated_on import IMAGE
from ..datasets.config_datasets import read_config_dataset
from .inputs import Inputs, Predictions, make_inputs

PathText = Union[str, 'os.PathLike[str]']


def read_config_inputs(
    config: Union[PathText, Config],
    predictions: Predictions,
    ann_file: Optional[PathText] = None,
    image_dir: Optional[PathText] = None,
) -> Inputs:
    """Read the annotations of a config's test, and predictions.

    Args:
        config (str | PathLike | Config): Config, or its file.
        predictions (str | PathLike | Sequence[Mapping]): File of COCO
            results, or its content.
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
    cfg = config if isinstance(config, Config) else Config.fromfile(config)
    dataset = read_config_dataset(cfg, 'test_dataloader')
    evaluator = _coco_evaluator(cfg)
    settings = dataset.settings
    root = Path(settings.get('data_root') or '')
    ann_file = (
        ann_file
        or evaluator.get('ann_file')
        or root / (settings.get('ann_file') or '')
    )
    image_dir = image_dir or root / (settings.get('data_prefix') or {}).get(
        'img', ''
    )
    # the images are looked at where the annotations follow them
    missing_images = (
        'ignore'
        if dataset.annotated_on == IMAGE
        else settings.get('missing_images', 'error')
    )
    inputs = make_inputs(
        str(ann_file),
        predictions,
        dataset.metainfo,
        dataset.options(str(image_dir), missing_images),
        evaluator.get('iou_type', 'keypoints'),
        bool(evaluator.get('use_area', True)),
    )
    pixels = dataset.input_pixels(inputs.content['images'])
    return replace(inputs, input_pixels=pixels)


def _coco_evaluator(cfg: Config) -> ConfigDict:
    """Find the COCO evaluator of the test; an empty one without."""
    evaluators = cfg.get('test_evaluator') or []
    if not isinstance(evaluators, Sequence):
        evaluators = [evaluators]
    coco = [e for e in evaluators if 'Coco' in str(e.get('type'))]
    if not coco:
        return ConfigDict()
    for key in ('gt_converter', 'pred_converter'):
        if coco[0].get(key):
            raise ValueError(
                f'`{key}` of test_evaluator is not supported: predictions '
                'are compared with the keypoints of the file'
            )
    return coco[0]
