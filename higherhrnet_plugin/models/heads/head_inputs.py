"""What the head reads from features and samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def scale_flip_features(
    feats: Any, num_scales: int, num_flips: int
) -> list[list[Any]]:
    """Bring features into the order [scale][flip].

    Args:
        feats (Any): What mmpose's bottom-up estimators hand to ``predict``:
            lists over scales and flips only where there are several.
        num_scales (int): Number of test scales.
        num_flips (int): 1, or 2 with a flip test.

    Returns:
        list[list[Any]]: features of each scale and flip.

    Raises:
        ValueError: If the numbers do not fit.
    """
    per_scale = list(feats) if num_scales > 1 else [feats]
    if num_flips == 1:
        return [[f] for f in per_scale]
    if len(per_scale) != num_scales or any(
        len(f) != num_flips for f in per_scale
    ):
        raise ValueError(
            f'expected features of {num_scales} scales with {num_flips} '
            'flips; `flip_test` and the scales of the test pipeline must be '
            'the same for the estimator and the head'
        )
    return [list(f) for f in per_scale]


def refuse_tiles(samples: Sequence[Any]) -> None:
    """Refuse samples whose tiles the estimator did not take.

    Args:
        samples (Sequence[PoseDataSample]): B samples.

    Raises:
        ValueError: If one has ``tiles`` in its metainfo.
    """
    if any('tiles' in sample.metainfo for sample in samples):
        raise ValueError(
            '`tiles` of the data set, or of BottomupAlignedResize, needs '
            "`model.type='MultiScaleBottomupPoseEstimator'`; this estimator "
            'would test the whole image alone'
        )


def check_udp(samples: Sequence[Any], use_udp: bool) -> None:
    """Refuse images that are aligned in another way than maps are decoded.

    Args:
        samples (Sequence[PoseDataSample]): B samples; ``use_udp`` in their
            metainfo is what the transforms did, where they say so.
        use_udp (bool): What the decoder does.

    Raises:
        ValueError: If they differ.
    """
    for sample in samples:
        told = sample.metainfo.get('use_udp', use_udp)
        if told != use_udp:
            raise ValueError(
                f'`use_udp` is {told} for the data set '
                '(`*_dataloader.dataset.codec.use_udp`, or that of its '
                f'transforms), but {use_udp} for the decoder '
                '(`model.head.codec.use_udp`, or that of its decoder); set '
                'it in `codec` alone, and hand the same codec to both'
            )
