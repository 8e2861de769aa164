"""A plan as files: a config, and annotation files if images are held out."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..datasets.coco_repair import take_images
from ..files import write_whole
from .choice import Choice
from .plan import Plan
from .template import FOLLOWS, HEAD, NETWORKS

_WIDTH = 79


class Sources(NamedTuple):
    """Where a config finds data.

    Attributes:
        images: Folder of the images.
        train: Annotation file to train on.
        val: Annotation file to measure by.
        options: Options of the data sets and their values, as ``category``.
    """

    images: Path
    train: Path
    val: Path
    options: tuple[tuple[str, Any], ...] = ()


def split_files(config: Path) -> tuple[Path, Path]:
    """Name the annotation files of both sides.

    Args:
        config (Path): Config file; they lie beside it.

    Returns:
        tuple[Path, Path]: of the images to train on, and to measure by.
    """
    return (
        config.with_name(f'{config.stem}_train.json'),
        config.with_name(f'{config.stem}_val.json'),
    )


def write_split(
    content: Mapping[str, Any], plan: Plan, config: Path, images: Path
) -> Sources:
    """Write the images of both sides into annotation files of their own.

    Args:
        content (Mapping): Repaired content of the annotation file.
        plan (Plan): Has a split.
        config (Path): Config file; the others go beside it.
        images (Path): Folder of the images.

    Returns:
        Sources: with the files that were written.

    Raises:
        ValueError: If the plan has no split.
        OSError: If a file cannot be written.
    """
    if plan.split is None:
        raise ValueError('the plan has no split')
    train, val = split_files(config)
    for file, chosen in ((train, plan.split.train), (val, plan.split.val)):
        write_whole(file, json.dumps(take_images(content, chosen)) + '\n')
    return Sources(images, train, val)


def write_config(plan: Plan, sources: Sources, config: Path) -> None:
    """Write the config.

    Args:
        plan (Plan): All choices.
        sources (Sources): Where the data is.
        config (Path): File to write.

    Raises:
        OSError: If it cannot be written.
    """
    write_whole(config, config_text(plan, sources, config))


def config_text(plan: Plan, sources: Sources, config: Path) -> str:
    """Write the config as text.

    Args:
        plan (Plan): All choices.
        sources (Sources): Where the data is.
        config (Path): File that it is for.

    Returns:
        str: the content of the file.
    """
    network = NETWORKS[plan.network.value]
    folder = config.parent
    held_out = plan.split.reason if plan.split else 'a file of its own'
    return ''.join(
        [
            HEAD.format(
                reason=_comment(f'network: {plan.network.reason}'),
                bases=network.bases,
                file=config.name,
            ),
            _title('the data, from the folder of this file'),
            # a name of a folder may have one quote
            'data_root = """{{ fileDirname }}/"""\n',
            _assign('images', _from(folder, sources.images) + '/'),
            _assign('train_file', _from(folder, sources.train)),
            _comment(held_out),
            _assign('val_file', _from(folder, sources.val)),
            _assign('reading', dict(sources.options)),
            _title('the keypoints, in the order of the annotation files'),
            *map(_line, plan.keypoints),
            _title('input and training'),
            *map(_line, plan.training),
            _title('what follows from it'),
            network.model,
            FOLLOWS,
            network.schedule,
        ]
    )


def _title(text: str) -> str:
    """Write the head of a part."""
    return f'\n# ---- {text} '.ljust(_WIDTH, '-') + '\n'


def _comment(text: str) -> str:
    """Write a comment, on as many lines as it needs."""
    return (
        textwrap.fill(
            text, _WIDTH, initial_indent='# ', subsequent_indent='#   '
        )
        + '\n'
    )


def _line(choice: Choice) -> str:
    """Write a choice below its reason."""
    return _comment(choice.reason) + _assign(choice.name, choice.value)


def _assign(name: str, value: Any) -> str:
    """Write an assignment, of a long list or dict one item a line."""
    text = f'{name} = {value!r}'
    if isinstance(value, dict):
        items = [f'{key}={item!r}' for key, item in value.items()]
        text = f'{name} = dict({", ".join(items)})'
        brackets = ('dict(', ')')
    elif isinstance(value, list):
        items, brackets = list(map(repr, value)), ('[', ']')
    if len(text) > _WIDTH and isinstance(value, (dict, list)):
        lines = ''.join(f'    {item},\n' for item in items)
        text = f'{name} = {brackets[0]}\n{lines}{brackets[1]}'
    return text + '\n'


def _from(folder: Path, path: Path) -> str:
    """Name a path from a folder, if that is possible."""
    try:
        return Path(os.path.relpath(path, folder or '.')).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()
