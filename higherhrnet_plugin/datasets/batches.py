"""Batches without the images that are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .bad_images import BadImageError, SkippedImageError


class SkippingMixin:
    """Lets a data set leave images out of a batch.

    Goes in front of a data set class. Data loaders of torch ask for the
    samples of a batch at once. Nothing takes the place of what is left out:
    the batch is smaller.
    """

    def __getitems__(self, indices: Sequence[int]) -> list[Any]:
        """Return the samples of a batch.

        Args:
            indices (Sequence[int]): Of the samples.

        Returns:
            list: those that can be used, in order.

        Raises:
            BadImageError: If there is none, or the data set leaves none out.
            OSError: If a file cannot be opened.
        """
        samples, skipped = [], None
        for index in indices:
            try:
                samples.append(self[index])  # type: ignore[index]
            except SkippedImageError as error:
                skipped = error
        if skipped is not None and not samples:
            raise BadImageError(
                f'none of the {len(indices)} images of a batch can be used, '
                'so that this process could not take the step that others '
                'wait for. Repair the images, or set a larger batch_size. '
                f'The last: {skipped.fault}'
            ) from skipped
        return samples

    def prepare_data(self, idx: int) -> Any:
        """Run the pipeline on an image.

        Args:
            idx (int): Index of the image.

        Returns:
            Any: what the last transform gives.

        Raises:
            BadImageError: If a transform gives None. MMEngine would take
                another image, at random.
        """
        data = super().prepare_data(idx)  # type: ignore[misc]
        if data is None:
            raise BadImageError(
                f'a transform of the pipeline gave None for image {idx} of '
                f'{type(self).__name__}, and no other image takes its place; '
                "let it raise ValueError, or see `bad_images='skip'` of the "
                'data set'
            )
        return data
