"""Time of the network in torch and, exported, in other runtimes.

Without weights the network has random ones, and only its time is taken. With
``--checkpoint`` and ``--images`` it is a trained one: 8 bits are calibrated on
these images, or on those of ``--calibrate``; the time from an image to its
people is taken, too, and what of it is decoding; with ``--ann-file`` their AP.
'ours' is torch in float32; times are those of the clock, so nothing else
should run.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Callable

from _command import CONFIG, build_parser

KINDS = ('onnxruntime', 'openvino', 'openvino bf16', 'openvino int8')


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = build_parser(__doc__.splitlines()[0])
    parser.set_defaults(rounds=5)
    add = parser.add_argument
    add('--size', type=int, nargs='+', default=[256, 512], help='sides')
    add('--threads', type=int, nargs='+', default=[1, 2])
    add('--kinds', nargs='+', choices=KINDS, default=list(KINDS))
    add('--config', default=str(CONFIG), help='config file')
    add('--checkpoint', help='weights; random ones without')
    add('--images', type=Path, help='folder of images to find people on')
    add('--limit', type=int, default=16, help='images at most')
    add('--calibrate', type=Path, help='folder of others to calibrate with')
    add('--ann-file', type=Path, help='COCO file of the images, for AP')
    add('--compile', action='store_true', help='with torch.compile, too')
    args = parser.parse_args(argv)
    if args.images and not args.checkpoint:
        parser.error('--images needs a trained network: give --checkpoint')
    if args.ann_file and not args.images:
        parser.error('--ann-file is of images: give --images')
    if any(side < 64 or side % 32 for side in args.size):
        parser.error(f'--size must be multiples of 32 from 64: {args.size}')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import cv2
import numpy as np
import torch
from _command import report, require
from _networks import largest_difference, make_switches, model_builder
from _runtime_people import Parts, parts_table, time_images
from _timing import Row, compare
from mmengine.config import Config
from mmengine.registry import init_default_scope

from higherhrnet_plugin.export import export_model
from higherhrnet_plugin.runtime import open_session

# how far maps may be off, relative to the largest output of a level
TOLERANCE = {'openvino bf16': 0.2, 'openvino int8': 0.5}
CLOSE = 1e-4


def export(
    kind: str, cfg: Config, weights: Path, folder: Path, images: list[Path]
) -> Path:
    """Write the file that a kind of runtime needs, once.

    Args:
        kind (str): One of ``KINDS``.
        cfg (Config): Full config.
        weights (Path): Checkpoint.
        folder (Path): Where the files are.
        images (list[Path]): What 8 bits are calibrated with.

    Returns:
        Path: the file.
    """
    small = kind.endswith('int8')
    to = kind.split()[0].replace('runtime', '')
    suffix = {'onnx': '.onnx', 'openvino': '.xml'}[to]
    path = folder / f'{"int8" if small else "float32"}{suffix}'
    if not path.exists():
        options = {'numbers': 'int8', 'pictures': images} if small else {}
        export_model(cfg, weights, path, to, **options)
    return path


def time_networks(
    args: argparse.Namespace, files: dict[str, Path], threads: int
) -> list[Row]:
    """Time one pass of the network at every size.

    Args:
        args (argparse.Namespace): Parsed arguments.
        files (dict[str, Path]): Exported file of each kind.
        threads (int): Threads of the runtimes.

    Returns:
        list[Row]: a row for each size.
    """
    switches = make_switches(args.build, torch.device('cpu'), args.compile)
    sessions = {
        kind: open_session(path, 'cpu', threads, kind.endswith('bf16'))
        for kind, path in files.items()
    }
    rows = []
    for side in args.size:
        image = torch.randn(1, 3, side, side)
        wanted = switches['plain'].run(image)
        ways: dict[str, Callable[[], Any]] = {
            f'torch {name}': partial(switch.run, image)
            for name, switch in switches.items()
        }
        for kind, session in sessions.items():
            maps = [torch.from_numpy(m) for m in session.run(image.numpy())]
            gap = largest_difference(maps, wanted)
            require(
                gap <= TOLERANCE.get(kind, CLOSE), f'{kind}, {side}: {gap:.2g}'
            )
            ways[kind] = partial(session.run, image.numpy())
        plain = ways.pop('torch plain')
        name = f'network, {side}, {threads} threads'
        rows.append(compare(name, plain, ways, args.rounds, wall=True))
    return rows


def _list_images(folder: Path, limit: int) -> list[Path]:
    """List the first images of a folder."""
    return sorted(folder.glob('*.*'))[:limit]


def calibration_files(args: argparse.Namespace, folder: Path) -> list[Path]:
    """List the images, or draw noise for a network that knows none."""
    if args.calibrate or args.images:
        return _list_images(args.calibrate or args.images, args.limit)
    rng = np.random.default_rng(args.seed)
    files = []
    for i in range(4):
        noise = rng.integers(0, 256, (96, 96, 3), dtype=np.uint8)
        files.append(folder / f'{i}.png')
        cv2.imwrite(str(files[-1]), noise)
    return files


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    args = parse_args(argv)
    torch.manual_seed(args.seed)
    init_default_scope('mmpose')
    args.build = model_builder(args, torch.device('cpu'))
    args.cfg = Config.fromfile(args.config)
    args.cfg.model.backbone.init_cfg = None
    args.files = _list_images(args.images, args.limit) if args.images else []
    rows: list[Row] = []
    whole: list[Row] = []
    parts: dict[tuple[str, int], Parts] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weights = folder / 'weights.pth'
        state = {'state_dict': args.build().state_dict()}
        torch.save(state, weights)
        pictures = calibration_files(args, folder)
        files = {
            kind: export(kind, args.cfg, weights, folder, pictures)
            for kind in args.kinds
        }
        for threads in args.threads:
            torch.set_num_threads(threads)
            cv2.setNumThreads(threads)
            rows += time_networks(args, files, threads)
            if args.images:
                row, own = time_images(args, files, threads)
                whole.append(row)
                parts.update({(kind, threads): p for kind, p in own.items()})
    report([*rows, *whole], args.out)
    if parts:
        print(parts_table(parts))


if __name__ == '__main__':
    main()
