"""Arguments of transforms that are options of the data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

_RESIZE = 'BottomupAlignedResize'
_AFFINE = 'BottomupAlignedAffine'
_FLIPS = ('BottomupRandomFlip', 'RandomFlip')
_AFFINE_KEYS = ('shift_factor', 'scale_factor', 'rotate_factor', 'scale_type')
_FLIP_KEY = 'flip_prob'
_RESIZE_KEYS = ('size_factor', 'resize_mode')


def with_options(
    pipeline: Sequence[Any],
    augmentation: Optional[Mapping[str, Any]] = None,
    scales: Optional[Sequence[float]] = None,
    resize: Optional[Mapping[str, Any]] = None,
) -> list[Any]:
    """Hand the options of a data set to the transforms of its pipeline.

    Args:
        pipeline (Sequence): Configs of transforms, or transforms.
        augmentation (Mapping, optional): ``shift_factor``, ``scale_factor``,
            ``rotate_factor`` and ``scale_type`` of ``BottomupAlignedAffine``,
            and ``flip_prob``, which is ``prob`` of ``BottomupRandomFlip``.
        scales (Sequence[float], optional): ``scales`` of
            ``BottomupAlignedResize``.
        resize (Mapping, optional): ``size_factor`` and ``resize_mode`` of
            ``BottomupAlignedResize``.

    Returns:
        list: the pipeline; arguments that a transform has already stay.

    Raises:
        ValueError: If an option has another key.
    """
    augmentation, resize = dict(augmentation or {}), dict(resize or {})
    _check('augmentation', augmentation, (*_AFFINE_KEYS, _FLIP_KEY))
    _check('resize', resize, _RESIZE_KEYS)
    if scales is not None:
        resize['scales'] = scales
    flip = {}
    if _FLIP_KEY in augmentation:
        flip['prob'] = augmentation.pop(_FLIP_KEY)
    given = {_AFFINE: augmentation, _RESIZE: resize}
    given.update(dict.fromkeys(_FLIPS, flip))
    return [
        {**given[step['type']], **step}
        if isinstance(step, Mapping) and given.get(str(step.get('type')))
        else step
        for step in pipeline
    ]


def _check(name: str, option: Mapping[str, Any], keys: Sequence[str]) -> None:
    """Raise ValueError if an option has another key."""
    unknown = [key for key in option if key not in keys]
    if unknown:
        raise ValueError(
            f'`{name}` of the data set has {unknown}; it may have {list(keys)}'
        )
