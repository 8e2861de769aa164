"""What tells one file from another."""

from __future__ import annotations

import hashlib
from pathlib import Path


def hash_file(*paths: Path) -> str:
    """Compute the SHA-256 of a file, or of several as if they were one.

    Args:
        *paths (Path): Files, in order.

    Returns:
        str: 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open('rb') as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
