"""What a data set does about images that cannot be used."""

from __future__ import annotations

import logging
import math
from typing import Any, NoReturn, Optional, Union

import torch
from mmengine.logging import print_log

ERROR, SKIP = 'error', 'skip'
# errors of the system that tell of the file; others tell of the machine
_OF_THE_FILE = (
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
)


class BadImageError(ValueError):
    """An image of a data set, or a mask on it, cannot be used."""


class SkippedImageError(BadImageError):
    """An image is left out, as the data set is told to do.

    Attributes:
        fault (str): The image, and what is wrong with it.
    """

    fault = ''


class BadImages:
    """The policy of a data set, and what it has left out so far.

    The count is shared with the workers of a data loader, those that begin
    anew in each epoch, too. Each process of a distributed training has its
    own.

    Args:
        owner (str): Annotation file of the data set, for messages.
        policy (str): 'error' or 'skip'.
        limit (int | float): With 'skip', so many different images may be
            left out: a number, or a share below 1 of the data set.

    Raises:
        ValueError: If an argument is none of these.
    """

    def __init__(
        self, owner: str, policy: str, limit: Union[int, float]
    ) -> None:
        if policy not in (ERROR, SKIP):
            raise ValueError(
                f'`bad_images` of the data set is {ERROR!r} or {SKIP!r}, got '
                f'{policy!r}'
            )
        if isinstance(limit, bool) or not 0 <= limit < math.inf:
            raise ValueError(
                '`max_bad_images` of the data set is a number of images, or '
                f'a share below 1, got {limit!r}'
            )
        self.owner = owner
        self.policy = policy
        self.limit = limit
        self._left_out: Optional[torch.Tensor] = None

    def watch(self, number: int) -> None:
        """Begin to count.

        Args:
            number (int): Of images in the data set.
        """
        if self.policy == SKIP:
            flags = torch.zeros(number, dtype=torch.bool)
            self._left_out = flags.share_memory_()

    @property
    def count(self) -> int:
        """int: different images that were left out in this process."""
        return 0 if self._left_out is None else int(self._left_out.sum())

    def refuse(self, text: str, error: Exception, place: int) -> NoReturn:
        """Raise what the policy has for an image that cannot be used.

        Args:
            text (str): The image, and what is wrong with it.
            error (Exception): OSError or ValueError that told so.
            place (int): Index of the image in the data set.

        Raises:
            SkippedImageError: If it is left out.
            OSError: As ``error``, if it is not.
            BadImageError: In place of another ``error``, or if too many are
                left out.
        """
        text = f'{text} (data set {self.owner!r})'
        of_the_file = not isinstance(error, OSError) or isinstance(
            error, _OF_THE_FILE
        )
        if self._left_out is not None and of_the_file:
            self._note(text, place)
            skipped = SkippedImageError(
                f"{text}. bad_images='skip' leaves it out of batches of this "
                'data set or of BottomupCombinedDataset, but this is one '
                'image of its own, or of a batch of another wrapper'
            )
            skipped.fault = text
            raise skipped from error
        if isinstance(error, OSError):
            raise type(error)(text) from error
        raise BadImageError(text) from error

    def _note(self, text: str, place: int) -> None:
        """Count an image and name it, once."""
        assert self._left_out is not None
        if self._left_out[place]:
            return
        self._left_out[place] = True
        number = len(self._left_out)
        share = self.limit * number if self.limit < 1 else self.limit
        if self.count > math.ceil(share):
            raise BadImageError(
                f'{text}. With it, {self.count} of {number} images cannot be '
                f'used, more than max_bad_images={self.limit} of the data '
                'set allows. Is a folder not mounted, or a copy incomplete? '
                'tools/dataset_converters/check_dataset.py lists all of them'
            )
        print_log(
            f'left out, {self.count} of {number} so far: {text}',
            'current',
            logging.WARNING,
        )


def refuse_image(results: dict[str, Any], error: Exception) -> NoReturn:
    """Raise what is due for an image that cannot be used.

    Args:
        results (dict): Result dict of a pipeline, with ``img_path``,
            ``bad_images`` (:class:`BadImages`) and ``sample_idx`` where a
            data set gives them.
        error (Exception): OSError or ValueError that told so.

    Raises:
        OSError: As ``error``, naming the image.
        ValueError: The same, or :class:`BadImageError` of a data set.
    """
    text = _describe(results.get('img_path'), error)
    policy: Optional[BadImages] = results.get('bad_images')
    if policy is None:
        raise type(error)(text) from error
    policy.refuse(text, error, results['sample_idx'])


def _describe(path: Any, error: Exception) -> str:
    """Name the image and the fault."""
    path = str(path)
    if isinstance(error, FileNotFoundError):
        return f'image {path!r} is missing'
    text = str(error)
    if isinstance(error, OSError):
        text = f'cannot be opened: {error.strerror or error}'
    start = f'image {path!r}'
    return text if text.startswith(start) else f'{start} {text}'
