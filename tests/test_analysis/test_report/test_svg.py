"""Plots as elements of the page."""

import pytest

from higherhrnet_plugin.analysis.report.svg import (
    COLORS,
    new_plot,
    plain_text,
    to_svg,
)


def test_colours_and_ids_are_those_of_the_page():
    figure, axes = new_plot()
    axes.plot([0, 1], color=COLORS['s1'])
    svg = to_svg(figure, 'here', '5 > "4"')
    assert svg.startswith('<svg role="img" aria-label="5 &gt; &quot;4&quot;"')
    assert 'var(--s1)' in svg
    assert '#0101' not in svg
    assert svg.count('id="') == svg.count('id="here-') > 0


@pytest.mark.parametrize('text', ['a', '$a$', r'$\frac{$', r'\$', '$$$'])
def test_plain_text_is_no_formula(text):
    figure, axes = new_plot()
    axes.set_xlabel(plain_text(text))
    assert f'>{text}</text>' in to_svg(figure, 'x', 'x')
