"""What determines the content of a synthetic data set."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

FORMAT_VERSION = 1
MAX_IMAGES = 999_999
MIN_SIDE = 64
MAX_SIDE = 8192
SPLITS: tuple[str, ...] = ('train', 'val')
# who is in the images
USUAL, HARD = 'usual', 'hard'
KINDS = (USUAL, HARD)


@dataclass(frozen=True)
class Options:
    """Hold what determines the content of a data set.

    Attributes:
        num_train: Number of training images.
        num_val: Number of validation images.
        image_size: Width and height in pixels.
        seed: Seed of all randomness.
        people: 'usual', mostly one to four people of medium size; or
            'hard', 6 to 15 of all sizes, many of them close together.
    """

    num_train: int = 2400
    num_val: int = 200
    image_size: tuple[int, int] = (256, 256)
    seed: int = 0
    people: str = USUAL

    def __post_init__(self) -> None:
        """Reject values that make no data set.

        Raises:
            ValueError: A value is out of range.
        """
        for name in ('num_train', 'num_val'):
            count = getattr(self, name)
            if not 0 <= count <= MAX_IMAGES:
                raise ValueError(
                    f'{name} must be between 0 and {MAX_IMAGES}, got {count}'
                )
        if not all(MIN_SIDE <= side <= MAX_SIDE for side in self.image_size):
            raise ValueError(
                'image_size must be two sides between '
                f'{MIN_SIDE} and {MAX_SIDE} pixels, got {self.image_size}'
            )
        if self.seed < 0:
            raise ValueError(f'seed must not be negative, got {self.seed}')
        if self.people not in KINDS:
            raise ValueError(
                f'people must be one of {", ".join(KINDS)}, got {self.people}'
            )

    def as_json(self) -> dict[str, Any]:
        """Return the options as they are stored."""
        content = {
            'format_version': FORMAT_VERSION,
            **asdict(self),
            'image_size': list(self.image_size),
        }
        # data sets from before there was a choice say nothing of it
        if self.people == USUAL:
            del content['people']
        return content

    def count(self, split: str) -> int:
        """Return the number of images of a split."""
        return self.num_train if split == 'train' else self.num_val
