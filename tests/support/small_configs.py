"""Shipped configs, made small enough for a CPU test."""

from pathlib import Path

from data_sets import write_image_info
from mmengine.config import Config
from mmpose.registry import DATASETS
from processes import ROOT

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options

CONFIGS = sorted(
    path
    for path in (ROOT / 'configs').rglob('*.py')
    if '_base_' not in path.parts
)
TINY = next(path for path in CONFIGS if 'tiny_1xb16-8e' in path.name)


def leaf_sets(data_set: Config) -> list:
    """List the data sets that a combination is made of, else itself."""
    parts = data_set.get('datasets')
    return [data_set] if parts is None else list(parts)


def count_keypoints(cfg: Config) -> int:
    """Ask the test data set of a config for its number of keypoints."""
    data_set = cfg.test_dataloader.dataset
    kind = DATASETS.get(data_set.type)
    info = kind._load_metainfo(data_set.get('metainfo'))
    return info['num_keypoints']


def load_small(path: Path, annotations: Path, work_dir: Path) -> Config:
    """Read a config and shrink input, data and schedule, nothing else.

    Args:
        path: The config.
        annotations: File of :func:`tests.data_sets.write_data_set`.
        work_dir: Work folder.

    Returns:
        Config: trains one epoch of small images on the CPU, without workers
        and without download.
    """
    cfg = point_to(Config.fromfile(path), annotations, work_dir)
    apply_cfg_options(cfg, {'codec.input_size': 64})
    return cfg


def point_to(cfg: Config, annotations: Path, work_dir: Path) -> Config:
    """Let a config train on a small data set, for one epoch.

    Args:
        cfg: The config, changed in place.
        annotations: File of :func:`tests.data_sets.write_data_set`.
        work_dir: Work folder.

    Returns:
        Config: the same, which needs no workers and no download.
    """
    cfg.work_dir = str(work_dir)
    # visualizers are kept by name for as long as a process lives
    cfg.visualizer.name = str(work_dir)
    cfg.model.backbone.init_cfg = None
    files = dict.fromkeys(('train', 'val', 'test'), annotations)
    if cfg.test_evaluator.get('format_only'):
        files['test'] = write_image_info(annotations)
        cfg.test_evaluator.outfile_prefix = str(work_dir / 'predictions')
    for name in files:
        loader = cfg[f'{name}_dataloader']
        loader.update(batch_size=3, num_workers=0, persistent_workers=False)
        for part in leaf_sets(loader.dataset):
            part.update(
                data_root=str(annotations.parent),
                ann_file=files[name].name,
                data_prefix=dict(img='images/'),
            )
            part.pop('indices', None)
        loader.dataset.pop('sample_ratio_factor', None)
    for name in ('val', 'test'):
        cfg[f'{name}_evaluator']['ann_file'] = str(files[name])
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.param_scheduler = []
    cfg.default_hooks.logger.interval = 1
    return cfg
