"""Names of tensors: official, MMPose 0.x and ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Optional

# DataParallel and DistributedDataParallel, and the official fp16 wrapper, an
# nn.Sequential whose parts 0 and 2 change the type and hold no tensors.
_WRAPPERS = ('module.', '1.')
_OFFICIAL_HEAD = ('final_layers.', 'deconv_layers.')
# what only training needs, as scale-adaptive heatmap regression names it
_BRANCH = 'conv_scale_layers.'
_OUR_BRANCH = 'head.scale_layers.'
_MMPOSE = (
    'backbone.',
    'keypoint_head.',
    *(f'head.{name}' for name in _OFFICIAL_HEAD),
)
# What follows the branches in networks that classify images.
CLASSIFIER_PARTS = frozenset(
    {
        'classifier',
        'downsamp_modules',
        'fc',
        'final_layer',
        'head',
        'incre_modules',
    }
)
_FUSION = re.compile(r'(stage\d+\.\d+\.fuse_layers)\.(\d+)\.')


def convert_state_dict(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """Give tensors the names that they have in this plugin.

    Accepted are official names, also those of scale-adaptive heatmap
    regression (SWAHR), names of MMPose 0.x (``keypoint_head.*``) and our own,
    each also below the prefix ``module.`` of DataParallel, ``1.`` of
    the official fp16 wrapper, or both in any order. Names that belong to none
    of them are kept below ``backbone.``, where a strict load finds them.

    Source: ``lib/models/pose_higher_hrnet.py`` and
    ``lib/fp16_utils/fp16util.py`` of the official code; MMPose 0.x.

    Args:
        state_dict (Mapping[str, Tensor]): Tensors by name; not changed.

    Returns:
        dict[str, Tensor]: the same tensors, neither copied nor cast: half
        precision stays half and becomes the model's type when it is loaded.

    Raises:
        ValueError: If two tensors would get the same name, or a name is no
            text.

    Examples:
        >>> from higherhrnet_plugin import convert_state_dict
        >>> list(convert_state_dict({'1.final_layers.0.weight': 0}))
        ['head.final_layers.0.weight']
    """
    for name in state_dict:
        if not isinstance(name, str):
            raise ValueError(
                f'a state dict has names of text, but one is {name!r}'
            )
    bare = strip_wrappers(state_dict)
    is_mmpose = any(name.startswith(_MMPOSE) for name in bare)
    rename = _rename_mmpose if is_mmpose else _rename_official
    converted: dict[str, Any] = {}
    for name, value in bare.items():
        new = rename(name)
        if new in converted:
            raise ValueError(
                f'two tensors of the state dict would both be named {new!r}; '
                'it mixes names of several origins'
            )
        converted[new] = value
    return converted


def to_official_names(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """Give tensors the names that they have in official files.

    The inverse of :func:`convert_state_dict`.

    Args:
        state_dict (Mapping[str, Tensor]): Tensors by our names; not changed.

    Returns:
        dict[str, Tensor]: the same tensors by official names.

    Raises:
        ValueError: If a tensor has no place in the official network.
    """
    official = {}
    for name, value in state_dict.items():
        if name.startswith(_OUR_BRANCH):
            official[_BRANCH + name[len(_OUR_BRANCH) :]] = value
            continue
        part, _, rest = name.partition('.')
        if part not in ('backbone', 'head') or (
            (part == 'head') != rest.startswith(_OFFICIAL_HEAD)
        ):
            raise ValueError(
                f'{name!r} has no official name: official files hold '
                '`backbone.*`, `head.final_layers.*` and '
                '`head.deconv_layers.*`'
            )
        official[rest] = value
    return official


def drop_training_parts(
    state_dict: Mapping[str, Any], expected: Collection[str]
) -> dict[str, Any]:
    """Leave out what only training needs, for a network without it.

    Args:
        state_dict (Mapping[str, Tensor]): Tensors by our names; not changed.
        expected (Collection[str]): Names in the network.

    Returns:
        dict[str, Tensor]: the same tensors without the branches that estimate
        the width of targets, unless the network has some.
    """
    return {
        name: value
        for name, value in state_dict.items()
        if name in expected or not is_training_part(name)
    }


def is_training_part(name: str) -> bool:
    """Tell whether only training needs a tensor.

    Args:
        name (str): Our name of it.

    Returns:
        bool: whether it belongs to ``scale_layers`` of the head.
    """
    return name.startswith(_OUR_BRANCH)


def select_backbone(
    state_dict: Mapping[str, Any], expected: Collection[str]
) -> tuple[dict[str, Any], dict[str, int]]:
    """Take the tensors of a backbone out of any file.

    Files of whole pose networks and of ImageNet classifiers are accepted,
    with the names of :func:`convert_state_dict`. Known to be harmless, and
    left out, are heads, classifiers, and the fusion towards the lower
    resolutions after the last stage, which a backbone of one feature map
    lacks.

    Args:
        state_dict (Mapping[str, Tensor]): Tensors by name; not changed.
        expected (Collection[str]): Names in the backbone, without prefix.

    Returns:
        tuple:
        - tensors by names without prefix; what is not known to be harmless
          is kept, even if not expected
        - number of tensors left out, by the part they belong to
    """
    kept, ignored = {}, Counter[str]()
    fused = {_fusion_output(name) for name in expected}
    for name, value in convert_state_dict(state_dict).items():
        part, _, inner = name.partition('.')
        if part != 'backbone':
            ignored[part] += 1
        elif inner in expected:
            kept[inner] = value
        elif inner.split('.')[0] in CLASSIFIER_PARTS:
            ignored[inner.split('.')[0]] += 1
        elif _is_surplus_fusion(inner, fused):
            ignored['.'.join(inner.split('.')[:3])] += 1
        else:
            kept[inner] = value
    return kept, dict(ignored)


def strip_wrappers(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """Remove prefixes of wrappers that all names have in common.

    Args:
        state_dict (Mapping[str, Tensor]): Tensors by name; not changed.

    Returns:
        dict[str, Tensor]: the same tensors by shorter names.
    """
    names = list(state_dict)
    while names:
        prefix = next((p for p in _WRAPPERS if _all_start(names, p)), None)
        if prefix is None:
            break
        names = [name[len(prefix) :] for name in names]
    return dict(zip(names, state_dict.values()))


def _all_start(names: Iterable[str], prefix: str) -> bool:
    """Tell whether all names start with a prefix."""
    return all(name.startswith(prefix) for name in names)


def _rename_mmpose(name: str) -> str:
    """Return our name of one of MMPose 0.x or ours."""
    old = 'keypoint_head.'
    return f'head.{name[len(old) :]}' if name.startswith(old) else name


def _rename_official(name: str) -> str:
    """Return our name of an official one."""
    if name.startswith(_BRANCH):
        return _OUR_BRANCH + name[len(_BRANCH) :]
    part = 'head' if name.startswith(_OFFICIAL_HEAD) else 'backbone'
    return f'{part}.{name}'


def _fusion_output(name: str) -> Optional[tuple[str, str]]:
    """Return the fusion that a tensor belongs to, and which output of it."""
    found = _FUSION.match(name)
    return (found[1], found[2]) if found else None


def _is_surplus_fusion(
    name: str, fused: Collection[Optional[tuple[str, str]]]
) -> bool:
    """Tell whether a fusion is left out where only the first is expected."""
    found = _fusion_output(name)
    return (
        found is not None and found not in fused and ((found[0], '0') in fused)
    )
