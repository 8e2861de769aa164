"""The words after ``--cfg-options``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Optional


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

    Args:
        words (Sequence[str], optional): What :class:`CfgOptionsAction` has
            collected, later ones being stronger.

    Returns:
        dict[str, Any]: values by dotted key.

    Raises:
        ValueError: If brackets of a word are not balanced.
    """
    # late, as it imports torch
    from mmengine.config import DictAction

    options = {}
    for word in words or ():
        key, _, text = word.partition('=')
        try:
            options[key] = DictAction._parse_iterable(text)
        except AssertionError as error:
            raise ValueError(
                f'--cfg-options: unbalanced brackets: {word}'
            ) from error
    return options
