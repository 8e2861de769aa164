"""From nothing to a trained, tested and drawn HigherHRNet.

Draws a data set of synthetic people in FOLDER/data, then trains, tests and
reports into FOLDER/work_dirs/demo, which it empties first.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from _exit import run_tool

TOOLS = Path(__file__).resolve().parent
CONFIG = (
    TOOLS.parent
    / 'configs/body_2d_keypoint/associative_embedding/synthetic'
    / 'ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py'
)
# where the config looks
DATA = Path('data/synthetic_people')
OUT = Path('work_dirs/demo')


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'folder',
        nargs='?',
        type=Path,
        default=Path(),
        metavar='FOLDER',
        help='where to work (default: here)',
    )
    parser.add_argument(
        '--num-train',
        type=int,
        default=4000,
        help='images to train on (default: 4000; fewer only show that it '
        'runs)',
    )
    parser.add_argument(
        '--num-val',
        type=int,
        default=200,
        help='images held out (default: 200)',
    )
    args = parser.parse_args()
    for name in ('num_train', 'num_val'):
        if (number := getattr(args, name)) < 1:
            option = name.replace('_', '-')
            parser.error(f'--{option} must be 1 or more, got {number}')
    return args


def run(tool: str, *words: object) -> None:
    """Run a tool, and stop if it fails.

    Args:
        tool: Its file, below ``tools``.
        words: Its arguments.

    Raises:
        SystemExit: With the code of the tool, unless it is 0.
    """
    command = [sys.executable, str(TOOLS / tool), *map(str, words)]
    code = subprocess.run(command, check=False).returncode
    if code:
        print(f'error: {tool} ended with {code}', file=sys.stderr)
        raise SystemExit(code)


def main() -> None:
    """Run all steps."""
    args = parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    os.chdir(args.folder)
    if OUT.exists():
        shutil.rmtree(OUT)
    numbers = ('--num-train', args.num_train, '--num-val', args.num_val)
    run('dataset_converters/make_synthetic_people.py', DATA, *numbers)

    run('train.py', CONFIG, '--work-dir', OUT / 'train')
    config, model, result = (
        OUT / name for name in ('config.py', 'model.pth', 'result.json')
    )
    shutil.copy(OUT / 'train' / CONFIG.name, config)
    # the one without the optimiser's state
    (published,) = (OUT / 'train').glob('epoch_*-*.pth')
    shutil.copy(published, model)
    run('test.py', config, model, '--work-dir', OUT / 'test', '--out', result)

    found = OUT / 'found'
    annotations = DATA / 'annotations/person_keypoints_val.json'
    words = ('--no-draw', '--out', found, '--ann-file', annotations)
    run('inference.py', config, model, DATA / 'val', *words)
    page = OUT / 'report.html'
    words = ('--log', OUT / 'train', '--out', page)
    predictions = found / 'predictions.json'
    run('analysis_tools/report.py', config, predictions, *words)
    some = sorted((DATA / 'val').glob('*.jpg'))[::10]
    words = ('--draw-maps', '--out', OUT / 'drawn')
    run('inference.py', config, model, *some, *words)

    print('\nCOCO metric on the held-out synthetic people, with flip test:')
    print(json.dumps(json.loads(result.read_text()), indent=4))
    print(f'metric:     {result}')
    print(f'checkpoint: {model}, config: {config}')
    print(f'report:     {page} (errors, curves of the training)')
    print(f'pictures:   {OUT / "drawn/pictures"} (people, heatmaps, tags)')


if __name__ == '__main__':
    run_tool(main)
