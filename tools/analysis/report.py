"""Write one HTML page about the predictions of a model.

The predictions are COCO results, which the test writes with
``--cfg-options test_evaluator.outfile_prefix=PREFIX`` as
PREFIX.keypoints.json. The page needs no other file and no network.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from higherhrnet_plugin import __version__
from higherhrnet_plugin.analysis.coco_scores import CocoEvaluation
from higherhrnet_plugin.analysis.image_results import analyse_images
from higherhrnet_plugin.analysis.inputs import read_inputs
from higherhrnet_plugin.analysis.model_tags import collect_tags
from higherhrnet_plugin.analysis.report.curve_section import curves_section
from higherhrnet_plugin.analysis.report.error_sections import (
    errors_section,
    keypoints_section,
)
from higherhrnet_plugin.analysis.report.optional_sections import (
    pictures_section,
    tags_section,
    training_section,
)
from higherhrnet_plugin.analysis.report.page import Section, build_page
from higherhrnet_plugin.analysis.report.sections import (
    Report,
    groups_section,
    summary_section,
)
from higherhrnet_plugin.analysis.scalars import read_scalars


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('predictions', help='COCO results, a JSON file')
    parser.add_argument(
        '--out', type=Path, default=Path('report.html'), help='page to write'
    )
    parser.add_argument(
        '--ann-file', help='annotation file (default: of the test)'
    )
    parser.add_argument(
        '--img-dir', help='folder of the pictures (default: of the test)'
    )
    parser.add_argument(
        '--log',
        type=Path,
        help='scalars.json or work folder of the training',
    )
    parser.add_argument(
        '--images',
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
    if args.images < 0 or args.tag_images < 1:
        parser.error('--images must be from 0, --tag-images from 1 on')
    return args


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
    inputs = read_inputs(args)
    log = read_scalars(args.log) if args.log else []
    coco = CocoEvaluation(
        inputs.content,
        inputs.predictions,
        inputs.sigmas,
        inputs.iou_type,
        inputs.use_area,
    )
    report = Report(inputs, analyse_images(inputs), coco, args.score_thr, {})
    # the summary is written from the numbers of the others
    keypoints = keypoints_section(report)
    errors = errors_section(report)
    sections: list[Section] = [
        summary_section(report),
        groups_section(report),
        curves_section(report),
        keypoints,
        errors,
    ]
    if args.checkpoint:
        tags = collect_tags(
            args.config,
            args.checkpoint,
            inputs,
            report.results,
            args.tag_images,
        )
        sections.append(tags_section(*tags, report))
    if args.log:
        sections.append(training_section(log))
    if args.images:
        sections.append(pictures_section(report, args.images))
    images = len(inputs.content['images'])
    people = report.numbers['people']['all']['people']
    return build_page(
        args.title or Path(args.config).stem,
        f'{len(inputs.predictions)} predicted and {people} labelled people on '
        f'{images} images · predictions {args.predictions} · annotations '
        f'{inputs.ann_file}',
        sections,
        f'Written by higherhrnet_plugin {__version__}. All numbers are in the '
        'source of this page as JSON, in the element "numbers".',
        report.numbers,
    )


def main() -> None:
    """Run the tool."""
    args = parse_args()
    try:
        page = make_page(args)
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(page, encoding='utf-8')
    except (ValueError, OSError) as error:
        raise SystemExit(f'error: {error}') from error
    print(f'report: {args.out} ({len(page) / 2**20:.1f} MiB)')


if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from _exit import run_tool

    run_tool(main)
