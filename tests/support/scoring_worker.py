"""Train a step and evaluate with all metrics: FOLDER.

Prints the figures as JSON. To be run where the plugin is imported already,
with or without xtcocotools.
"""

import json
import sys
from pathlib import Path

import mmpose.datasets  # noqa: F401
import numpy as np
from data_sets import write_data_set
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import DATASETS, METRICS
from small_configs import CONFIGS, TINY, load_small

WHOLE_BODY = {
    'keypoints': 17,
    'foot_kpts': 6,
    'face_kpts': 68,
    'lefthand_kpts': 21,
    'righthand_kpts': 21,
}
METRICS_OF = {
    'coco': dict(type='CocoMetric'),
    'coco, ours': dict(type='BottomupCocoMetric'),
    'crowdpose': dict(
        type='CocoMetric', iou_type='keypoints_crowd', use_area=False
    ),
    'aic': dict(type='CocoMetric', use_area=False),
    'coco-wholebody': dict(type='CocoWholeBodyMetric'),
    'coco-wholebody, ours': dict(type='BottomupCocoWholeBodyMetric'),
}


def evaluate(folder, name, options):
    """Evaluate noisy predictions with equal scores."""
    config = Config.fromfile(
        next(p for p in CONFIGS if f'_{name.split(",")[0]}-512' in p.stem)
    )
    part = config.test_dataloader.dataset
    meta = DATASETS.get(part.type)._load_metainfo(part.get('metainfo'))
    k = meta['num_keypoints']
    file = write_data_set(
        folder / name,
        k,
        (1, 3, 4),
        fields=WHOLE_BODY if k == 133 else None,
    )
    part.update(
        data_root='',
        ann_file=str(file),
        data_prefix=dict(img=str(file.parent / 'images')),
    )
    data_set = DATASETS.build(part)
    metric = METRICS.build(
        dict(options, ann_file=str(file), nms_mode='none', score_mode='bbox')
    )
    metric.dataset_meta = data_set.metainfo
    rng = np.random.default_rng(0)
    # OKS near the thresholds, whatever the tolerances are
    noise = 30 * np.mean(meta['sigmas'])
    for i in range(len(data_set)):
        info = data_set.get_data_info(i)
        points = info['keypoints'] + rng.normal(0, noise, (1, k, 1))
        people = dict(
            keypoints=points,
            keypoint_scores=np.ones(points.shape[:2]),
            bbox_scores=rng.integers(1, 3, len(points)) / 2,
        )
        sample = dict(id=info['id'], img_id=info['img_id'])
        sample.update(pred_instances=people, gt_instances={})
        metric.process({}, [sample])
    return {k: float(v) for k, v in metric.evaluate(len(data_set)).items()}


def train(folder):
    """Train one epoch of one batch with the metric of the config."""
    cfg = load_small(TINY, write_data_set(folder / 'train'), folder / 'run')
    runner = Runner.from_cfg(cfg)
    runner.train()
    return {
        name: float(runner.message_hub.get_scalar(name).current())
        for name in runner.message_hub.log_scalars
        if 'loss' in name or 'AP' in name
    }


if __name__ == '__main__':
    folder = Path(sys.argv[1])
    init_default_scope('mmpose')
    figures = {
        name: evaluate(folder, name, options)
        for name, options in METRICS_OF.items()
    }
    figures['train'] = train(folder)
    print('FIGURES' + json.dumps(figures))
