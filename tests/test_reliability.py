"""The table of faults names what shows each of them."""

import re

from processes import ROOT

TEXT = (ROOT / 'docs' / 'reliability.md').read_text()
ROWS = [
    [cell.strip() for cell in line.strip('|').split('|')]
    for line in TEXT.split('## Faults')[1].splitlines()
    if line.startswith('|')
][2:]


def test_every_row_is_shown_by_something_that_exists():
    assert len(ROWS) >= 40
    assert len({row[0] for row in ROWS}) == len(ROWS)
    for fault, outcome, shown in ROWS:
        assert fault
        assert outcome
        paths = re.findall(r'`(?:python )?([\w/]+\.py)`', shown)
        assert paths, fault
        for path in paths:
            assert (ROOT / path).is_file(), path


def test_nothing_is_lost_or_silent():
    for _, outcome, _ in ROWS:
        assert not re.search('lost|silent|silence', outcome)
