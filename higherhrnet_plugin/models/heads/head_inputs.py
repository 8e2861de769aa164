"""What the head reads from features and samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

from torch import Tensor

Features = Union[Tensor, Sequence[Tensor]]

# settings of a test that are read
_READ = ('flip_test', 'project_to_image', 'output_heatmaps')
# settings of MMPose's heads, and where the same is set here
_ELSEWHERE = {
    'align_corners': '`codec.use_udp`',
    'max_num_people': (
        '`max_candidates` or `max_instances` of `model.head.decoder`'
    ),
    'multiscale_test': '`test_dataloader.dataset.scales`',
    'nms_dist_thr': '`model.head.decoder.nms_thr`',
    'restore_heatmap_size': '`model.test_cfg.project_to_image`',
    'shift_heatmap': '`model.head.decoder.align_flip`',
}


def pick_features(feats: Features, index: int) -> Tensor:
    """Pick the feature map that the head reads.

    Args:
        feats (Tensor | Sequence[Tensor]): (B, C, h, w), or several maps.
        index (int): ``input_index``.

    Returns:
        Tensor: (B, C, h, w).

    Raises:
        ValueError: If there is none of that index.
    """
    if isinstance(feats, Tensor):
        return feats
    if not -len(feats) <= index < len(feats):
        raise ValueError(
            f'`input_index` of the head is {index}, but backbone or neck give '
            f'{len(feats)} feature maps, the first of which is 0'
        )
    return feats[index]


def check_test_cfg(
    test_cfg: Mapping[str, Any], several_scales: bool = False
) -> None:
    """Refuse settings of a test that the head would ignore.

    Args:
        test_cfg (Mapping): ``model.test_cfg``. Those of MMPose's heads may
            say what is done anyhow, as ``shift_heatmap=False`` does.
        several_scales (bool): Whether images come at several scales.
            Defaults to False.

    Raises:
        ValueError: If one is not read, and asks for something else.
    """
    done: dict[str, tuple[bool, ...]] = {
        'multiscale_test': (False, several_scales),
        'restore_heatmap_size': (test_cfg.get('project_to_image', True),),
    }
    for key, value in test_cfg.items():
        if key in _READ:
            continue
        if key not in _ELSEWHERE:
            raise ValueError(
                f'`model.test_cfg.{key}` is {value!r}, but HigherHRNetHead '
                f'reads {", ".join(_READ)} alone; leave it out'
            )
        if bool(value) not in done.get(key, (False,)):
            raise ValueError(
                f'`model.test_cfg.{key}` is {value!r}, which HigherHRNetHead '
                f'does not read; leave it out, and set {_ELSEWHERE[key]}'
            )


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
