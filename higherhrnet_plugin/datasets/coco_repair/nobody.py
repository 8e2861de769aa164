"""Files of which nothing, or hardly anything, is left to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .ids import id_key
from .report import RepairReport

OTHER_CATEGORY = 'annotations of other categories'
NOT_LISTED = 'annotations of images not listed'
LEFT_OUT = 'annotations of images left out'
DELETED = 'annotations marked by `deleted`'
UNSIZED = 'annotations of images without a size, not looked at'
NOTHING = 'annotations without keypoints, box and segmentation'
REPEATED = (
    'people annotated twice under other ids; was the file merged with '
    'itself, or exported twice?'
)
NO_PICTURE = 'images without a picture'
NO_ANNOTATIONS = 'it lists no annotations'

_SHOWN = 3
_MOST = 0.5


def judge_what_is_left(
    annotations: Sequence[Mapping[str, Any]],
    kept: Sequence[Mapping[str, Any]],
    images: Mapping[str, Any],
    report: RepairReport,
) -> None:
    """Warn if most is dropped, and explain why nobody is labelled.

    Args:
        annotations (Sequence[Mapping]): ``annotations`` of the file.
        kept (Sequence[Mapping]): What is left of them, repaired.
        images (Mapping): Repaired images by their id in the file, as text.
        report (RepairReport): With its totals; takes the warnings, and
            ``nobody``, the likely causes where nobody is labelled.
    """
    number = len(annotations) - _count(report, OTHER_CATEGORY)
    reasons = NOT_LISTED, LEFT_OUT, NOTHING, REPEATED
    lost = sum(_count(report, reason) for reason in reasons)
    if lost > _MOST * number:
        report.add_warning(
            f'{lost} OF {number} ANNOTATIONS ARE DROPPED, see the lines '
            f'below{_unknown_ids(annotations, images, report)}'
        )
    missing = _count(report, NO_PICTURE)
    if missing > _MOST * len(images):
        report.add_warning(
            f'{missing} OF {len(images)} IMAGES HAVE NO PICTURE AND ARE '
            'DROPPED; is `data_prefix` right?'
        )
    invisible = [a for a in kept if _is_invisible(a)]
    if len(invisible) > _MOST * len(kept):
        report.add_warning(
            f'{len(invisible)} OF {len(kept)} PEOPLE HAVE COORDINATES, BUT '
            'EVERY VISIBILITY IS 0, so that they are not labelled; where a '
            'keypoint is labelled v is 1 or 2'
        )
    else:
        _note_hidden(kept, report)
    if not report.totals['labelled people']:
        causes = _causes(annotations, images, len(invisible), report)
        report.nobody = '; '.join(causes)


def _count(report: RepairReport, what: str) -> int:
    """Look up how many records were dropped for a reason."""
    return report.dropped.get(what, {}).get('count', 0)


def _is_invisible(annotation: Mapping[str, Any]) -> bool:
    """Tell whether someone has coordinates, but is not labelled."""
    values = annotation['keypoints']
    return (
        not annotation['iscrowd']
        and not any(values[2::3])
        and any(values[0::3])
    )


def _note_hidden(
    annotations: Sequence[Mapping[str, Any]], report: RepairReport
) -> None:
    """Note people some of whose keypoints are there, but not labelled."""
    for annotation in annotations:
        values = annotation['keypoints']
        if not annotation['iscrowd'] and any(
            x > 0 and not v for x, v in zip(values[0::3], values[2::3])
        ):
            report.add_note(
                'people with keypoints that have coordinates, but a '
                'visibility of 0, so that they are not labelled; if they are '
                'hidden, v is 1',
                f'annotation {annotation["id"]}',
            )


def _causes(
    annotations: Sequence[Mapping[str, Any]],
    images: Mapping[str, Any],
    invisible: int,
    report: RepairReport,
) -> list[str]:
    """List what may have led to a file of nobody."""
    if not annotations:
        return [NO_ANNOTATIONS]
    counts = {
        'belong to images that are not listed'
        + _unknown_ids(annotations, images, report): _count(
            report, NOT_LISTED
        ),
        'belong to images that are left out': _count(report, LEFT_OUT),
        'are of other categories; set `category`': _count(
            report, OTHER_CATEGORY
        ),
        'are marked by `deleted`': _count(report, DELETED),
        'have neither keypoints nor box and segmentation': _count(
            report, NOTHING
        ),
        'are crowds or marked by `ignore`': report.totals['crowds'],
        'have coordinates, but every visibility is 0; where a keypoint is '
        'labelled v is 1 or 2': invisible,
        'have no keypoints at all; is it a file of boxes or masks alone?': (
            report.totals['unlabelled people'] - invisible
        ),
    }
    return [f'{n} annotations {what}' for what, n in counts.items() if n]


def _unknown_ids(
    annotations: Sequence[Mapping[str, Any]],
    images: Mapping[str, Any],
    report: RepairReport,
) -> str:
    """Show ids of both sides where they do not meet."""
    if not _count(report, NOT_LISTED):
        return ''
    unknown = [
        repr(a['image_id'])
        for a in annotations
        if id_key(a['image_id'], 'an annotation') not in images
    ]
    return (
        f': `image_id` is {", ".join(unknown[:_SHOWN])}, but `images` lists '
        f'{", ".join(list(images)[:_SHOWN])}; do the ids come from another '
        'file, or are they padded with zeros?'
    )
