"""A disk without room, as far as a process can make one."""

import resource
import signal
from contextlib import contextmanager


@contextmanager
def no_file_beyond(number):
    """Let no file grow beyond so many bytes."""
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (number, kept[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
        signal.signal(signal.SIGXFSZ, handler)
