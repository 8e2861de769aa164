"""People in the frames in which a track was lost for a short time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

import numpy as np

from ..structures.people import People

Item = TypeVar('Item')


class _Seen(NamedTuple):
    """Where somebody was seen last."""

    frame: int
    time: float
    people: People
    place: int


def fill_gaps(
    frames: Iterable[tuple[Item, float, People]], limit: int
) -> Iterator[tuple[Item, float, People]]:
    """Put people where they must have been between two frames.

    Someone who is missing on at most ``limit`` frames in a row is put on
    them, on straight ways in time. Keypoints that both ends have get the
    lower of their scores; the others are missing. Frames come out as they go
    in, ``limit`` frames later.

    Args:
        frames (Iterable[tuple]): Anything, the time in seconds, and the
            people with ``identities``, frame by frame.
        limit (int): Frames, 0 or more.

    Yields:
        tuple: the same; people who were put in stand behind the others, are
        marked as ``interpolated``, and none of their keypoints as found.

    Raises:
        ValueError: If ``limit`` is negative.
    """
    if limit < 0:
        raise ValueError(f'`limit` must be 0 or more frames, got {limit}')
    waiting: deque[tuple[Item, float, People]] = deque()
    last: dict[int, _Seen] = {}
    for index, (item, time, people) in enumerate(frames):
        waiting.append((item, time, people))
        for place, identity in _numbered(people):
            now = _Seen(index, time, people, place)
            before = last.get(identity, now)
            if index - before.frame <= limit + 1:
                for back in range(before.frame + 1 - index, 0):
                    # the newest frame is the last that waits
                    other, moment, others = waiting[back - 1]
                    added = _between(before, now, moment)
                    waiting[back - 1] = other, moment, _join(others, added)
            last[identity] = now
        # whoever comes back later has left no gap
        last = {i: s for i, s in last.items() if index - s.frame <= limit}
        if len(waiting) > limit:
            yield waiting.popleft()
    yield from waiting


def _numbered(people: People) -> list[tuple[int, int]]:
    """Return place and number of the people who have one."""
    if people.identities is None:
        raise ValueError(
            'people without `identities` have no gaps: track them'
        )
    return [
        (place, int(identity))
        for place, identity in enumerate(people.identities)
        if identity > 0
    ]


def _between(before: _Seen, after: _Seen, time: float) -> People:
    """Return one person as it must have been at a time between."""
    first, second = (
        seen.people.take([seen.place]) for seen in (before, after)
    )
    span = after.time - before.time
    # frames of a damaged file may share a time
    share = (time - before.time) / span if span > 0 else 0.5
    way = second.keypoints - first.keypoints
    scores = np.minimum(first.keypoint_scores, second.keypoint_scores)
    there = scores[..., None] > 0
    points = np.where(there, first.keypoints + share * way, 0)
    return first._replace(
        keypoints=points.astype(np.float32),
        keypoint_scores=scores,
        scores=np.minimum(first.scores, second.scores),
        found=np.zeros_like(first.found),
        tags=first.tags + np.float32(share) * (second.tags - first.tags),
        interpolated=np.ones(1, dtype=bool),
    )


def _join(people: People, more: People) -> People:
    """Append a person."""
    marks = people.interpolated
    if marks is None:
        people = people._replace(
            interpolated=np.zeros(len(people.scores), dtype=bool)
        )
    fields = (name for name in People._fields if name != 'levels')
    return people._replace(
        **{
            name: np.concatenate((getattr(people, name), getattr(more, name)))
            for name in fields
        }
    )
