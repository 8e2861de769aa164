"""Curves of a training."""

import re

from higherhrnet_plugin.analysis.report.more_plots import log_plots


def test_every_curve_is_drawn():
    """Also those beyond the number of colours."""
    names = [f'loss_{i}' for i in range(9)]
    records = [
        {'step': step, **{name: 0.1 + i for i, name in enumerate(names)}}
        | {'loss': 1.0}
        for step in (1, 2)
    ]
    (plot,) = log_plots(records)
    assert set(re.findall(r'>(loss(?:_\d)?)<', plot)) == {'loss', *names}
    # beside each a line of the legend
    styles = re.findall(r'style="(fill: none[^"]*width: 1.4[^"]*)"', plot)
    assert len(styles) == 20
    assert len(set(styles)) == 10
