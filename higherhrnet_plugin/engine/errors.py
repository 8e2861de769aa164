"""What is wrong with the folder of a training."""


class WorkFolderError(RuntimeError):
    """A training cannot start, or go on, in this folder.

    The message says what is there and what to do.
    """


class CheckpointWriteError(OSError):
    """A checkpoint could not be written; those before it stand."""
