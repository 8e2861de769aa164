"""Time of loading and augmenting a training image, and what a sample weighs.

Ours is the train pipeline of the main config, once with the heatmaps drawn in
it and once with them left to the head. The peer are mmpose's transforms with
its own codec for each level. Before timing, both run on the same images with
the same shift, scale, turn and flip, and image, keypoints and masks are
compared.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

from _command import build_parser


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = build_parser(__doc__.splitlines()[0])
    parser.add_argument('--ann-file', type=Path, help='COCO file')
    parser.add_argument('--img-dir', type=Path, help='its images')
    parser.add_argument('--images', type=int, default=36, help='at most')
    parser.add_argument(
        '--workers', type=int, default=0, help='also measure a loader'
    )
    args = parser.parse_args(argv)
    if (args.ann_file is None) != (args.img_dir is None):
        parser.error('--ann-file and --img-dir belong together')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import numpy as np
import torch
from _command import CONFIG, report, require
from _timing import Row, compare, use_one_thread
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import init_default_scope
from mmpose.registry import KEYPOINT_CODECS, TRANSFORMS
from torch.utils.data import DataLoader, Dataset

import higherhrnet_plugin as plugin

TOOLS = Path(__file__).resolve().parents[1]
# of all cells of a mask: mmpose warps at 512 and resizes twice
MASK_GAP = 0.01


class Transformed(Dataset):
    """Annotations and a pipeline, without the copies of the data sets."""

    def __init__(self, infos: list[dict], pipeline: list[dict]) -> None:
        self.infos = infos
        init_default_scope('mmpose')
        self.transforms = [TRANSFORMS.build(step) for step in pipeline]

    def __len__(self) -> int:
        return len(self.infos)

    def __getitem__(self, index: int) -> Any:
        # mmpose changes keypoints in place
        results = {
            key: value.copy() if isinstance(value, np.ndarray) else value
            for key, value in self.infos[index].items()
        }
        return Compose(self.transforms)(results)


def with_codec(pipeline: list[dict], codec: dict) -> list[dict]:
    """Tell the transforms what they would learn from their data set."""
    told: dict[str, dict] = {
        'BottomupAlignedAffine': {'input_size': codec['input_size']},
        'GenerateBottomupTarget': {'encoder': codec},
    }
    return [{**step, **told.get(step['type'], {})} for step in pipeline]


def make_pipelines() -> dict[str, list[dict]]:
    """Return ours, ours with targets on the device, and mmpose's."""
    cfg = Config.fromfile(CONFIG)
    codec = cfg.codec
    ours, left = (
        with_codec(cfg.train_pipeline, {**codec, 'on_device': on_device})
        for on_device in (False, True)
    )
    sizes = KEYPOINT_CODECS.build(codec).heatmap_sizes
    encoders = [
        dict(
            type='AssociativeEmbedding',
            input_size=codec.input_size,
            heatmap_size=size,
            sigma=codec.sigma,
        )
        for size in sizes
    ]
    mmpose = [
        dict(type='LoadBottomupImage'),
        dict(type='BottomupRandomAffine', input_size=codec.input_size),
        dict(type='RandomFlip'),
        dict(type='GenerateTarget', encoder=encoders, multilevel=True),
        dict(type='BottomupGetHeatmapMask'),
        dict(type='PackPoseInputs'),
    ]
    return {'ours': ours, 'ours, left to the head': left, 'mmpose': mmpose}


def fix_randomness(data: Transformed, draw: dict[str, Any]) -> None:
    """Let a pipeline take the given shift, scale, turn and flip."""
    affine, flip = data.transforms[1:3]
    flip._choose_direction = lambda: draw['flip']
    if isinstance(affine, plugin.BottomupAlignedAffine):
        pick = draw['shift'], draw['scale'], draw['turn']
        affine._draw = lambda: pick
        return
    width, height = draw['image_size']
    # mmpose shifts by a share of the image, ours by one of the region
    region = min(width, height) * draw['scale']
    offset = draw['shift'] * 0.2 * region / [width, height]
    scale = np.array([draw['scale']])
    values = offset, scale, draw['turn'], np.zeros(2)
    affine._get_transform_params = lambda: values


