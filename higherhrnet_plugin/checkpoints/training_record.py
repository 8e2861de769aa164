"""What a checkpoint file tells of its training, beside the weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

# Texts of a stranger's file are cut off here.
_LONGEST = 120


class TrainingRecord(NamedTuple):
    """What a file tells of its training; ``None`` or empty if it does not.

    Attributes:
        data_set: Name of the data set.
        keypoints: Names of the K keypoints, in order.
        epochs: Epochs that were trained.
        iterations: Iterations that were trained.
        seed: Seed of the random numbers.
        saved: Date and time, as the file has it.
        best: Best value of each metric so far, by its name.
        versions: Versions of the packages, by their names.
        source: File that this one was converted from.
    """

    data_set: Optional[str]
    keypoints: tuple[str, ...]
    epochs: Optional[int]
    iterations: Optional[int]
    seed: Optional[int]
    saved: Optional[str]
    best: dict[str, float]
    versions: dict[str, str]
    source: Optional[str]


def read_training_record(content: Any) -> TrainingRecord:
    """Read the record of a training.

    Entries of another type than expected count as missing, and no text has
    characters that a terminal would obey.

    Args:
        content (Any): All that a file holds, as :func:`load_whole` returns
            it: of MMEngine's Runner, of MMPose 0.x, or of the official
            training.

    Returns:
        TrainingRecord: what is there.
    """
    top = _mapping(content)
    meta = _mapping(top.get('meta'))
    data = _mapping(meta.get('dataset_meta'))
    names = data.get('keypoint_id2name')
    return TrainingRecord(
        data_set=_text(data.get('dataset_name')),
        keypoints=_in_order(names) if isinstance(names, Mapping) else (),
        # the official training writes it beside the weights
        epochs=_whole(meta.get('epoch', top.get('epoch'))),
        iterations=_whole(meta.get('iter')),
        seed=_whole(meta.get('seed')),
        saved=_text(meta.get('time')),
        best=_best_values(top, meta),
        versions={
            str(_text(key[: -len('_version')])): str(_text(value))
            for key, value in meta.items()
            if isinstance(key, str)
            and key.endswith('_version')
            and _text(value)
        },
        source=_text(meta.get('source')),
    )


def _best_values(
    top: Mapping[str, Any], meta: Mapping[str, Any]
) -> dict[str, float]:
    """Return the best values that the hooks of either host have noted."""
    hub = _mapping(top.get('message_hub'))
    info = _mapping(hub.get('runtime_info'))
    old = _mapping(meta.get('hook_msgs'))
    found = {
        _metric(key, info): value
        for key, value in info.items()
        if isinstance(key, str) and key.startswith('best_score')
    }
    found['best'] = old.get('best_score')
    # `perf` of the official training
    found['AP'] = top.get('perf')
    return {
        str(_text(name)): float(value)
        for name, value in found.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def _metric(key: str, info: Mapping[str, Any]) -> str:
    """Name the metric of ``best_score``, or of ``best_score_METRIC``."""
    metric = key[len('best_score') :].lstrip('_')
    if metric:
        return metric
    # best_<metric>_epoch_<n>.pth, '/' replaced by '_'
    file = str(info.get('best_ckpt', '')).replace('\\', '/').split('/')[-1]
    return (
        file.split('_epoch_')[0].split('_iter_')[0][len('best_') :] or 'best'
    )


def _in_order(names: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return names by their index, or none if some are missing."""
    texts = [_text(names.get(index)) for index in range(len(names))]
    return tuple(map(str, texts)) if all(texts) else ()


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


def _whole(value: Any) -> Optional[int]:
    """Return a whole number, or None in place of anything else."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole else None


def _text(value: Any) -> Optional[str]:
    """Return a printable text, or None in place of anything else."""
    if not isinstance(value, str):
        return None
    text = ''.join(c if c.isprintable() else ' ' for c in value)
    return ' '.join(text.split())[:_LONGEST] or None
