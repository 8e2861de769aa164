"""Targets equal those of the official generators."""

from test_parity.checks import check_targets


def test_targets_equal_official(golden):
    check_targets(golden)
