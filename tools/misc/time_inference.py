"""Time the parts of an inference: reading, network, grouping, writing.

CPU time of one process in one thread, image by image: waiting for storage is
not in it. The sum is what one image costs; the largest part binds first.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _arguments import import_alone
from _exit import run_tool


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file; no exported file')
    parser.add_argument('weights', help='checkpoint of any origin')
    parser.add_argument('images', nargs='+', help='image files')
    parser.add_argument(
        '--out', default='people.jsonl', help='file to write to and remove'
    )
    args = parser.parse_args()
    if import_alone('runtime.kinds').is_exported(args.config):
        parser.error(
            f'{args.config}: an exported file has no parts to time here; give '
            'a config and weights, or see tools/benchmarks/runtimes.py'
        )
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import cv2
import torch
from mmengine.dataset import pseudo_collate

from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.runtime.batches import load_named

PARTS = ('reading', 'network', 'grouping', 'writing')


def run_network(predictor: Predictor, data: list) -> None:
    """Run the passes of a prediction, without decoding.

    Args:
        predictor: Holds the model.
        data: Of one image.
    """
    model = predictor.model
    prepared = model.data_preprocessor(pseudo_collate(data), False)
    passes = 1 + bool(model.test_cfg.get('flip_test', False))
    for _ in range(passes):
        model(prepared['inputs'], None, mode='tensor')


def time_parts(predictor: Predictor, path: str, out: Path) -> list[float]:
    """Time one image.

    Args:
        predictor: Finds the people.
        path: The image.
        out: File that gets a line.

    Returns:
        Seconds of each of ``PARTS``; grouping is the prediction less the
        network.
    """
    times = [time.process_time()]
    loaded = load_named(predictor, path)
    times.append(time.process_time())
    with torch.no_grad():
        run_network(predictor, [loaded.data])
    times.append(time.process_time())
    (people,) = predictor.predict([loaded])
    times.append(time.process_time())
    with out.open('a', encoding='utf-8') as file:
        json.dump({'path': path, 'people': people.to_records()}, file)
        file.write('\n')
    times.append(time.process_time())
    read, network, predicted, written = (
        end - start for start, end in zip(times, times[1:])
    )
    return [read, network, predicted - network, written]


def main() -> None:
    """Measure and print."""
    args = parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    out = Path(args.out)
    if out.exists():
        raise SystemExit(f'error: {out} exists: name another --out')
    try:
        predictor = Predictor.from_files(args.config, args.weights, 'cpu')
        time_parts(predictor, args.images[0], out)
        rows = [time_parts(predictor, path, out) for path in args.images]
        size = out.stat().st_size / (1 + len(rows))
    except ValueError as error:
        raise SystemExit(f'error: {error}') from error
    finally:
        out.unlink(missing_ok=True)
    for name, column in zip(PARTS, zip(*rows)):
        print(f'{name:9} {1e3 * sum(column) / len(rows):9.3f} ms')
    total = sum(map(sum, rows)) / len(rows)
    print(f'{"all":9} {1e3 * total:9.3f} ms, {1 / total:.1f} images/s')
    print(f'{len(rows)} images, {size:.0f} bytes written for each')


if __name__ == '__main__':
    run_tool(main)
