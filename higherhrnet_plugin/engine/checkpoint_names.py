"""The names of checkpoints, read back."""

from __future__ import annotations

import re
from string import Formatter
from typing import Optional

# what is the same in no base but ten, with no sign, no separator and no blanks
_TRIED = (1, 1234567)


def compile_template(
    template: str, with_copies: bool = False
) -> re.Pattern[str]:
    """Build the pattern of the names that a template gives.

    Args:
        template (str): Such as 'epoch_{}.pth' or 'epoch_{:03d}.pth'.
        with_copies (bool): Whether best and published checkpoints match, too.
            Defaults to False.

    Returns:
        re.Pattern[str]: its only group is the epoch or iteration.

    Raises:
        ValueError: If a name does not say which one it is.
    """
    pattern = _read_template(template)
    if pattern is None:
        raise ValueError(
            f'filename_tmpl={template!r}: checkpoints are found again by the '
            'number in their names, so it needs one field for it, as '
            "'epoch_{}.pth' or 'epoch_{:03d}.pth' has"
        )
    if with_copies:
        # best_<metric>_<name>, <name>-<digest>.pth, or both
        stem, end, _ = pattern.rpartition(r'\.pth')
        pattern = f'{stem}(?:-[0-9a-f]+)?{end}' if end else pattern
        pattern = f'(?:best_.+_)?{pattern}'
    return re.compile(pattern)


def _read_template(template: str) -> Optional[str]:
    """Return the pattern, or None if numbers cannot be read back by it."""
    try:
        parts = list(Formatter().parse(template))
        pattern = ''.join(
            re.escape(text) + ('' if field is None else r'(\d+)')
            for text, field, _, _ in parts
        )
        names = [template.format(step) for step in _TRIED]
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
    found = [re.fullmatch(pattern, name) for name in names]
    steps = [match and [int(n) for n in match.groups()] for match in found]
    return pattern if steps == [[step] for step in _TRIED] else None
