"""Docstrings name objects by roles, which Markdown does not know."""

from __future__ import annotations

import re
from typing import Any

import griffe

_ROLE = re.compile(r':(?:class|func|meth|mod|attr):`[~.]*([^`]+)`')


class DocstringRoles(griffe.Extension):
    """Shows ``:class:`~.people.People``` as ``People``, as code."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of an object."""
        if obj.docstring is not None:
            obj.docstring.value = without_roles(obj.docstring.value)


def without_roles(text: str) -> str:
    """Replace roles by code.

    Args:
        text (str): A docstring.

    Returns:
        str: the same for Markdown.
    """
    return _ROLE.sub(lambda m: f'`{m[1].rpartition(".")[2]}`', text)
