"""Aggregated maps equal those of the official code."""

from test_parity.checks import check_aggregation


def test_aggregated_maps_equal_official(golden):
    check_aggregation(golden)
