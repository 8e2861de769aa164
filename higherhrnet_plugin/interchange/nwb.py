"""Tracked people as NWB, with the extension ndx-pose.

sleap-io writes such files, too, but not of tracks with gaps, and it rounds
the rate of the video down to a whole number (0.9.5). The same names are used,
so that its reader finds them.
"""

from __future__ import annotations

import importlib
import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from .found_people import Found, FoundPerson

_UPPER_LEFT = (
    '(0, 0) is the middle of the upper left pixel; x goes right and y down, '
    'in pixels of the frame as it is shown'
)
# of each track, the times (seconds) and people
Tracks = dict[int, list[tuple[float, FoundPerson]]]


def write_nwb(found: Found, paths: Mapping[str, str], file: Path) -> None:
    """Write the tracks of one video.

    Each keypoint of a track is a series of positions (T, 2), scores (T,) and
    times (T,) in seconds from the start of the video, of the frames where it
    was found.

    Args:
        found (Found): The people.
        paths (Mapping[str, str]): Paths of the videos by source.
        file (Path): File to write.

    Raises:
        ValueError: If there are several videos, images, or people without
            tracks, of which NWB holds no series.
    """
    source, tracks = _collect(found)
    nwb = importlib.import_module('pynwb')
    content = nwb.NWBFile(
        session_description=f'People found in {source}',
        identifier=str(uuid.uuid4()),
        # the video does not say when it was taken
        session_start_time=datetime.now(timezone.utc),
    )
    _add_tracks(content, found, tracks, paths[source])
    with nwb.NWBHDF5IO(str(file), 'w') as stream:
        stream.write(content)


def _add_tracks(
    content: Any, found: Found, tracks: Tracks, video: str
) -> None:
    """Add the skeleton, the camera and the tracks of a video."""
    pose = importlib.import_module('ndx_pose')
    skeleton = pose.Skeleton(
        name=found.name,
        nodes=list(found.keypoints),
        edges=np.array(found.links, dtype='uint8').reshape(-1, 2),
    )
    behavior = content.create_processing_module('behavior', 'Skeletons')
    behavior.add(pose.Skeletons(skeletons=[skeleton]))
    module = content.create_processing_module(
        f'SLEAP_VIDEO_000_{Path(video).stem}', 'Tracked people'
    )
    camera = content.create_device('camera_0', f'Camera of {video}')
    for number, people in sorted(tracks.items()):
        module.add(
            pose.PoseEstimation(
                name=f'track=track_{number}',
                description=f'Positions of {found.name} in {video}',
                pose_estimation_series=_series(pose, found, people),
                original_videos=[video],
                labeled_videos=[video],
                source_software='higherhrnet_plugin',
                skeleton=skeleton,
                devices=[camera],
            )
        )


def _collect(found: Found) -> tuple[str, Tracks]:
    """Collect the tracks of the only video."""
    sources = dict.fromkeys(image.source for image in found.images)
    if len(sources) != 1 or any(i.frame is None for i in found.images):
        names = list(sources)[:9]
        raise ValueError(
            'NWB holds the tracks of one video, and these are '
            f'{len(sources)} videos or images: choose one by --video NAME: '
            f'{names}'
        )
    tracks: Tracks = defaultdict(list)
    for image in found.images:
        for person in image.people:
            # --track gives none to people with low scores
            if person.track is not None:
                tracks[person.track].append((image.time, person))
    if not tracks and any(image.people for image in found.images):
        raise ValueError(
            'NWB holds series, and people have no `track_id`: find them with '
            '--track'
        )
    if not tracks:
        raise ValueError('nobody was found, and NWB holds no empty series')
    return next(iter(sources)), tracks


def _series(
    pose: Any, found: Found, people: list[tuple[float, FoundPerson]]
) -> list[Any]:
    """Make the series of a track."""
    times = np.array([time for time, _ in people])
    points = np.stack([person.keypoints for _, person in people])
    scores = np.stack([person.keypoint_scores for _, person in people])
    there = np.isfinite(points).all(axis=2)
    return [
        pose.PoseEstimationSeries(
            name=name,
            description=f'Positions of {name}',
            data=points[there[:, k], k],
            unit='pixels',
            reference_frame=_UPPER_LEFT,
            timestamps=times[there[:, k]],
            confidence=scores[there[:, k], k],
            confidence_definition='Score of the keypoint',
        )
        for k, name in enumerate(found.keypoints)
    ]