def check_content(infos: list[dict], pipelines: dict, seed: int) -> str:
    """Compare image, keypoints and masks, and return what was found."""
    rng = np.random.default_rng(seed)
    worst = dict(image=0.0, keypoints=0.0, mask=0.0)
    for info in infos:
        draw = dict(
            shift=rng.uniform(-1, 1, 2),
            scale=rng.uniform(0.75, 1.5),
            turn=rng.uniform(-30, 30),
            flip=rng.choice(['horizontal', None]),
        )
        found = []
        for name in ('ours', 'mmpose'):
            # all but the packing
            data = Transformed([info], pipelines[name][:-1])
            height, width = data.transforms[0](dict(info))['img'].shape[:2]
            fix_randomness(data, dict(draw, image_size=(width, height)))
            found.append(data[0])
        a, b = found
        off = np.abs(a['img'].astype(int) - b['img']) > 1
        labelled = a['keypoints_visible'] > 0
        gap = np.abs(a['keypoints'] - b['keypoints'])[labelled].max(initial=0)
        # mmpose takes crowds in run-length encoding for background
        masks = [
            float((x[0] != y).mean())
            for x, y in zip(a['heatmap_mask'], b['heatmap_mask'])
            if not any(isinstance(seg, dict) for seg in info['invalid_segs'])
        ]
        worst['image'] = max(worst['image'], float(off.mean()))
        worst['keypoints'] = max(worst['keypoints'], float(gap))
        worst['mask'] = max(worst['mask'], *masks, 0.0)
    text = ', '.join(f'{key} {value:.1e}' for key, value in worst.items())
    require(
        worst['image'] <= 1e-3
        and worst['keypoints'] <= 1e-2
        and worst['mask'] <= MASK_GAP,
        text,
    )
    return f'largest difference, share of pixels, pixels, cells: {text}'


def sample_bytes(data: Transformed) -> float:
    """Return what travels beside the image, in MB, on average."""
    sizes = [
        len(pickle.dumps(data[i]['data_samples'])) for i in range(len(data))
    ]
    return float(np.mean(sizes)) / 1e6


def measure(infos: list[dict], rounds: int, seed: int) -> list[Row]:
    """Compare and time the pipelines, milliseconds of an image."""
    pipelines = make_pipelines()
    print(check_content(infos, pipelines, seed))
    sets = {n: Transformed(infos, steps) for n, steps in pipelines.items()}
    mmpose = sets.pop('mmpose')

    def run(data: Transformed) -> Callable[[], None]:
        return lambda: [data[i] for i in range(len(data))] and None

    rows = []
    for name, data in sets.items():
        row = compare(name, run(data), {'mmpose': run(mmpose)}, rounds)
        count = len(infos)
        ours, peer = row.ours / count, row.peers['mmpose'] / count
        note = (
            f'{1e3 / ours:.0f} images/s, mmpose {1e3 / peer:.0f}; beside the '
            f'image {sample_bytes(data):.3f} MB, mmpose '
            f'{sample_bytes(mmpose):.3f}'
        )
        rows.append(row._replace(ours=ours, peers={'mmpose': peer}, note=note))
    return rows


def measure_loader(infos: list[dict], workers: int, rounds: int) -> None:
    """Print the images/s (wall time) that worker processes deliver."""
    sets = {
        name: Transformed(infos, steps)
        for name, steps in make_pipelines().items()
    }
    rates: dict[str, list[float]] = {name: [] for name in sets}
    for _ in range(rounds):
        for name, data in sets.items():
            loader = DataLoader(
                torch.utils.data.ConcatDataset([data] * 4),
                batch_size=8,
                num_workers=workers,
                collate_fn=pseudo_collate,
                worker_init_fn=lambda _: use_one_thread(),
            )
            batches = iter(loader)
            # the first batches pay for the start of the workers
            started = [len(next(batches)['inputs']) for _ in range(workers)]
            begin = time.perf_counter()
            count = sum(len(batch['inputs']) for batch in batches)
            rates[name].append(count / (time.perf_counter() - begin))
            require(sum(started) + count == 4 * len(infos), 'lost images')
    for name, values in rates.items():
        rate = np.median(values)
        print(f'{workers} workers, {name}: {rate:.0f} images/s (wall time)')


def load_infos(ann_file: Path, img_dir: Path, limit: int) -> list[dict]:
    """Read annotations of training images."""
    data_set = plugin.BottomupCocoDataset(
        ann_file=str(ann_file), data_prefix=dict(img=str(img_dir)), pipeline=[]
    )
    count = min(limit, len(data_set))
    return [data_set.get_data_info(i) for i in range(count)]


def write_people(folder: Path, count: int) -> tuple[Path, Path]:
    """Draw a data set of synthetic people."""
    sys.path.insert(0, str(TOOLS / 'dataset_converters'))
    from make_synthetic_people import main as make
    from synthetic_people.coco_writer import annotation_path

    size = ['--image-size', '640', '480', '--workers', '1']
    make([str(folder), '--num-train', str(count), '--num-val', '1', *size])
    return annotation_path(folder, 'train'), folder / 'train'


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    args = parse_args(argv)
    use_one_thread()
    init_default_scope('mmpose')
    np.random.seed(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        files = args.ann_file, args.img_dir
        if args.ann_file is None:
            files = write_people(Path(folder), args.images)
        infos = load_infos(*files, args.images)
        rows = measure(infos, args.rounds, args.seed)
        if args.workers:
            measure_loader(infos, args.workers, args.rounds)
    report(rows, args.out)


if __name__ == '__main__':
    main()
