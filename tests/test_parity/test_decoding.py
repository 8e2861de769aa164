"""Decoded people equal those of the official parser."""

from test_parity.checks import (
    check_close_people,
    check_coco_order,
    check_decoding,
)


def test_people_equal_official(golden):
    check_decoding(golden)


def test_close_people_equal_plain_loops(golden_small):
    check_close_people(golden_small)


def test_default_order_for_coco_is_official(golden):
    check_coco_order(golden)
