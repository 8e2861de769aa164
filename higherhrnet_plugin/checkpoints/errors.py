"""What is wrong with weights."""


class WeightsError(ValueError):
    """A file, or what it holds, cannot be the weights of a model.

    The message names the file or the tensors and says what to do; the tools
    print it as it is.
    """


class MissingWeightsError(WeightsError, FileNotFoundError):
    """There is no such file."""
