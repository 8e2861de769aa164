"""Find options of the test that suit a trained network, and tell the gain.

The network runs once on every image, at each set of scales, plain and
mirrored; its outputs are stored in half precision and decoded in many ways.
One option after the other takes the value with the best AP. That AP is too
good, as it has chosen; so each half of the images is also scored by what the
other half has chosen, and that is the gain which is told, with the interval of
a paired bootstrap over images.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _arguments import add_cfg_options, add_test_data_arguments

OPTIONS = (
    *('scales', 'flip', 'align_flip', 'score_thr', 'tag_thr', 'nms_kernel'),
    *('assignment', 'keep_equal_tags', 'max_reach', 'nms_thr'),
    *('fill_missing', 'person_score', 'scorer'),
)


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add('config', type=Path, help='config file')
    add('weights', help='checkpoint')
    add_test_data_arguments(parser)
    add(
        '--images',
        type=int,
        default=500,
        help='take so many at most, spread over the file',
    )
    add(
        '--scales',
        nargs='*',
        type=_scales,
        default=[],
        metavar='S,S,...',
        help='sets of test scales to try beside those of the config, such as '
        '1,0.5 2,1,0.5; each runs the network again',
    )
    add(
        '--scorers',
        nargs='*',
        default=[],
        metavar='FILE',
        help='scorers of people to try, trained on other images',
    )
    add(
        '--options',
        nargs='+',
        choices=OPTIONS,
        metavar='NAME',
        help=f'what to search, of {" ".join(OPTIONS)}',
    )
    add(
        '--seeds',
        type=int,
        nargs='+',
        default=[0, 1, 2],
        help='of the halves',
    )
    add('--resamples', type=int, default=1000, help='of the bootstrap')
    add('--cache', type=Path, help='folder for outputs, emptied at the end')
    add('--device', help='device of torch')
    add_cfg_options(parser, 'test_dataloader.dataset.data_root=DIR')
    args = parser.parse_args()
    if args.images < 4:
        parser.error(f'--images must be from 4 on, got {args.images}')
    if args.resamples < 1:
        parser.error(f'--resamples must be from 1 on, got {args.resamples}')
    for option, flag, tried in (
        ('scales', '--scales', args.scales),
        ('scorer', '--scorers', args.scorers),
    ):
        if option in (args.options or ()) and not tried:
            parser.error(f'--options {option} needs {flag} to try')
    for path in (args.config, *map(Path, args.scorers)):
        if not path.is_file():
            parser.error(f'file not found: {path}')
    return args


def _scales(text: str) -> tuple[float, ...]:
    """Read one of ``--scales``."""
    try:
        scales = tuple(float(part) for part in text.split(','))
    except ValueError:
        scales = ()
    if 1 not in scales or min(scales) <= 0:
        raise argparse.ArgumentTypeError(
            f'{text!r} is no list of scales such as 2,1,0.5, with 1 among them'
        )
    return scales


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import tempfile

from _common import apply_options, read_config
from mmengine.config import Config

from higherhrnet_plugin.analysis.config_inputs import read_config_inputs
from higherhrnet_plugin.analysis.inputs import Inputs
from higherhrnet_plugin.analysis.tuning import (
    Choice,
    Search,
    Settings,
    Tuned,
    cfg_options,
    find_records,
    read_settings,
    store_outputs,
    take_spread,
    tune,
)
from higherhrnet_plugin.inference import Predictor


def search(
    args: argparse.Namespace, cfg: Config, inputs: Inputs, folder: Path
) -> tuple[Tuned, Settings]:
    """Run the network, and search.

    Args:
        args: Parsed arguments.
        cfg: Full config.
        inputs: Ground truth.
        folder: For the outputs of the network.

    Returns:
        What was found, and the settings of the config.

    Raises:
        ValueError: If something does not fit together.
        OSError: If a file cannot be read or written.
    """
    predictor = Predictor.from_files(cfg, args.weights, args.device)
    base = read_settings(predictor.model)
    tried = [base.scales, *args.scales] if args.scales else []
    images = {
        image['id']: Path(inputs.image_dir or '') / image['file_name']
        for image in inputs.content['images']
    }
    stored = {}
    for i, scales in enumerate(tried or [base.scales]):
        if i:
            cfg = cfg.copy()
            cfg.test_dataloader.dataset.scales = list(scales)
            predictor = Predictor.from_files(cfg, args.weights, args.device)
        stored[scales] = store_outputs(
            predictor, images, folder / str(i), progress=True
        )
    (category,) = inputs.content['categories']
    found = tune(
        Search(
            inputs,
            lambda settings: find_records(stored, settings, category['id']),
            base,
            tried,
            args.scorers,
            args.options,
            progress=True,
        ),
        args.seeds,
        args.resamples,
    )
    return found, base


def show_choice(title: str, choice: Choice, base: Settings) -> str:
    """Write what was chosen in one line.

    Args:
        title: By which images.
        choice: What they chose.
        base: Settings of the config.

    Returns:
        The line.
    """
    options = cfg_options(choice.settings, base)
    ap = choice.steps[-1][1] if choice.steps else choice.before
    named = ', '.join(
        f'{key.rpartition(".")[2]}={value}' for key, value in options.items()
    )
    return (
        f'{title}: AP {choice.before:.4f} to {ap:.4f} with '
        f'{named or "nothing changed"}'
    )


def show(args: argparse.Namespace, found: Tuned, base: Settings) -> list[str]:
    """Write what was found.

    Args:
        args: Parsed arguments.
        found: The result.
        base: Settings of the config.

    Returns:
        Lines.
    """
    lines = []
    for i, choice in enumerate(found.halves):
        title = f'seed {args.seeds[i // 2]}, half {i % 2 + 1}'
        lines.append(show_choice(title, choice, base))
    lines.append(show_choice('all images', found.choice, base))
    gain = found.compared.difference
    low, high = gain.interval
    lines.append(
        f'gain on images that had no part in the choice: '
        f'{gain.values.mean():+.2f} points of AP, 95 % {low:+.2f} to '
        f'{high:+.2f}; by seed '
        f'{", ".join(f"{value:+.2f}" for value in gain.values)}'
    )
    options = cfg_options(found.choice.settings, base)
    # one split alone may show a gain, too, by its interval
    if not options or low <= 0 or gain.values.min() <= 0:
        lines.append('nothing is gained that can be shown: keep the config')
        return lines
    lines.append('set')
    lines.append(
        '    --cfg-options ' + ' '.join(map(_option, options.items()))
    )
    return lines


def _option(item: tuple[str, object]) -> str:
    """Write an option as the command line reads it."""
    key, value = item
    if isinstance(value, list):
        return f'{key}="[{",".join(f"{number:g}" for number in value)}]"'
    return f'{key}={value}'


def main() -> None:
    """Run the tool."""
    args = parse_args()
    cfg = read_config(args.config)
    apply_options(cfg, args)
    try:
        inputs = read_config_inputs(cfg, [], args.ann_file, args.img_dir)
        inputs = take_spread(inputs, args.images)
        if args.cache is not None:
            args.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=args.cache) as folder:
            found, base = search(args, cfg, inputs, Path(folder))
    except (ValueError, OSError) as error:
        raise SystemExit(f'error: {error}') from error
    print('\n'.join(show(args, found, base)))


if __name__ == '__main__':
    from _exit import run_tool

    run_tool(main)
