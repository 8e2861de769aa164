"""The whole report, from the numbers to the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ...version import __version__
from ..image_results import ImageResult
from ..model_tags import ModelTags
from ..results import Analysis
from .more_sections import (
    images_section,
    summarise_tags,
    tags_section,
    training_section,
)
from .page import render_page
from .pictures import choose_images
from .sections import (
    curves_section,
    errors_section,
    groups_section,
    keypoints_section,
    summary_section,
)


def make_report(
    analysis: Analysis,
    title: str,
    *,
    source: str = '',
    tags: Optional[ModelTags] = None,
    log: Sequence[dict[str, Any]] = (),
    pictures: int = 6,
    progress: bool = False,
) -> str:
    """Write a page about an analysis.

    Args:
        analysis (Analysis): The numbers.
        title (str): Heading.
        source (str): Where the predictions come from. Defaults to ''.
        tags (ModelTags, optional): Distances of tags, to show as well.
        log (Sequence[dict]): Scalars of the training, likewise.
        pictures (int): How many of the worst and of the best images to show.
            Defaults to 6 each.
        progress (bool): Whether to show progress bars. Defaults to False.

    Returns:
        str: HTML that needs no other file and no network. All numbers are in
        the element ``numbers`` as JSON.
    """
    numbers = analysis.to_dict()
    sections = [
        summary_section(analysis),
        groups_section(analysis),
        curves_section(analysis),
        keypoints_section(analysis),
        errors_section(analysis),
    ]
    if tags is not None:
        sections.append(tags_section(tags))
        numbers['tags'] = {
            'threshold': tags.threshold,
            **summarise_tags(tags),
        }
    if log:
        sections.append(training_section(log))
    if pictures:
        chosen = choose_images(analysis, pictures)
        sections.append(images_section(analysis, chosen, progress))
        numbers['images'] = _qualities(chosen, analysis.score_thr)
    return render_page(
        title,
        _facts(analysis, source),
        sections,
        f'Written by higherhrnet_plugin {__version__}. All numbers are in the '
        'source of this page as JSON, in the element "numbers".',
        numbers,
    )


def _qualities(
    chosen: Mapping[str, Sequence[ImageResult]], score_thr: float
) -> dict[str, list[dict[str, Any]]]:
    """List which images are shown."""
    return {
        name: [
            {'id': r.info['id'], 'quality': r.quality(score_thr)}
            for r in images
        ]
        for name, images in chosen.items()
    }


def _facts(analysis: Analysis, source: str) -> str:
    """Say what was compared."""
    inputs = analysis.inputs
    people = analysis.people['all']['people']
    parts = [
        f'{len(inputs.predictions)} predicted and {people} labelled people on '
        f'{len(analysis.images)} images'
    ]
    if source:
        parts.append(f'predictions {source}')
    parts.append(f'annotations {inputs.ann_file}')
    return ' · '.join(parts)
