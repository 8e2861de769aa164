"""What was repaired in an annotation file, and why."""

from __future__ import annotations

from typing import Any

_EXAMPLES = 3


class RepairReport:
    """Count changes of an annotation file, with first examples.

    Attributes:
        totals (dict[str, int]): Numbers of what is left, by name.
        repaired (dict[str, dict]): What was changed; each entry has ``count``
            and ``examples``, a list of at most three texts.
        dropped (dict[str, dict]): What was left out, in the same form.
        noted (dict[str, dict]): What was left as it is but may be wrong.
        warnings (list[str]): What hardly anybody wants, in capital letters.
        nobody (str): Likely causes if nobody is labelled, else empty.
        image_ids (dict[str, int]): The ids of the file, from
            :func:`.ids.id_key`, and the ids that these images have now;
            without those that were left out.

    Args:
        file (str): Name of the file, for messages.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.totals: dict[str, int] = {}
        self.repaired: dict[str, dict[str, Any]] = {}
        self.dropped: dict[str, dict[str, Any]] = {}
        self.noted: dict[str, dict[str, Any]] = {}
        self.warnings: list[str] = []
        self.nobody = ''
        self.image_ids: dict[str, int] = {}

    def add_repair(self, what: str, example: str) -> None:
        """Count one change.

        Args:
            what (str): Kind of change.
            example (str): The record that was changed.
        """
        _count(self.repaired, what, example)

    def add_drop(self, what: str, example: str) -> None:
        """Count one record that was left out.

        Args:
            what (str): Reason.
            example (str): The record.
        """
        _count(self.dropped, what, example)

    def add_note(self, what: str, example: str) -> None:
        """Count one record that looks odd and was kept.

        Args:
            what (str): What is odd.
            example (str): The record.
        """
        _count(self.noted, what, example)

    def add_warning(self, text: str) -> None:
        """Take what must not be overlooked.

        Args:
            text (str): The warning, its figures and facts in capitals.
        """
        self.warnings.append(text)

    @property
    def is_clean(self) -> bool:
        """bool: Whether nothing was changed or left out."""
        return not (self.repaired or self.dropped or self.warnings)

    def lines(self) -> list[str]:
        """Put the report into words.

        Returns:
            list[str]: the totals, the warnings, then one line for every kind
            of change.
        """
        totals = ', '.join(f'{n} {what}' for what, n in self.totals.items())
        lines = [f'annotation file {self.file!r}: {totals}']
        lines += [f'WARNING: {text}' for text in self.warnings]
        for kind in ('repaired', 'dropped', 'noted'):
            for what, entry in getattr(self, kind).items():
                examples = ', '.join(entry['examples'])
                if entry['count'] > len(entry['examples']):
                    examples += ', ...'
                lines.append(f'{kind}: {entry["count"]} {what} ({examples})')
        if self.is_clean:
            lines[0] += '; nothing to repair'
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data.

        Returns:
            dict: ``file``, ``totals``, ``repaired``, ``dropped``, ``noted``,
            ``warnings``, ``nobody``.
        """
        return {k: v for k, v in vars(self).items() if k != 'image_ids'}


def _count(
    entries: dict[str, dict[str, Any]], what: str, example: str
) -> None:
    """Count one event."""
    entry = entries.setdefault(what, dict(count=0, examples=[]))
    entry['count'] += 1
    if len(entry['examples']) < _EXAMPLES and example not in entry['examples']:
        entry['examples'].append(example)
