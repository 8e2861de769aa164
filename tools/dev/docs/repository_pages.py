"""Pages of the site that lie elsewhere in the repository, and their links.

Links of Markdown files lead from file to file, so that they work where the
repository is browsed. On the site a linked file is a page: one of ``PAGES``,
or its text on a page below ``source/``.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOCS = 'docs'
_CONFIGS = '{0}_2d_keypoint/associative_embedding/README.md'
# path in the repository: path on the site
PAGES = {
    'README.md': 'getting_started.md',
    'CONTRIBUTING.md': 'contributing.md',
    'CHANGELOG.md': 'changelog.md',
    **{
        f'configs/{_CONFIGS.format(kind)}': f'configs/{kind}.md'
        for kind in ('body', 'wholebody', 'animal', 'custom')
    },
}
_LINK = re.compile(r'(\]\(|\]:\s+)(?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?')
_FENCE = re.compile(r'(^ *```.*?^ *```)', re.MULTILINE | re.DOTALL)
_LANGUAGES = {'.py': 'python', '.sh': 'sh', '.yml': 'yaml', '.json': 'json'}


def site_path(path: str) -> str:
    """Return where a file of the repository is on the site.

    Args:
        path (str): Of the file, relative to the repository.

    Returns:
        str: relative to the site's sources.
    """
    if path in PAGES:
        return PAGES[path]
    if path.startswith(f'{DOCS}/'):
        return path[len(DOCS) + 1 :]
    return f'source/{path}.md'


def links_of(text: str, path: str) -> list[tuple[str, str]]:
    """List the files of the repository that a page leads to.

    Args:
        text (str): Markdown.
        path (str): Of its file, relative to the repository.

    Returns:
        list[tuple[str, str]]: path relative to the repository, and the anchor
        with its ``#`` or nothing.
    """
    return [
        (_resolve(match[2], path), match[3] or '')
        for part in _FENCE.split(text)[::2]
        for match in _LINK.finditer(part)
    ]


def relink(text: str, path: str) -> str:
    """Lead the links of a page to where their files are on the site.

    Args:
        text (str): Markdown.
        path (str): Of its file, relative to the repository.

    Returns:
        str: Markdown for the page ``site_path(path)``.
    """
    folder = posixpath.dirname(site_path(path)) or '.'

    def replace(match: re.Match[str]) -> str:
        target = site_path(_resolve(match[2], path))
        target = posixpath.relpath(target, folder)
        return f'{match[1]}{target}{match[3] or ""}'

    parts = _FENCE.split(text)
    parts[::2] = [_LINK.sub(replace, part) for part in parts[::2]]
    return ''.join(parts)


def source_page(path: str) -> str:
    """Make the page that shows a file, or names what a folder holds.

    Args:
        path (str): Relative to the repository.

    Returns:
        str: Markdown.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    file = ROOT / path
    head = f'---\nsearch:\n  exclude: true\n---\n\n# {file.name}\n\n`{path}`\n'
    if file.is_dir():
        names = sorted(p.name for p in file.iterdir() if p.name[0] not in '._')
        return head + '\n' + ''.join(f'- `{name}`\n' for name in names)
    language = _LANGUAGES.get(file.suffix, 'text')
    return f'{head}\n```{language}\n{file.read_text("utf-8")}```\n'


def _resolve(target: str, path: str) -> str:
    """Make the target of a link relative to the repository."""
    folder = posixpath.dirname(path)
    return posixpath.normpath(posixpath.join(folder, target))
