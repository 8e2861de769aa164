"""Fixtures of the tests of checkpoints."""

import pytest
import torch


@pytest.fixture
def save(tmp_path):
    def write(content):
        torch.save(content, tmp_path / 'model.pth')
        return str(tmp_path / 'model.pth')

    return write
