"""Which of the labelled people become annotations."""

from __future__ import annotations

from dataclasses import replace

from .labels import LabelledImage, Labels, Person, Skeleton

ALL = 'all'


def choose_kind(labels: Labels, wanted: str = '') -> Labels:
    """Keep one kind of people, as a network learns one.

    Args:
        labels (Labels): Any.
        wanted (str): Name of the kind, or 'all' to take kinds of the same
            keypoints as one. Defaults to '', which needs no choice where one
            kind alone is labelled.

    Returns:
        Labels: with one skeleton.

    Raises:
        ValueError: If there is nothing to choose from, several kinds and no
            choice, or no such kind.
    """
    people = [p for image in labels.images for p in image.people]
    there = _kinds_of(people, labels)
    # boxes alone leave nothing to choose
    kinds = _kinds_of([p for p in people if p.is_labelled], labels) or there
    kinds = kinds or labels.skeletons[:1]
    names = [kind.name for kind in kinds]
    if not kinds or not kinds[0].keypoints:
        raise ValueError('no keypoints are labelled')
    if wanted == ALL:
        return _merge(labels, there or kinds)
    if wanted and wanted not in names:
        raise ValueError(f'there is no skeleton {wanted!r}, but {names}')
    if not wanted and len(kinds) > 1:
        raise ValueError(
            f'several skeletons are labelled: {names}; choose one by '
            f'--skeleton NAME, or --skeleton {ALL} if their keypoints are the '
            'same'
        )
    kind = kinds[names.index(wanted)] if wanted else kinds[0]
    images = []
    for image in labels.images:
        own = tuple(p for p in image.people if p.skeleton == kind.name)
        others = len(image.people) - len(own)
        labels.left_out['people of other skeletons'] += others
        images.append(replace(image, people=own))
    return replace(labels, skeletons=[kind], images=images)


def _kinds_of(people: list[Person], labels: Labels) -> list[Skeleton]:
    """List the kinds of people."""
    used = {person.skeleton for person in people}
    return [kind for kind in labels.skeletons if kind.name in used]


def _merge(labels: Labels, kinds: list[Skeleton]) -> Labels:
    """Take several kinds as the first one."""
    first = kinds[0]
    for kind in kinds[1:]:
        if kind.keypoints != first.keypoints:
            raise ValueError(
                f'the keypoints of {first.name!r} and {kind.name!r} differ: '
                f'{list(first.keypoints)}, {list(kind.keypoints)}'
            )
    images = [
        replace(
            image,
            people=tuple(
                replace(p, skeleton=first.name) for p in image.people
            ),
        )
        for image in labels.images
    ]
    return replace(labels, skeletons=[first], images=images)


def choose_people(
    labels: Labels, predicted: bool = False, keep_empty: bool = False
) -> Labels:
    """Leave out who is nowhere, and images without anybody.

    Somebody with a box or a region alone is kept, as nobody can tell the
    pixels there from the background otherwise.

    Args:
        labels (Labels): Any.
        predicted (bool): Whether people that a network drew are kept.
            Defaults to False.
        keep_empty (bool): Whether images with nobody are kept, also if the
            tool does not say that somebody has looked at them. Defaults to
            False.

    Returns:
        Labels: with what was left out counted.
    """
    images = []
    for image in labels.images:
        people = tuple(
            p for p in image.people if _is_kept(p, predicted, labels)
        )
        # those of predictions alone were not looked at
        kept = image.seen or (keep_empty and not image.people)
        if people or kept:
            images.append(replace(image, people=people))
        elif image.people:
            labels.left_out['images whose people were all left out'] += 1
        else:
            labels.left_out[
                'images on which nobody is labelled (--keep-empty keeps them)'
            ] += 1
    return replace(labels, images=_join_repeats(images))


def _is_kept(person: Person, predicted: bool, labels: Labels) -> bool:
    """Tell whether a person is kept, and count why not."""
    if person.predicted and not predicted:
        labels.left_out['predicted people (--predicted takes them)'] += 1
        return False
    if person.is_labelled or person.record or _has_size(person):
        return True
    labels.left_out['people without labelled keypoints, and without box'] += 1
    return False


def _has_size(person: Person) -> bool:
    """Tell whether a person has a box that can be masked."""
    return person.box is not None and min(person.box[2:]) > 0


def _join_repeats(images: list[LabelledImage]) -> list[LabelledImage]:
    """Put the people of an image that is listed twice together."""
    found: dict[tuple[str, object, str], LabelledImage] = {}
    for image in images:
        key = image.source, image.frame, image.split
        first = found.get(key)
        if first is not None:
            image = replace(first, people=first.people + image.people)
        found[key] = image
    return list(found.values())
