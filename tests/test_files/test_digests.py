"""What tells one file from another."""

import hashlib

from higherhrnet_plugin.files import hash_file


def test_the_whole_file_counts(tmp_path):
    # more than is read at a time
    content = bytes(range(256)) * 8192 + b'end'
    file = tmp_path / 'a.pth'
    file.write_bytes(content)
    assert hash_file(file) == hashlib.sha256(content).hexdigest()
    twice = hashlib.sha256(content * 2).hexdigest()
    assert hash_file(file, file) == twice
