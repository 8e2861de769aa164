"""Write one HTML page about the predictions of a model.

The predictions are COCO results, which the test writes with
``--cfg-options test_evaluator.outfile_prefix=PREFIX`` as
PREFIX.keypoints.json. The page needs no other file and no network.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _arguments import add_test_data_arguments


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('predictions', help='COCO results, a JSON file')
    parser.add_argument(
        '--out', type=Path, default=Path('report.html'), help='page to write'
    )
    add_test_data_arguments(parser)
    parser.add_argument(
        '--log',
        type=Path,
        help='scalars.json or work folder of the training',
    )
    parser.add_argument(
        '--num',
        type=int,
        default=6,
        help='how many of the worst and of the best images to show '
        '(default: 6 each)',
    )
    parser.add_argument(
        '--checkpoint',
        help='weights; runs the model on some images to plot its tags',
    )
    parser.add_argument(
        '--tag-images',
        type=int,
        default=50,
        help='images for the tags, those with the most people (default: 50)',
    )
    parser.add_argument(
        '--score-thr',
        type=float,
        default=0.3,
        help='leave out less certain people from the pictures, and count '
        'them apart (default: 0.3)',
    )
    parser.add_argument('--title', help='default: name of the config')
    args = parser.parse_args()
    for name in ('config', 'predictions', 'ann_file', 'checkpoint', 'log'):
        path = getattr(args, name)
        if path is not None and not Path(path).exists():
            parser.error(f'{name.replace("_", "-")} not found: {path}')
    if args.num < 0 or args.tag_images < 1:
        parser.error('--num must be from 0, --tag-images from 1 on')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from higherhrnet_plugin.analysis import analyse_config
from higherhrnet_plugin.analysis.model_tags import collect_tags
from higherhrnet_plugin.analysis.report import make_report
from higherhrnet_plugin.analysis.scalars import read_scalars
from higherhrnet_plugin.files import write_whole


def make_page(args: argparse.Namespace) -> str:
    """Compare, and write the page.

    Args:
        args: Parsed arguments.

    Returns:
        HTML.

    Raises:
        ValueError: If the inputs do not fit together.
        OSError: If one cannot be read.
    """
    log = read_scalars(args.log) if args.log else []
    analysis = analyse_config(
        args.config,
        args.predictions,
        ann_file=args.ann_file,
        image_dir=args.img_dir,
        score_thr=args.score_thr,
        progress=True,
    )
    tags = None
    if args.checkpoint:
        tags = collect_tags(
            args.config,
            args.checkpoint,
            analysis,
            args.tag_images,
            progress=True,
        )
    return make_report(
        analysis,
        args.title or Path(args.config).stem,
        source=args.predictions,
        tags=tags,
        log=log,
        pictures=args.num,
        progress=True,
    )


def main() -> None:
    """Run the tool."""
    args = parse_args()
    try:
        page = make_page(args)
        write_whole(args.out, page)
    except (ValueError, OSError) as error:
        raise SystemExit(f'error: {error}') from error
    print(f'report: {args.out} ({len(page) / 2**20:.1f} MiB)')


if __name__ == '__main__':
    from _exit import run_tool

    run_tool(main)
