"""The words after ``--cfg-options``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from typing import Any, Optional

# spaces within a word, unlike those beside commas and brackets
_INNER_SPACES = re.compile(r'(?<![ ,(\[]) +(?![ ,)\]])')
# stands for one of them, as MMEngine removes all; no argument can hold it
_KEPT_SPACE = '\0'


class CfgOptionsAction(argparse.Action):
    """Collect words KEY=VALUE; one of another form is a usage error.

    They are kept as words for :func:`parse_cfg_options`, since to read values
    takes imports of seconds, and ``--help`` and bad usage need none.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: Optional[str] = None,
    ) -> None:
        """Add words to those of earlier options.

        Args:
            parser (argparse.ArgumentParser): Whose usage error it is.
            namespace (argparse.Namespace): Where the list is kept.
            values (list[str]): The words.
            option_string (str, optional): Name of the option.
        """
        for word in values:
            key, sign, _ = word.partition('=')
            if not sign or not all(key.split('.')):
                parser.error(
                    f'{option_string}: {word!r} is not of the form KEY=VALUE, '
                    'as a.b.c=1, without spaces around the sign; other '
                    'arguments stand before --cfg-options'
                )
        earlier = getattr(namespace, self.dest, None) or []
        setattr(namespace, self.dest, [*earlier, *values])


def parse_cfg_options(words: Optional[Sequence[str]]) -> dict[str, Any]:
    """Read words KEY=VALUE, by MMEngine's rules for values.

    Spaces within a value, or within an item of a list, stay, unlike there.

    Args:
        words (Sequence[str], optional): What :class:`CfgOptionsAction` has
            collected, later ones being stronger.

    Returns:
        dict[str, Any]: values by dotted key.

    Raises:
        ValueError: If brackets of a word are not balanced, or it cannot be
            told which of its spaces belong to a value.
    """
    options = {}
    for word in words or ():
        key, _, text = word.partition('=')
        try:
            options[key] = _parse_value(text)
        except AssertionError as error:
            raise ValueError(
                f'--cfg-options: unbalanced brackets: {word}'
            ) from error
        except RecursionError as error:
            raise ValueError(
                '--cfg-options: a value is a number, a word, or a list or '
                f'tuple of them: {word}'
            ) from error
        for item in _find_texts(options[key]):
            if item not in text:
                raise ValueError(
                    '--cfg-options: spaces beside brackets or commas within '
                    f'a value are lost, leave them out or set it in the '
                    f'config file: {word}'
                )
    return options


def _parse_value(text: str) -> Any:
    """Read a value by MMEngine's rules, but keep the spaces within words."""
    # late, as it imports torch
    from mmengine.config import DictAction

    kept = _INNER_SPACES.sub(
        lambda spaces: _KEPT_SPACE * len(spaces[0]), text.strip(' ')
    )
    return _restore(DictAction._parse_iterable(kept))


def _restore(value: Any) -> Any:
    """Bring the spaces back into a value and all it holds."""
    if isinstance(value, str):
        return value.replace(_KEPT_SPACE, ' ')
    if isinstance(value, (list, tuple)):
        return type(value)(map(_restore, value))
    return value


def _find_texts(value: Any) -> Iterator[str]:
    """List a value that is text, or all texts that it holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _find_texts(item)
