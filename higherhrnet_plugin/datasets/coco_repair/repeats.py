"""Images and people that a file lists twice under other ids."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Optional

from .nobody import REPEATED
from .report import RepairReport

# coordinates that one of two exports has rounded
_TOLERANCE = 0.5
# fewer may coincide by chance
_ENOUGH = 3


def merge_shared_images(
    images: dict[str, Optional[dict[str, Any]]], report: RepairReport
) -> None:
    """Make one image of several ids that lead to the same picture.

    Otherwise the people of one id would be background under the other.

    Args:
        images (dict): From :func:`.images.repair_images`; a later id gets
            the record of the first.
        report (RepairReport): Takes notes.
    """
    seen: dict[str, dict[str, Any]] = {}
    for key, image in images.items():
        if image is None:
            continue
        name = image['file_name']
        first = seen.setdefault(name, image)
        if first is image:
            continue
        if all(first[side] == image[side] for side in ('width', 'height')):
            images[key] = first
            report.add_repair(
                'pictures listed under two ids, made one image; are names of '
                'several folders mixed?',
                repr(name),
            )
        else:
            report.add_note(
                'pictures listed under two ids with different sizes',
                repr(name),
            )


class SeenPeople:
    """Recognise someone who is annotated a second time.

    Two annotations of one image are the same person if the same keypoints
    are labelled, and lie within half a pixel of each other. With less than
    three labelled keypoints, points and boxes must be equal.

    Args:
        field (str): The list of keypoints that is compared.
    """

    def __init__(self, field: str) -> None:
        self.field = field
        self._people: dict[Any, list[dict[str, Any]]] = defaultdict(list)

    def is_repeat(
        self, record: dict[str, Any], owner: str, report: RepairReport
    ) -> bool:
        """Note a person.

        Args:
            record (dict): A repaired annotation with its ``image_id``.
            owner (str): The annotation, for messages.
            report (RepairReport): Takes notes.

        Returns:
            bool: Whether the person is there already. Crowds and people
            without labelled keypoints never are.
        """
        pattern = tuple([v > 0 for v in record[self.field][2::3]])
        labelled = sum(pattern)
        if record['iscrowd'] or not labelled:
            return False
        same = self._people[record['image_id'], pattern]
        for other in same:
            if self._equal(record, other, labelled):
                report.add_drop(REPEATED, f'{owner} as {other["id"]}')
                return True
        same.append(record)
        return False

    def _equal(
        self, one: dict[str, Any], other: dict[str, Any], labelled: int
    ) -> bool:
        """Compare two people with the same labelled keypoints."""
        tolerance = _TOLERANCE if labelled >= _ENOUGH else 0.0
        if not tolerance and list(one['bbox']) != list(other['bbox']):
            return False
        a, b = one[self.field], other[self.field]
        return all(
            abs(a[i] - b[i]) <= tolerance
            and abs(a[i + 1] - b[i + 1]) <= tolerance
            for i in range(0, len(a), 3)
            if a[i + 2] > 0
        )
