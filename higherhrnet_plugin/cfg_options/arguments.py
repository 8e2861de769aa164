"""The words after ``--cfg-options``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Optional


class CfgOptionsAction(argparse.Action):
    """Read words KEY=VALUE into a dict, by MMEngine's rules for values.

    A word of another form is a usage error.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: Optional[str] = None,
    ) -> None:
        """Add words to what earlier options gave.

        Args:
            parser (argparse.ArgumentParser): Whose usage error it is.
            namespace (argparse.Namespace): Where the dict is kept.
            values (list[str]): The words.
            option_string (str, optional): Name of the option.
        """
        try:
            options = parse_cfg_options(values)
        except ValueError as error:
            parser.error(f'{option_string}: {error}')
        earlier = getattr(namespace, self.dest, None) or {}
        setattr(namespace, self.dest, {**earlier, **options})


def parse_cfg_options(words: Sequence[str]) -> dict[str, Any]:
    """Read words KEY=VALUE, by MMEngine's rules for values.

    Args:
        words (Sequence[str]): The words, later ones being stronger.

    Returns:
        dict[str, Any]: values by dotted key.

    Raises:
        ValueError: If a word has another form.
    """
    # late, as it imports torch
    from mmengine.config import DictAction

    options = {}
    for word in words:
        key, sign, text = word.partition('=')
        if not sign or not all(key.split('.')):
            raise ValueError(
                f'{word!r} is not of the form KEY=VALUE, as a.b.c=1, without '
                'spaces around the sign; other arguments stand before '
                '--cfg-options'
            )
        try:
            options[key] = DictAction._parse_iterable(text)
        except AssertionError as error:
            raise ValueError(f'unbalanced brackets: {word}') from error
    return options
