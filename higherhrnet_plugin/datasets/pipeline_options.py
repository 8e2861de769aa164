"""Arguments of transforms that are options of the data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

_RESIZE = 'BottomupAlignedResize'
_AFFINE = 'BottomupAlignedAffine'
_FLIPS = ('BottomupRandomFlip', 'RandomFlip')
_AFFINE_KEYS = ('shift_factor', 'scale_factor', 'rotate_factor', 'scale_type')
_FLIP_KEY = 'flip_prob'
_HIDE = 'BottomupHideAndSeek'
_HIDE_KEYS = {'hide_prob': 'prob', 'hide_sizes': 'cell_sizes'}
_PACK = 'PackBottomupInputs'
_RESIZE_KEYS = ('size_factor', 'resize_mode')


def with_options(
    pipeline: Sequence[Any],
    augmentation: Optional[Mapping[str, Any]] = None,
    scales: Optional[Sequence[float]] = None,
    resize: Optional[Mapping[str, Any]] = None,
    tiles: Optional[Any] = None,
) -> list[Any]:
    """Hand the options of a data set to the transforms of its pipeline.

    Args:
        pipeline (Sequence): Configs of transforms, or transforms.
        augmentation (Mapping, optional): ``shift_factor``, ``scale_factor``,
            ``rotate_factor`` and ``scale_type`` of ``BottomupAlignedAffine``,
            ``flip_prob``, which is ``prob`` of ``BottomupRandomFlip``, and
            ``hide_prob`` and ``hide_sizes``, which are ``prob`` and
            ``cell_sizes`` of ``BottomupHideAndSeek``. Where the pipeline has
            none, ``hide_prob`` above 0 puts one behind the last of the other
            two.
        scales (Sequence[float], optional): ``scales`` of
            ``BottomupAlignedResize``.
        resize (Mapping, optional): ``size_factor`` and ``resize_mode`` of
            ``BottomupAlignedResize``.
        tiles (float | Mapping, optional): ``tiles`` of it.

    Returns:
        list: the pipeline; arguments that a transform has already stay.

    Raises:
        ValueError: If an option has another key, nothing tells where to
            hide parts of the image, or the pipeline cannot make tiles.
    """
    augmentation, resize = dict(augmentation or {}), dict(resize or {})
    _check(
        'augmentation',
        augmentation,
        (*_AFFINE_KEYS, _FLIP_KEY, *_HIDE_KEYS),
    )
    _check('resize', resize, _RESIZE_KEYS)
    if scales is not None:
        resize['scales'] = scales
    if tiles is not None:
        check_tiles(pipeline)
        resize['tiles'] = tiles
    flip = {}
    if _FLIP_KEY in augmentation:
        flip['prob'] = augmentation.pop(_FLIP_KEY)
    hide = {
        name: augmentation.pop(key)
        for key, name in _HIDE_KEYS.items()
        if key in augmentation
    }
    if hide.get('prob') and _HIDE not in map(_type_of, pipeline):
        pipeline = _with_hiding(pipeline)
    given = {_AFFINE: augmentation, _RESIZE: resize, _HIDE: hide}
    given.update(dict.fromkeys(_FLIPS, flip))
    return [
        {**given[step['type']], **step}
        if isinstance(step, Mapping) and given.get(_type_of(step))
        else step
        for step in pipeline
    ]


def check_tiles(pipeline: Sequence[Any]) -> None:
    """Refuse a pipeline that would lose the tiles of an image.

    Args:
        pipeline (Sequence): Configs of transforms, or transforms.

    Raises:
        ValueError: If what makes them or what packs them is not there.
    """
    types = [*map(_type_of, pipeline)]
    for needed in (_RESIZE, _PACK):
        if needed not in types:
            raise ValueError(
                f'`tiles` needs {needed} in the test pipeline, found '
                f'{types or "nothing"}'
            )


def _type_of(step: Any) -> str:
    """Name the type of a config of a transform."""
    return str(step.get('type')) if isinstance(step, Mapping) else ''


def _with_hiding(pipeline: Sequence[Any]) -> list[Any]:
    """Put a transform that hides behind those that move."""
    moving = [
        i
        for i, step in enumerate(pipeline)
        if _type_of(step) in (_AFFINE, *_FLIPS)
    ]
    if not moving:
        raise ValueError(
            f'`hide_prob` of the data set asks for a {_HIDE}, but its '
            f'pipeline has neither {_AFFINE} nor {_FLIPS[0]} to follow; put '
            'it into the pipeline'
        )
    end = moving[-1] + 1
    return [*pipeline[:end], {'type': _HIDE}, *pipeline[end:]]


def _check(name: str, option: Mapping[str, Any], keys: Sequence[str]) -> None:
    """Raise ValueError if an option has another key."""
    unknown = [key for key in option if key not in keys]
    if unknown:
        raise ValueError(
            f'`{name}` of the data set has {unknown}; it may have {list(keys)}'
        )
