"""Weights of a network with other keypoints as a start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from torch import Tensor

from .description import describe_weights
from .matching import match_weights
from .names import drop_training_parts, is_training_part


class OutputLayout(NamedTuple):
    """How a head lays its output channels out.

    Attributes:
        num_keypoints: K; the first K channels of a level are heatmaps.
        tag_dim: L; tags follow at some levels, L outer, K inner.
        tag_per_keypoint: Whether a level has L*K tags, or L for all.
        tag_levels: Levels with tags.
        num_levels: Number of levels.
        concat_outputs: Whether a deconvolution sees the outputs of the level
            before, after the features.
        concat_tags: Whether its tags are among them.
    """

    num_keypoints: int
    tag_dim: int
    tag_per_keypoint: bool
    tag_levels: tuple[int, ...]
    num_levels: int
    concat_outputs: bool
    concat_tags: bool = True


class Transfer(NamedTuple):
    """Result of :func:`transfer_weights`.

    Attributes:
        state_dict: Tensors for the new network, by our names.
        kept: Names of tensors copied whole.
        partial: Names of tensors copied in part.
        fresh: Names of tensors that stay as they were initialised.
        mapped: Names of the keypoints whose channels were copied.
    """

    state_dict: dict[str, Tensor]
    kept: list[str]
    partial: list[str]
    fresh: list[str]
    mapped: list[str]

    @property
    def summary(self) -> str:
        """What was kept and what not, in a few lines."""
        return (
            f'kept {len(self.kept)} tensors; '
            f'kept in part: {", ".join(self.partial) or "none"}; '
            f're-initialised: {", ".join(self.fresh) or "none"}; '
            f'mapped keypoints: {", ".join(self.mapped) or "none"}'
        )


def transfer_weights(
    source: Mapping[str, Tensor],
    target: Mapping[str, Tensor],
    layout: OutputLayout,
    source_names: Optional[Sequence[str]] = None,
    target_names: Optional[Sequence[str]] = None,
) -> Transfer:
    """Copy what two networks with different keypoints have in common.

    What depends on the keypoints are the output channels of
    ``head.final_layers`` and, with ``concat_outputs``, those input channels
    of ``head.deconv_layers.{i}.0.0`` that take them, and the branches of
    training, ``head.scale_layers``, which the old network may lack. Of these,
    only the channels of keypoints with a name in common are copied, and
    shared tags.

    Args:
        source (Mapping[str, Tensor]): Trained tensors, by our names.
        target (Mapping[str, Tensor]): State dict of the new network, freshly
            initialised. Neither is changed.
        layout (OutputLayout): Outputs of the new network. The old one may
            differ in its number of keypoints, and in nothing else.
        source_names (Sequence[str], optional): Keypoints of the old network.
            Without names, no channel of a keypoint is copied.
        target_names (Sequence[str], optional): Those of the new one.

    Returns:
        Transfer: tensors for the new network in its types, and a report.

    Raises:
        ValueError: If the networks differ in more than keypoints, or the
            names do not fit them.
    """
    old = layout._replace(num_keypoints=_count_keypoints(source, layout))
    pairs = _pair_keypoints(
        source_names,
        target_names,
        (old.num_keypoints, layout.num_keypoints),
    )
    source = drop_training_parts(source, target)
    dependent = _dependent_tensors(layout, target)
    match_weights(target, source, ignore=dependent)
    mapped = [target_names[t] for t, _ in pairs] if target_names else []
    result = Transfer({}, [], [], [], mapped)
    for name, fresh in target.items():
        if name not in dependent:
            # counters of batches may be missing in old files
            trained = source.get(name, fresh)
            result.state_dict[name] = trained.to(fresh.dtype, copy=True)
            if name in source:
                result.kept.append(name)
            continue
        part = dependent[name]
        rows = []
        if name in source or not part.may_lack:
            rows = _pair_rows(
                name, (source, target), (old, layout), part, pairs
            )
        value = fresh.clone()
        for to, by in rows:
            value[to] = source[name][by].to(fresh.dtype)
        result.state_dict[name] = value
        (result.partial if rows else result.fresh).append(name)
    return result


class _Dependent(NamedTuple):
    """A tensor whose last rows are those of keypoints.

    Attributes:
        level: Whose outputs the rows are.
        with_tags: Whether tags follow the heatmaps, where the level has some.
        may_lack: Whether the old network may have none.
    """

    level: int
    with_tags: bool = True
    may_lack: bool = False


def _dependent_tensors(
    layout: OutputLayout, target: Mapping[str, Tensor]
) -> dict[str, _Dependent]:
    """Name the tensors that depend on K."""
    levels = range(layout.num_levels)
    names = {
        f'head.final_layers.{level}.{kind}': _Dependent(level)
        for level in levels
        for kind in ('weight', 'bias')
    }
    if layout.concat_outputs:
        for level in levels[:-1]:
            name = f'head.deconv_layers.{level}.0.0.weight'
            names[name] = _Dependent(level, layout.concat_tags)
    for name, value in target.items():
        # counters of batches have no rows
        if is_training_part(name) and value.ndim:
            level = int(name.split('.')[2])
            names[name] = _Dependent(level, False, True)
    return names


def _count_outputs(
    layout: OutputLayout, level: int, with_tags: bool = True
) -> int:
    """Count the output channels of a level."""
    groups = layout.num_keypoints if layout.tag_per_keypoint else 1
    has_tags = with_tags and level in layout.tag_levels
    return layout.num_keypoints + has_tags * layout.tag_dim * groups


def _count_keypoints(
    source: Mapping[str, Tensor], layout: OutputLayout
) -> int:
    """Count the keypoints of a network whose head is laid out alike."""
    names = [
        f'head.final_layers.{level}.weight'
        for level in range(layout.num_levels)
    ]
    channels = [len(source[name]) for name in names if name in source]
    # the number of channels grows with K, so at most one K fits
    for k in range(1, max(channels, default=0) + 1):
        old = layout._replace(num_keypoints=k)
        levels = range(layout.num_levels)
        if channels == [_count_outputs(old, level) for level in levels]:
            return k
    raise ValueError(
        f'the file holds {describe_weights(source).summary} with '
        f'{channels} output channels per level, which fit no number of '
        f'keypoints of this head: {layout}'
    )


def _pair_keypoints(
    source_names: Optional[Sequence[str]],
    target_names: Optional[Sequence[str]],
    numbers: tuple[int, int],
) -> list[tuple[int, int]]:
    """Pair (new, old) indices of keypoints with the same name."""
    if source_names is None and target_names is None:
        return []
    if source_names is None or target_names is None:
        raise ValueError(
            'give the keypoint names of both networks, source and target, or '
            'of none'
        )
    for kind, names, k in zip(
        ('source', 'target'), (source_names, target_names), numbers
    ):
        if len(names) != k:
            raise ValueError(
                f'`{kind}` has {len(names)} keypoint names, but the network '
                f'has {k} keypoints'
            )
    old = {name: i for i, name in enumerate(source_names)}
    pairs = [(i, old[n]) for i, n in enumerate(target_names) if n in old]
    if not pairs:
        raise ValueError(
            'source and target have no keypoint name in common: '
            f'{list(source_names)} and {list(target_names)}'
        )
    return pairs


def _pair_rows(
    name: str,
    tensors: tuple[Mapping[str, Tensor], Mapping[str, Tensor]],
    layouts: tuple[OutputLayout, OutputLayout],
    part: _Dependent,
    pairs: list[tuple[int, int]],
) -> list[tuple[int, int]]:
    """Pair (new, old) rows of a tensor that depends on the keypoints.

    Rows are features first, where there are any, then outputs of a level.
    """
    old, new = layouts
    if name not in tensors[0]:
        raise ValueError(f'the file lacks {name}')
    shapes = [tuple(state[name].shape) for state in tensors]
    features, expected = (
        shape[0] - _count_outputs(layout, part.level, part.with_tags)
        for shape, layout in zip(shapes, layouts)
    )
    if features != expected or shapes[0][1:] != shapes[1][1:]:
        raise ValueError(
            f'{name} is {shapes[0]} in the file and {shapes[1]} in the '
            f'network, which is more than {old.num_keypoints} keypoints '
            f'against {new.num_keypoints} explain'
        )
    rows = list(pairs)
    if part.with_tags and part.level in new.tag_levels:
        k_new, k_old = new.num_keypoints, old.num_keypoints
        for t in range(new.tag_dim):
            if new.tag_per_keypoint:
                rows += [
                    (k_new + t * k_new + i, k_old + t * k_old + j)
                    for i, j in pairs
                ]
            else:
                rows.append((k_new + t, k_old + t))
    outputs = [(features + i, features + j) for i, j in rows]
    return [(i, i) for i in range(features)] + outputs
