"""What images and videos of a run have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from ..structures.people import People
from .faults import describe_error
from .inputs import Source
from .journal import Journal
from .loaded import Loaded
from .summary import Summary


@dataclass(frozen=True)
class RunOptions:
    """How to run.

    Attributes:
        out (Path): Folder of the results.
        batch_size (int): Images that run together.
        workers (int): Threads that read images ahead.
        draw (bool): Whether to write pictures and videos.
        kpt_thr (float): Keypoints below it are not drawn.
        track (bool): Whether people of a video get numbers that stay.
        max_frames (int | None): Frames of each video.
        track_thr (float | None): People whose score is lower get none.
        fill_gaps (int | None): Frames in a row on which people of a track
            are put in.
        smooth (int | None): Frames by which keypoints of a track are
            smoothed.
    """

    out: Path
    batch_size: int = 1
    workers: int = 1
    draw: bool = True
    kpt_thr: float = 0.2
    track: bool = False
    max_frames: Optional[int] = None
    track_thr: Optional[float] = None
    fill_gaps: Optional[int] = None
    smooth: Optional[int] = None


def describe_image(loaded: Loaded, people: People) -> dict[str, Any]:
    """Describe an image and its people by plain values.

    Args:
        loaded (Loaded): The image.
        people (People): What was found on it.

    Returns:
        dict: ``width``, ``height`` and the records of ``people``.
    """
    height, width = loaded.image.shape[:2]
    return {'width': width, 'height': height, 'people': people.to_records()}


def note_failure(
    journal: Journal, summary: Summary, source: Source, error: Exception
) -> None:
    """Note an input that cannot be predicted, and forget an older result.

    Args:
        journal (Journal): Of this run.
        summary (Summary): Likewise.
        source (Source): The input.
        error (Exception): Why.
    """
    journal.begin(source)
    summary.failures.append((source.name, describe_error(error)))
