"""The words after ``--cfg-options``."""

from __future__ import annotations

import argparse
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
        # late, as it imports torch
        from mmengine.config import DictAction

        options = dict(getattr(namespace, self.dest, None) or {})
        for word in values:
            key, sign, text = word.partition('=')
            if not sign or not all(key.split('.')):
                parser.error(
                    f'{option_string}: {word!r} is not of the form KEY=VALUE, '
                    'without spaces around the sign, as a.b.c=1; other '
                    f'arguments stand before {option_string}'
                )
            try:
                options[key] = DictAction._parse_iterable(text)
            except AssertionError:
                parser.error(f'{option_string}: unbalanced brackets: {word}')
        setattr(namespace, self.dest, options)
