"""Strict comparison of a file with a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor

from .description import WeightsDescription, describe_weights
from .errors import WeightsError

# So many names of a kind are listed.
_SHOWN = 8


class WeightsDifference(NamedTuple):
    """Where a file differs from a model.

    Attributes:
        missing: Names of the model that the file lacks.
        unexpected: Names in the file that the model lacks.
        misshapen: Names with both shapes, as text.
    """

    missing: list[str]
    unexpected: list[str]
    misshapen: list[str]


def compare_weights(
    expected: Mapping[str, Any], found: Mapping[str, Any]
) -> WeightsDifference:
    """Compare names and shapes.

    Args:
        expected (Mapping[str, Tensor]): State dict of the model.
        found (Mapping[str, Tensor]): State dict of the file, by our names.

    Returns:
        WeightsDifference: all differences. The counters
        ``num_batches_tracked``, which old files lack, may be missing.
    """
    missing = [
        name
        for name in expected
        if name not in found and not name.endswith('num_batches_tracked')
    ]
    unexpected = [name for name in found if name not in expected]
    misshapen = []
    for name, value in expected.items():
        if name not in found or not isinstance(value, Tensor):
            continue
        shapes = _shape(found[name]), _shape(value)
        if shapes[0] != shapes[1]:
            misshapen.append(f'{name} {shapes[0]} instead of {shapes[1]}')
    return WeightsDifference(missing, unexpected, misshapen)


def match_weights(
    expected: Mapping[str, Any],
    found: Mapping[str, Any],
    ignore: Collection[str] = (),
) -> None:
    """Raise an error unless a file fits a model exactly.

    Args:
        expected (Mapping[str, Tensor]): State dict of the model.
        found (Mapping[str, Tensor]): State dict of the file, by our names.
        ignore (Collection[str]): Names of tensors that may differ, as they
            depend on the keypoints. Defaults to none.

    Raises:
        ValueError: If tensors are missing, unexpected or of another shape.
            The message says what the file holds and what to do.
    """
    difference = compare_weights(
        *(
            {name: v for name, v in weights.items() if name not in ignore}
            for weights in (expected, found)
        )
    )
    if not any(difference):
        return
    file, model = describe_weights(found), describe_weights(expected)
    advice = _advice(file, model, bool(ignore))
    lines = [
        'the weights do not fit the model: the file holds '
        f'{file.summary}, the model is {model.summary}. {advice}'
    ]
    for kind, names in zip(
        ('of another shape', 'missing', 'unexpected'),
        (difference.misshapen, difference.missing, difference.unexpected),
    ):
        if names:
            lines.append(f'{len(names)} {kind}: {_shorten(names)}')
    raise WeightsError('\n'.join(lines))


def require_finite_weights(state_dict: Mapping[str, Any]) -> None:
    """Refuse weights that are NaN or infinite.

    Args:
        state_dict (Mapping[str, Tensor]): Weights by name; other values are
            passed over.

    Raises:
        WeightsError: If a value of a tensor is not finite. The message names
            the tensors.
    """
    bad = [
        name
        for name, value in state_dict.items()
        if isinstance(value, Tensor) and not bool(value.isfinite().all())
    ]
    if bad:
        raise WeightsError(
            f'{len(bad)} of {len(state_dict)} tensors hold values that are '
            f'NaN or infinite: {_shorten(bad)}. The training that made them '
            'had failed; take an earlier checkpoint'
        )


def _shape(value: Any) -> Any:
    """Return the shape of a tensor, or what is there instead."""
    if isinstance(value, Tensor):
        return tuple(value.shape)
    return type(value).__name__


def _shorten(names: Sequence[str]) -> str:
    """List the first names and count the others."""
    text = ', '.join(names[:_SHOWN])
    more = len(names) - _SHOWN
    return f'{text} and {more} more' if more > 0 else text


def _advice(
    file: WeightsDescription, model: WeightsDescription, is_finetuning: bool
) -> str:
    """Say what to do."""
    if not file.num_parameters:
        return 'Give a file with the tensors of a network.'
    if file.width != model.width and None not in (file.width, model.width):
        return (
            f'Take a file of W{model.width}, or a config with an HRNet of '
            f'W{file.width}.'
        )
    if model.num_levels and not file.num_levels:
        return (
            'To start from a backbone use `model.backbone.init_cfg=dict('
            "type='Pretrained', checkpoint=...)`."
        )
    if file.num_levels != model.num_levels and model.num_levels:
        return (
            'Set `num_deconvs` of the head to '
            f'{file.num_levels - 1} (with a codec: {file.num_levels} '
            '`codec.strides`), or take another file.'
        )
    if is_finetuning:
        return 'Only their keypoints may differ.'
    if file.num_keypoints != model.num_keypoints:
        return (
            'To start from a network with other keypoints use '
            '`model.finetune=dict(checkpoint=...)`.'
        )
    return (
        'Take the config that the file was trained with; '
        '`model.strict_load=False` loads what fits and warns of the rest.'
    )
