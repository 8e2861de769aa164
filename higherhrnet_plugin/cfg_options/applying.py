"""Options applied to a config, with a warning for those that do nothing."""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, Optional

from mmengine.config import Config, ConfigDict

from .known_keys import find_known_keys
from .shared_codec import hand_on

# So alike a key must be to one that is there: to be suggested, and to be
# doubted where others may be right.
_ALIKE, _VERY_ALIKE = 0.6, 0.8
_SUGGESTIONS = 3

Path = tuple[str, ...]


def apply_cfg_options(
    cfg: Config, options: Optional[Mapping[str, Any]]
) -> None:
    """Merge options into a config; warn of keys that nothing reads.

    Options of the variable ``codec``, such as ``codec.use_udp``, also go to
    the head and the data sets that have it.

    The warning goes to the standard error, once for all keys, on the first
    process of a distributed run.

    Args:
        cfg (Config): Changed in place.
        options (Mapping[str, Any], optional): Values by dotted key; list
            items by index. The index after the last one adds a dict to a
            list, as ``custom_hooks.1.type=EMAHook`` does.

    Raises:
        ValueError: If a key leads through a value that has no keys, or
            further behind the end of a list.
    """
    if not options:
        return
    handed = hand_on(cfg, options)
    copies = {key: options[name] for name in handed for key in handed[name]}
    # of copies, one stands for all in a warning
    present = {
        key: _depth_present(cfg, tuple(key.split('.')))
        for key in (handed.get(name, [name])[0] for name in options)
    }
    for name in sorted(options, key=_natural):
        _make_room(cfg, tuple(name.split('.')))
    try:
        cfg.merge_from_dict({**copies, **options})
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        reason = error.args[0] if error.args else error
        raise ValueError(
            f'--cfg-options {" ".join(options)}: not to be set in this '
            f'config: {reason}'
        ) from error
    doubts = [
        _doubt(cfg, tuple(key.split('.')), depth, _paths(options))
        for key, depth in present.items()
    ]
    text = '; '.join(filter(None, doubts))
    rank = os.environ.get('RANK') or os.environ.get('SLURM_PROCID')
    if text and rank in (None, '0'):
        print(f'warning: --cfg-options: {text}', file=sys.stderr)


def _natural(name: str) -> str:
    """Let index 10 come after index 9."""
    return re.sub(r'\d+', lambda number: number.group().zfill(9), name)


def _make_room(cfg: Config, path: Path) -> None:
    """Add a dict to each list that a path leaves by its first free index."""
    node: Any = cfg._cfg_dict
    for name in path[:-1]:
        if isinstance(node, list) and name == str(len(node)):
            node.append(ConfigDict())
        try:
            node = _descend(node, (name,))
        except (IndexError, KeyError, TypeError, ValueError):
            return


def _doubt(
    cfg: Config, path: Path, depth: int, given: set[Path]
) -> Optional[str]:
    """Say why a key does nothing, if it seems so.

    Args:
        cfg: The config with all options in it.
        path: The key.
        depth: How many of its words the config had.
        given: All keys of the options, which are no suggestions.
    """
    key = '.'.join(path)
    root = find_known_keys((), cfg._cfg_dict).names
    if depth and path[0] not in root:
        return (
            f'`{key}` changes nothing: it is a variable that the config file '
            f'has used already{_ask(_find_ends(cfg, path, given))}'
        )
    for i in range(depth, len(path)):
        node = _descend(cfg._cfg_dict, path[:i])
        known = find_known_keys(path[:i], node)
        if path[i] in known.names or not isinstance(node, Mapping):
            continue
        # at the top, the others may be variables of the file
        others = {str(n) for n in node if i} - {path[i]}
        similar = _similar(path[i], known.names | others)
        if known.is_complete or (similar and _is_slip(path[i], similar)):
            ends = _find_ends(cfg, path[i:], given)
            if similar and not ends:
                ends = [(*path[:i], similar, *path[i + 1 :])]
            start = '.'.join(path[: i + 1])
            it = 'it' if start == key else f'`{start}`'
            return (
                f'`{key}` is not in the config and nothing reads {it}'
                f'{_ask(ends)}'
            )
    return None


def _ask(paths: Sequence[Path]) -> str:
    """Ask whether other keys were meant."""
    shown = ' or '.join('.'.join(path) for path in paths[:_SUGGESTIONS])
    return f' (did you mean {shown}?)' if shown else ''


def _similar(name: str, names: Set[str]) -> Optional[str]:
    """Find a key that was perhaps meant."""
    matches = difflib.get_close_matches(name, sorted(names), 1, _ALIKE)
    return matches[0] if matches else None


def _is_slip(name: str, similar: str) -> bool:
    """Tell a slip from another key, as stage4 beside stage3 is."""
    if re.sub(r'\d', '', name) == re.sub(r'\d', '', similar):
        return False
    ratio = difflib.SequenceMatcher(None, name, similar).ratio()
    return ratio >= _VERY_ALIKE


def _depth_present(cfg: Config, path: Path) -> int:
    """Count the first words of a path that a config has."""
    node: Any = cfg._cfg_dict
    for depth, name in enumerate(path):
        try:
            node = _descend(node, (name,))
        except (IndexError, KeyError, TypeError, ValueError):
            return depth
    return len(path)


def _descend(node: Any, path: Path) -> Any:
    """Return what a path leads to."""
    for name in path:
        is_list = isinstance(node, (list, tuple))
        node = node[int(name)] if is_list else dict.__getitem__(node, name)
    return node


def _paths(options: Mapping[str, Any]) -> set[Path]:
    """Split dotted keys."""
    return {tuple(key.split('.')) for key in options}


def _find_ends(cfg: Config, end: Path, given: Set[Path]) -> list[Path]:
    """Find paths that end in some words, where something reads them."""
    root = find_known_keys((), cfg._cfg_dict).names
    return [
        path
        for path in _walk(cfg._cfg_dict, ())
        if path[-len(end) :] == end and path not in given and path[0] in root
    ]


def _walk(node: Any, path: Path) -> Iterator[Path]:
    """List all paths of a config."""
    if isinstance(node, Mapping):
        items: Any = node.items()
    elif isinstance(node, (list, tuple)):
        items = enumerate(node)
    else:
        return
    for name, value in items:
        yield (*path, str(name))
        yield from _walk(value, (*path, str(name)))
