"""One ``codec`` for the head and the data sets of a config.

A config states it as the variable ``codec`` and hands it to ``model.head`` and
to every data set. MMEngine copies it there, so that an option for the variable
alone would change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from mmengine.config import Config

VARIABLE = 'codec'
# What head and data sets must agree on, with the defaults.
_PYRAMID: dict[str, Any] = {
    'input_size': None,
    'heatmap_sizes': None,
    'strides': None,
    'sigma': 2,
    'tag_levels': 0,
    'use_udp': False,
}


def find_codecs(cfg: Config) -> dict[str, Mapping[str, Any]]:
    """Find what the codec was handed to.

    Args:
        cfg (Config): Full config.

    Returns:
        dict[str, Mapping]: by dotted key, such as ``model.head.codec``.
    """
    return {
        path: value
        for path, value in _built(cfg)
        if path.endswith(f'.{VARIABLE}')
    }


def hand_on(cfg: Config, options: Mapping[str, Any]) -> dict[str, list[str]]:
    """Find what options for the variable are meant for.

    Args:
        cfg (Config): Full config, without the options.
        options (Mapping[str, Any]): Values by dotted key.

    Returns:
        dict[str, list[str]]: keys of options such as ``codec.use_udp``, and
        the same key of everything that has the pyramid of the variable.
        What has another one is left out.
    """
    variable = cfg.get(VARIABLE)
    if not isinstance(variable, Mapping):
        return {}
    same = [
        path
        for path, codec in find_codecs(cfg).items()
        if not _clash(VARIABLE, variable, path, codec)
    ]
    return {
        key: [path + key[len(VARIABLE) :] for path in same]
        for key in options
        if same and key.split('.')[0] == VARIABLE
    }


def check_codecs(cfg: Config) -> None:
    """Refuse a config whose head and data sets have different codecs.

    Args:
        cfg (Config): Full config.

    Raises:
        ValueError: If they differ, or if the variable ``codec`` was changed
            and handed to nothing.
    """
    codecs = find_codecs(cfg)
    first = next(iter(codecs), None)
    if first is None:
        return
    for path in codecs:
        clash = _clash(first, codecs[first], path, codecs[path])
        if clash:
            raise ValueError(
                f'{clash}; head and data sets need the same `{VARIABLE}`'
            )
    variable = cfg.get(VARIABLE)
    if not isinstance(variable, Mapping):
        return
    clash = _clash(VARIABLE, variable, first, codecs[first])
    # older configs hand it to the encoder of the train pipeline
    encoders = [
        value for path, value in _built(cfg) if path.endswith('.encoder')
    ]
    if clash and variable not in encoders:
        raise ValueError(
            f'{clash}: the variable was not handed on. Set `{VARIABLE}.…` '
            "with this package's tools, or in a config file that hands it to "
            f'{", ".join(codecs)}'
        )


def _clash(
    first: str, one: Mapping[str, Any], second: str, other: Mapping[str, Any]
) -> Optional[str]:
    """Name the first key in which two codecs differ, with both values."""
    for key, default in _PYRAMID.items():
        values = one.get(key, default), other.get(key, default)
        if _plain(values[0]) != _plain(values[1]):
            return (
                f'`{first}.{key}` is {values[0]}, but `{second}.{key}` is '
                f'{values[1]}'
            )
    return None


def _plain(value: Any) -> Any:
    """Make lists of tuples, which command lines and files mix."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _built(cfg: Config) -> Iterator[tuple[str, Mapping]]:
    """List every dict of the model and the data loaders, by dotted key."""
    for key, value in cfg.items():
        if key == 'model' or key.endswith('_dataloader'):
            yield from _walk(value, key)


def _walk(node: Any, path: str) -> Iterator[tuple[str, Mapping]]:
    """List a dict and all that are in it, by dotted key."""
    if isinstance(node, Mapping):
        yield path, node
        items = [(str(key), value) for key, value in node.items()]
    elif isinstance(node, (list, tuple)):
        items = [(str(i), value) for i, value in enumerate(node)]
    else:
        return
    for key, value in items:
        yield from _walk(value, f'{path}.{key}')
