"""The site builds without a warning, and needs nothing but its own files."""

import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from processes import ROOT

pytest.importorskip('mkdocs', reason='mkdocs: requirements/docs.lock.txt')

pytestmark = pytest.mark.slow

# what a browser fetches by itself, unlike a link that somebody follows
FETCHED = re.compile(
    r'<(?:script|img|iframe|source)[^>]*? src="?([^"\s>]+)'
    r'|<link[^>]*? rel="?(?:stylesheet|icon|preload)"? [^>]*?href="?([^"\s>]+)'
)
LINK = re.compile(r'<a[^>]*? href="?([^"\s>]+)')


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    """Build the site."""
    folder = tmp_path_factory.mktemp('site')
    done = subprocess.run(
        [
            *(sys.executable, '-m', 'mkdocs', 'build', '--strict', '--quiet'),
            *('--site-dir', str(folder)),
        ],
        cwd=ROOT,
        env={**os.environ, 'NO_MKDOCS_2_WARNING': '1'},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')
    return folder


@pytest.fixture(scope='module')
def pages(site):
    """Return the text of each page."""
    return {path: path.read_text('utf-8') for path in site.rglob('*.html')}


def local_file(page: Path, target: str) -> tuple[Path, str]:
    """Split a link into the file that it leads to and the anchor."""
    name, _, anchor = unquote(unescape(target)).partition('#')
    file = (page.parent / name.partition('?')[0]).resolve() if name else page
    return file, anchor


def test_nothing_is_fetched_from_the_network(pages):
    fetched = 0
    for page, text in pages.items():
        for match in FETCHED.finditer(text):
            target = match[1] or match[2]
            assert '//' not in target, target
            if page.name != '404.html':
                assert local_file(page, target)[0].is_file(), target
            fetched += 1
    assert fetched > 100


def test_links_lead_to_files_and_anchors(pages):
    ids = {
        path: set(re.findall(r' id="?([^"\s>]+)', text))
        for path, text in pages.items()
    }
    for page, text in pages.items():
        if page.name == '404.html':
            continue
        for target in LINK.findall(text):
            if re.match(r'[a-z]+:', target):
                continue
            file, anchor = local_file(page, target)
            assert file.exists(), (page.name, target)
            if anchor and file in ids and not anchor.startswith('__'):
                assert anchor in ids[file], (page.name, target)


def test_search_works_without_a_server(site):
    index = (site / 'search' / 'search_index.js').read_text('utf-8')
    assert index.startswith('var __index = {')
    assert 'MultiResolutionAELoss' in index
    text = (site / 'index.html').read_text('utf-8')
    assert 'assets/iframe-worker.js' in text
