"""Codecs: targets for training, people from maps.

The classes are imported when asked for, as ``decoding`` needs no host.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .aggregating_bottomup_decoder import AggregatingBottomupDecoder
    from .multi_resolution_associative_embedding import (
        MultiResolutionAssociativeEmbedding,
    )

__all__ = [
    'AggregatingBottomupDecoder',
    'MultiResolutionAssociativeEmbedding',
]

__getattr__ = lazy_names(
    __name__,
    {
        'AggregatingBottomupDecoder': '.aggregating_bottomup_decoder',
        'MultiResolutionAssociativeEmbedding': (
            '.multi_resolution_associative_embedding'
        ),
    },
)
