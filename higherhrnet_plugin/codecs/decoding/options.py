"""Options of decoding, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Optional

from .checks import (
    check_not_negative,
    check_odd,
    check_positive,
    grouping_order,
)
from .grouping import MATCHES
from .person_scorer import PersonScorer
from .scoring import PERSON_SCORES
from .selection import Selection


@dataclass(frozen=True)
class DecodingOptions:
    """Options of decoding; ``AggregatingBottomupDecoder`` describes them.

    They are checked when made, and :func:`dataclasses.replace` makes others.

    Raises:
        ValueError: If an option is out of its range.
    """

    num_keypoints: Optional[int] = None
    keypoint_order: Optional[Sequence[int]] = None
    tag_per_keypoint: bool = True
    nms_kernel: int = 5
    max_candidates: int = 30
    score_thr: float = 0.1
    tag_thr: float = 1.0
    fill_missing: bool = True
    use_udp: bool = False
    blur_kernel: int = 11
    assignment: str = 'munkres'
    keep_equal_tags: bool = False
    max_reach: Optional[float] = None
    max_peaks: Optional[int] = None
    selection: Selection = field(default_factory=Selection)
    person_score: str = 'all'
    scorer: Optional[PersonScorer] = None

    def __post_init__(self) -> None:
        check_odd(nms_kernel=self.nms_kernel, blur_kernel=self.blur_kernel)
        check_positive(
            max_candidates=self.max_candidates,
            max_peaks=self.max_peaks,
            max_reach=self.max_reach,
            tag_thr=self.tag_thr,
        )
        check_not_negative(score_thr=self.score_thr)
        if self.assignment not in MATCHES:
            raise ValueError(
                f'`assignment` must be one of {list(MATCHES)}, got '
                f'{self.assignment!r}'
            )
        if self.person_score not in PERSON_SCORES:
            raise ValueError(
                f'`person_score` must be one of {list(PERSON_SCORES)}, got '
                f'{self.person_score!r}'
            )
        if self.scorer is not None:
            self.scorer.check_decoder(
                person_score=self.person_score, fill_missing=self.fill_missing
            )
            self.scorer.check_number(self.num_keypoints)
        self.selection.check(self.num_keypoints)
        if self.num_keypoints is not None:
            grouping_order(self.keypoint_order, self.num_keypoints)

    @property
    def window(self) -> tuple[int, bool]:
        """Radius of the windows that offsets need, and if they mirror."""
        if self.use_udp:
            return self.blur_kernel // 2 + 1, True
        return 1, False
