"""Results of the checks of a data set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

from .settings import Settings


@dataclass
class Findings:
    """Result of the checks.

    Attributes:
        settings (Settings): What is known about the data set.
        content (dict, optional): The repaired annotation file; None if it
            cannot be read.
        failures (list[str]): Reasons not to train.
        warnings (list[str]): What to look at.
        lines (list[str]): Statistics as text.
        details (dict): The same as plain data.
    """

    settings: Settings
    content: Optional[dict[str, Any]] = None
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """bool: whether nothing speaks against training."""
        return not self.failures

    def text(self) -> list[str]:
        """Write everything as text.

        Returns:
            list[str]: lines, the verdict last.
        """
        lines = list(self.lines)
        lines += [f'warning: {text}' for text in self.warnings]
        lines += [f'FAIL: {text}' for text in self.failures]
        lines.append('passed' if self.passed else 'failed')
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data.

        Returns:
            dict: what JSON can hold.
        """
        return {
            'passed': self.passed,
            'failures': self.failures,
            'warnings': self.warnings,
            **self.details,
        }
