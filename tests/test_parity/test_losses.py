"""Losses and gradients equal those of the official code."""

from test_parity.checks import check_losses


def test_losses_and_gradients_equal_official(golden):
    check_losses(golden)
