"""The arguments of the command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Optional

from ..cfg_options.arguments import CfgOptionsAction
from ..runtime.kinds import is_exported
from .argument_types import finite_number, frame_window, whole_number
from .tile_arguments import add_tile_arguments

WEBCAM = 'webcam:'

DESCRIPTION = """\
Find the people on images and videos: pictures and COCO results.

DIR gets pictures/ and videos/ with the people drawn in, predictions.json (COCO
results), images.json (the images that these belong to) and predictions.jsonl
(a journal: the same command goes on where it was stopped).
Exit code: 0 all fine, 1 some inputs failed, 2 bad usage, 130 stopped.
"""


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Parse the command line.

    Args:
        argv (Sequence[str], optional): Defaults to that of the process.

    Returns:
        argparse.Namespace: the arguments; webcams are among the inputs.
    """
    parser = argparse.ArgumentParser(
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        'config',
        metavar='CONFIG',
        help='config file, or an exported file, which takes no WEIGHTS',
    )
    add(
        'weights',
        nargs='?',
        metavar='WEIGHTS',
        help='checkpoint of any origin, file or address',
    )
    add(
        'inputs',
        nargs='*',
        metavar='INPUT',
        help='images, videos, folders, patterns as "a/*.jpg", or webcam:0',
    )
    add('--out', required=True, metavar='DIR', help='folder of the results')
    add('--webcam', type=int, metavar='N', help='the same as webcam:N')
    add('--recursive', action='store_true', help='folders below folders, too')
    add('--overwrite', action='store_true', help='begin anew in DIR')
    add(
        '--ann-file',
        metavar='FILE',
        help='COCO annotations whose image ids are taken, by file name',
    )
    add(
        '--max-frames',
        type=whole_number(1),
        metavar='N',
        help='frames of each video or webcam (default: all)',
    )
    _add_model_arguments(parser)
    _add_people_arguments(parser)
    _add_drawing_arguments(parser)
    # inputs may stand before, between and after options
    args = parser.parse_intermixed_args(argv)
    if is_exported(args.config):
        _check_exported(parser, args)
    elif args.weights is None:
        parser.error('give WEIGHTS behind CONFIG')
    if args.webcam is not None:
        args.inputs.append(f'{WEBCAM}{args.webcam}')
    if not args.inputs:
        parser.error('give at least one INPUT')
    webcam = next((i for i in args.inputs if i.startswith(WEBCAM)), '')
    if webcam and args.launcher != 'none':
        parser.error(
            f'--launcher {args.launcher}: several processes cannot share '
            f'{webcam}, run it without'
        )
    if args.draw_maps and not args.draw:
        parser.error('--draw-maps and --no-draw exclude each other')
    for option in ('track_thr', 'fill_gaps', 'smooth'):
        if getattr(args, option) is not None and not args.track:
            parser.error(f'--{option.replace("_", "-")} needs --track')
    return args


def _check_exported(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Take what stands behind an exported file as inputs."""
    if args.weights is not None:
        args.inputs.insert(0, args.weights)
        args.weights = None
    for option, value in (
        ('--amp', args.amp),
        ('--cfg-options', args.cfg_options),
    ):
        if value:
            parser.error(f'{option} is for a config, not {args.config}')


def _add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what concerns the network and its input."""
    group = parser.add_argument_group('model')
    add = group.add_argument
    add(
        '--launcher',
        choices=('none', 'pytorch', 'slurm', 'mpi'),
        default='none',
        help='what has started several processes, which share the inputs',
    )
    add('--device', help='default: cuda if there is a GPU, else cpu')
    add('--batch-size', type=whole_number(1), default=1, metavar='N')
    add(
        '--workers',
        type=whole_number(0),
        default=1,
        metavar='N',
        help='threads that read images ahead (default: 1)',
    )
    add('--amp', action='store_true', help='mixed precision')
    add(
        '--scales',
        type=finite_number,
        nargs='+',
        metavar='S',
        help='test scales, 1 among them (default: those of the config)',
    )
    add_tile_arguments(add)
    add(
        '--flip',
        action=argparse.BooleanOptionalAction,
        help='also look at the mirrored image (default: as in the config)',
    )
    add(
        '--stretch',
        action='store_true',
        help='show 16-bit images in the range of their values, such as 12 '
        'bits',
    )
    add(
        '--cfg-options',
        nargs='+',
        action=CfgOptionsAction,
        metavar='KEY=VALUE',
        help='settings that override the config',
    )


def _add_people_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which people are kept, and how complete they are."""
    group = parser.add_argument_group('people')
    add = group.add_argument
    add(
        '--instance-thr',
        type=finite_number,
        help='leave out people whose score is lower',
    )
    add(
        '--min-keypoints',
        type=whole_number(0),
        help='leave out people with fewer keypoints found',
    )
    add(
        '--nms-thr',
        type=finite_number,
        help='leave out people more similar (OKS) to a better one',
    )
    add(
        '--max-instances',
        type=whole_number(1),
        help='keep the best of an image',
    )
    add(
        '--no-fill',
        action='store_true',
        help='do not look up keypoints that were not found',
    )


def _add_drawing_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what concerns pictures and videos."""
    group = parser.add_argument_group('pictures and videos')
    add = group.add_argument
    add(
        '--no-draw',
        dest='draw',
        action='store_false',
        help='write no pictures and videos',
    )
    add(
        '--draw-maps',
        action='store_true',
        help='heatmaps and tags of all levels beside the picture; images '
        'run one by one',
    )
    add(
        '--kpt-thr',
        type=finite_number,
        default=0.2,
        help='draw keypoints from this score on (default: 0.2)',
    )
    add(
        '--track',
        action='store_true',
        help='give people of a video numbers that stay',
    )
    add(
        '--track-thr',
        type=finite_number,
        metavar='T',
        help='people of --track whose score is lower get no number '
        '(default: 0.2)',
    )
    add(
        '--fill-gaps',
        type=whole_number(1),
        metavar='N',
        help='put people of --track also on up to N frames in a row on which '
        'they were not found',
    )
    add(
        '--smooth',
        type=frame_window,
        metavar='N',
        help='take the trembling out of the keypoints of --track, by N '
        'frames, an odd number from 5 on',
    )
