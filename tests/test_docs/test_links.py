"""Links of the Markdown files lead somewhere, also to their anchors."""

import re

import pytest
from pages import PAGES, page_name, prose_of
from processes import ROOT

LINK = re.compile(r'\]\((?![a-z]+:)([^)\s]*)\)')


def anchors(path):
    """Return the anchors of a page, as GitHub makes them."""
    found = set()
    for title in re.findall(r'^#+ +(.*?) *$', prose_of(path), re.M):
        title = re.sub(r'\[(.*?)\]\(.*?\)', r'\1', title).lower()
        slug = re.sub(r'[^\w\- ]', '', title).replace(' ', '-')
        found.add(slug if slug not in found else f'{slug}-1')
    return found


@pytest.mark.parametrize('page', PAGES, ids=page_name)
def test_links_lead_to_files_and_anchors(page):
    for target in LINK.findall(prose_of(page)):
        name, _, anchor = target.partition('#')
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        assert ROOT in file.parents, target
        if anchor:
            assert anchor in anchors(file), target


def test_a_wrong_anchor_would_be_seen():
    found = anchors(ROOT / 'docs/deploy.md')
    assert 'kinds-of-files' in found
    assert 'kinds-of-file' not in found
