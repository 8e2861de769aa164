"""The page around its sections."""

import json
import re

import jinja2
import pytest
from report_data import Page

from higherhrnet_plugin.analysis.report.page import Section, render_page

TRICKY = '</script><b>&"'


def render(numbers, values=None):
    values = values or dict(
        scores=dict(AP=0.5), large=['AP'], crowds=False, findings=[TRICKY]
    )
    sections = [Section('summary', 'Summary', values)]
    return render_page(TRICKY, TRICKY, sections, TRICKY, numbers)


def test_texts_are_escaped():
    page = Page(render({}))
    # title, heading, facts, finding, footer
    assert page.words.count(TRICKY) == 5


def test_numbers_are_read_in_their_order():
    numbers = {'z': 1, 'a': {TRICKY: float('nan')}, 'b': [0.1, float('inf')]}
    (text,) = re.findall(
        r'id="numbers">(.*?)</script>', render(numbers), re.DOTALL
    )
    found = json.loads(text)
    assert list(found) == ['z', 'a', 'b']
    assert found == {'z': 1, 'a': {TRICKY: None}, 'b': [0.1, None]}


def test_a_missing_value_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        render({}, dict(scores=dict(AP=0.5)))
