"""What mkdocs calls while it builds the site, see mkdocs.yml."""

from __future__ import annotations

from typing import Any

import repository_pages as pages
from api_pages import api_pages
from config_reference import MARK, tables
from diagrams import diagrams_of, draw_diagram, show_diagrams
from mkdocs.structure.files import File, Files


def on_config(config: Any) -> Any:
    """Put pages of docs/ that mkdocs.yml does not name behind the guides."""
    named = str(config.nav)
    others = [
        path.name
        for path in sorted((pages.ROOT / pages.DOCS).glob('*.md'))
        if repr(path.name) not in named
    ]
    (guides,) = (part for part in config.nav if 'Guides' in part)
    guides['Guides'] += others
    return config


def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages that are no files of docs/, and the diagrams."""
    texts = {
        f'{pages.DOCS}/{file.src_uri}': file.content_string
        for file in files.documentation_pages()
    }
    for path in pages.PAGES:
        texts[path] = (pages.ROOT / path).read_text(encoding='utf-8')
    added = api_pages()
    for path, text in texts.items():
        name = pages.site_path(path)
        if path in pages.PAGES:
            added[name] = pages.relink(text, path)
        for target, _ in pages.links_of(text, path):
            place = pages.site_path(target)
            if place.startswith('source/'):
                added[place] = pages.source_page(target)
        for picture, source in diagrams_of(text, name).items():
            added[picture] = draw_diagram(source)
    for name, text in added.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Prepare a page of docs/ for the site."""
    name = page.file.src_uri
    if page.file.generated_by is None:
        markdown = pages.relink(markdown, f'{pages.DOCS}/{name}')
    if MARK in markdown:
        markdown = markdown.replace(MARK, tables())
    return show_diagrams(markdown, name)
