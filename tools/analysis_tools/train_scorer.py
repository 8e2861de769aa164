"""Train a small network that scores people, and tell what it gains.

It predicts the similarity of a person to the labels (OKS) from the places and
scores of its keypoints. The predictions are COCO results, which the test
writes with ``--cfg-options test_evaluator.outfile_prefix=PREFIX`` as
PREFIX.keypoints.json; take images that the pose network was not trained on, as
its people are too good on those. The gain is told by cross-fitting: each part
of the images is scored by a network that was trained on the others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _arguments import add_cfg_options, add_test_data_arguments


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add('config', type=Path, help='config file')
    add('predictions', type=Path, help='COCO results, a JSON file')
    add('--out', type=Path, default=Path('scorer.json'), help='file to write')
    add_test_data_arguments(parser)
    add(
        '--folds',
        type=int,
        default=5,
        help='parts of the images for the cross-fit; 0 leaves it out',
    )
    add(
        '--seeds',
        type=int,
        nargs='+',
        default=[0, 1, 2, 3],
        help='of the cross-fits; the file is trained from the first',
    )
    add(
        '--against',
        nargs='*',
        type=_named,
        default=[],
        metavar='NAME=FILE',
        help='other predictions of the same images to compare, such as by '
        'another rule',
    )
    add(
        '--resamples',
        type=int,
        default=1000,
        help='resamples of the images, for the intervals',
    )
    add_cfg_options(parser, 'model.head.decoder.person_score=found')
    args = parser.parse_args()
    if args.folds < 0 or args.folds == 1:
        parser.error(f'--folds must be 0, or from 2 on, got {args.folds}')
    if args.resamples < 1:
        parser.error(f'--resamples must be from 1 on, got {args.resamples}')
    files = [args.config, args.predictions, *(f for _, f in args.against)]
    for path in files:
        if not path.is_file():
            parser.error(f'file not found: {path}')
    return args


def _named(text: str) -> tuple[str, Path]:
    """Read one of ``--against``."""
    name, equals, path = text.partition('=')
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f'{text!r} is no NAME=FILE')
    return name, Path(path)


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import json

import numpy as np
from _common import apply_options, read_config
from mmengine.config import Config

from higherhrnet_plugin.analysis.config_inputs import read_config_inputs
from higherhrnet_plugin.analysis.inputs import Inputs
from higherhrnet_plugin.analysis.scorer_folds import (
    Compared,
    compare,
    cross_fit,
    resampled_ap,
    with_scores,
)
from higherhrnet_plugin.analysis.scorer_training import (
    PredictedPeople,
    rate_predictions,
    train_scorer,
)
from higherhrnet_plugin.files import write_whole


def read_decoder(cfg: Config) -> dict[str, Any]:
    """Read what a scorer must know of the decoder.

    Args:
        cfg: Full config.

    Returns:
        Its options.

    Raises:
        ValueError: If the predictions already have scores of a scorer.
    """
    decoder = cfg.get('model', {}).get('head', {}).get('decoder') or {}
    if decoder.get('scorer'):
        raise ValueError(
            '`scorer` of the decoder is set in the config; train on the '
            'predictions of a test without it, and unset it here with '
            '--cfg-options model.head.decoder.scorer=None'
        )
    defaults = {'person_score': 'all', 'fill_missing': True}
    return {key: decoder.get(key, value) for key, value in defaults.items()}


def compare_scores(
    args: argparse.Namespace,
    cfg: Config,
    inputs: Inputs,
    rated: PredictedPeople,
    decoder: dict[str, Any],
) -> Iterator[tuple[str, Compared]]:
    """Score the same people in other ways.

    Args:
        args: Parsed arguments.
        cfg: Full config.
        inputs: Ground truth and predictions.
        rated: The predictions.
        decoder: Options of the decoder.

    Yields:
        Names of ways, with what they gain.

    Raises:
        ValueError: If something does not fit together.
    """
    base = resampled_ap(inputs, inputs.predictions, args.resamples)
    yield f'person_score={decoder["person_score"]}', compare(base, [base])
    every = rated.people.keypoint_scores.mean(axis=1)
    runs = [resampled_ap(inputs, with_scores(inputs, every), args.resamples)]
    yield 'mean of all keypoints, filled in or not', compare(base, runs)
    for name, path in args.against:
        other = read_config_inputs(cfg, path, args.ann_file, args.img_dir)
        runs = [resampled_ap(inputs, other.predictions, args.resamples)]
        yield name, compare(base, runs)
    runs = []
    for seed in args.seeds:
        scores = cross_fit(inputs, rated, decoder, args.folds, seed)
        scored = with_scores(inputs, scores)
        runs.append(resampled_ap(inputs, scored, args.resamples))
    yield f'scorer, {args.folds} folds', compare(base, runs, args.seeds)


def show(name: str, compared: Compared) -> str:
    """Write a row of the table.

    Args:
        name: What is compared.
        compared: Its AP and difference.

    Returns:
        The row, in Markdown.
    """
    difference = compared.difference
    cells = [name, f'{np.mean(compared.aps):.4f}']
    if difference.values.any():
        low, high = difference.interval
        cells += [
            f'{difference.values.mean():+.2f}',
            f'{low:+.2f} to {high:+.2f}',
            ', '.join(f'{value:+.2f}' for value in difference.values),
            difference.verdict,
        ]
    else:
        cells += [''] * 4
    return f'| {" | ".join(cells)} |'


def train(args: argparse.Namespace) -> None:
    """Compare, train on all images, and write the file.

    Args:
        args: Parsed arguments.

    Raises:
        ValueError: If the inputs do not fit together.
        OSError: If a file cannot be read or written.
    """
    cfg = read_config(args.config)
    apply_options(cfg, args)
    decoder = read_decoder(cfg)
    inputs = read_config_inputs(
        cfg, args.predictions, args.ann_file, args.img_dir
    )
    rated = rate_predictions(inputs)
    print(
        f'{len(rated.oks)} people predicted on '
        f'{len(inputs.content["images"])} images'
    )
    if args.folds:
        print('| Scores | AP | Gain | 95 % | Each seed | By the rule |')
        print('| --- | ---: | ---: | ---: | ---: | --- |')
        for name, compared in compare_scores(
            args, cfg, inputs, rated, decoder
        ):
            print(show(name, compared), flush=True)
    everyone = np.ones(len(rated.oks), bool)
    scorer = train_scorer(inputs, rated, everyone, decoder, args.seeds[0])
    write_whole(args.out, json.dumps(scorer.to_dict()))
    print(
        f'wrote {args.out}: to use it, --cfg-options '
        f'model.head.decoder.scorer={args.out}'
    )


def main() -> None:
    """Run the tool."""
    try:
        train(parse_args())
    except (ValueError, OSError) as error:
        raise SystemExit(f'error: {error}') from error


if __name__ == '__main__':
    from _exit import run_tool

    run_tool(main)
