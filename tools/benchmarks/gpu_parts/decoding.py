"""People from maps that stay on the device, or are copied to the host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from _scenes import NUM_KEYPOINTS, make_levels, mirrored_keypoints
from targets import make_codec, people

from higherhrnet_plugin import AggregatingBottomupDecoder
from higherhrnet_plugin.codecs.targets.on_device import draw_batch

from .common import QUICK_SIDE, Bench, Row

# of a keypoint, pixels; sums on a device have another order
CLOSE = 1e-3
# of a heatmap; the exponential of UDP is the device's own
DRAWN = 1e-6


def move(flips: Any, device: torch.device) -> list[list[tuple]]:
    """Bring the outputs of all flips and levels to a device."""
    return [
        [
            (heat.to(device), None if tag is None else tag.to(device))
            for heat, tag in levels
        ]
        for levels in flips
    ]


def measure_decoding(bench: Bench) -> Iterator[Row]:
    """Time both ways from the outputs of the network to people.

    Args:
        bench (Bench): Where to run.

    Yields:
        dict: milliseconds of an image, and how far keypoints are apart.
    """
    side = QUICK_SIDE if bench.quick else 512
    decoder = AggregatingBottomupDecoder(NUM_KEYPOINTS)
    swap = mirrored_keypoints(NUM_KEYPOINTS)
    for count in (1, 5) if bench.quick else (1, 5, 15, 30):
        rng = np.random.default_rng([0, count])
        there = move(make_levels(rng, count, (side, side)), bench.device)

        def find(flips: Any) -> Any:
            arguments = [flips], (1,), (side, side), swap
            return decoder.predict(*arguments)[0]

        def stayed(flips: Any = there) -> Any:
            return find(flips)

        def copied(flips: Any = there) -> Any:
            return find(move(flips, torch.device('cpu')))

        ours, theirs = stayed(), copied()
        rounds = 3 if bench.quick else 15
        yield {
            'people': count,
            'found': len(ours.scores),
            'found by the host': len(theirs.scores),
            **distance(ours, theirs),
            'on the device, ms': 1e3 * bench.seconds(stayed, rounds),
            'copied to the host, ms': 1e3 * bench.seconds(copied, rounds),
        }


def distance(ours: Any, theirs: Any) -> Row:
    """Compare the keypoints of an image, found by two ways.

    Args:
        ours (People): N people.
        theirs (People): As many in the same order, if they are equal.

    Returns:
        dict: the largest distance in pixels, and whether they are the same.
    """
    if ours.keypoints.shape != theirs.keypoints.shape:
        return {'same': False}
    gaps = np.abs(ours.keypoints - theirs.keypoints).max(initial=0)
    scores = np.abs(ours.keypoint_scores - theirs.keypoint_scores)
    return {
        'px apart': float(gaps),
        'same': bool(gaps <= CLOSE and scores.max(initial=0) <= CLOSE),
    }


def measure_targets(bench: Bench) -> Iterator[Row]:
    """Time targets of a batch drawn by the head, and by the host.

    Args:
        bench (Bench): Where to run.

    Yields:
        dict: milliseconds of an image, and how far the heatmaps are apart.
    """
    images = 2 if bench.quick else 24
    rng = np.random.default_rng(0)
    for use_udp in (False, True):
        codec, left = (
            make_codec(use_udp=use_udp, on_device=value)
            for value in (False, True)
        )
        for count in (1, 5) if bench.quick else (1, 5, 15, 30):
            drawn = [people(rng, count) for _ in range(images)]
            labels = [left.encode(*person) for person in drawn]

            def on_host(drawn: Any = drawn, codec: Any = codec) -> Any:
                return [codec.encode(*person)['heatmaps'] for person in drawn]

            def there(labels: Any = labels) -> Any:
                return draw_levels(labels, bench.device)

            expected = [np.stack(level) for level in zip(*on_host())]
            gap = max(
                float(np.abs(maps.cpu().numpy() - level).max())
                for maps, level in zip(there(), expected)
            )
            rounds = 2 if bench.quick else 9
            yield {
                'people': count,
                'centred': 'as the keypoint is (UDP)'
                if use_udp
                else 'on cells',
                'apart': gap,
                'same': gap <= (DRAWN if use_udp else 0),
                'on the device, ms': 1e3
                * bench.seconds(there, rounds)
                / images,
                'by the host, ms': 1e3
                * bench.seconds(on_host, rounds)
                / images,
            }


def draw_levels(labels: Any, device: torch.device) -> list[torch.Tensor]:
    """Draw what the codec has left to the head, uploads included.

    Args:
        labels (Sequence[dict]): Of each image.
        device (torch.device): Where to draw.

    Returns:
        list[Tensor]: float32 (B, K, h, w) of each level.
    """

    def upload(name: str) -> list[torch.Tensor]:
        return [torch.from_numpy(x[name]).to(device) for x in labels]

    cells = upload('target_cells')
    offsets = (
        upload('target_offsets') if 'target_offsets' in labels[0] else None
    )
    sizes, sigmas = labels[0]['target_levels'][0]
    return [
        draw_batch(
            [rows[:, i] for rows in cells],
            None if offsets is None else [rows[:, i] for rows in offsets],
            size,
            sigma,
        )
        for i, (size, sigma) in enumerate(zip(sizes, sigmas))
    ]
