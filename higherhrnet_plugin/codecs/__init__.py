"""Codecs: targets for training, people from maps."""

from .aggregating_bottomup_decoder import AggregatingBottomupDecoder
from .multi_resolution_associative_embedding import (
    MultiResolutionAssociativeEmbedding,
)

__all__ = [
    'AggregatingBottomupDecoder',
    'MultiResolutionAssociativeEmbedding',
]
