"""The Markdown files of the repository."""

import re
from pathlib import Path

from processes import ROOT

PAGES = [
    *(
        ROOT / name
        for name in ('README.md', 'CONTRIBUTING.md', 'CHANGELOG.md')
    ),
    *sorted((ROOT / 'docs').glob('*.md')),
    *sorted((ROOT / 'configs').rglob('*.md')),
]


def page_name(path: Path) -> str:
    """Name a page by its path in the repository."""
    return path.relative_to(ROOT).as_posix()


def blocks_of(path: Path, language: str) -> list[str]:
    """Return the blocks of code of a page in a language.

    Args:
        path: File of the page.
        language: As it is named behind the fence.

    Returns:
        list[str]: text of each block.
    """
    pattern = rf'^ *```{language}\n(.*?)^ *```$'
    return re.findall(pattern, path.read_text('utf-8'), re.M | re.S)


def prose_of(path: Path) -> str:
    """Return a page without its blocks of code."""
    text = path.read_text('utf-8')
    return re.sub(r'^ *```.*?^ *```$', '', text, flags=re.M | re.S)
