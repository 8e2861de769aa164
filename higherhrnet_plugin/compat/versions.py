"""Versions of hosts, as numbers."""

import torch


def torch_version() -> tuple[int, int]:
    """Return the major and minor version of torch."""
    major, minor = torch.__version__.split('.')[:2]
    return int(major), int(minor)
