"""What a run has done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..images import hint_kind


@dataclass
class Summary:
    """What a run has done.

    Attributes:
        images (int): Images that were predicted.
        videos (int): Videos that were predicted.
        frames (int): Their frames.
        people (int): People on all of these.
        kept (int): Inputs that an earlier run had done.
        seconds (float): Time without the start.
        failures (list[tuple[str, str]]): Inputs and reasons; what was found
            on them in spite of it counts above.
        passed_over (list[str]): What lay among the inputs and was none.
        hints (list[tuple[str, str]]): Inputs that may be wrong, and in what.
    """

    images: int = 0
    videos: int = 0
    frames: int = 0
    people: int = 0
    kept: int = 0
    seconds: float = 0.0
    failures: list[tuple[str, str]] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    hints: list[tuple[str, str]] = field(default_factory=list)

    def merge(self, others: Sequence[Summary], order: Sequence[str]) -> None:
        """Add what other processes of the run have done.

        Args:
            others (Sequence[Summary]): Theirs.
            order (Sequence[str]): Names of all inputs, as they were given.
        """
        for other in others:
            self.images += other.images
            self.videos += other.videos
            self.frames += other.frames
            self.people += other.people
            self.seconds = max(self.seconds, other.seconds)
            self.failures += other.failures
            self.hints += other.hints
        place = {name: number for number, name in enumerate(order)}
        self.failures.sort(key=lambda failure: place[failure[0]])
        self.hints.sort(key=lambda hint: place[hint[0]])

    def note_fault(self, name: str, fault: str) -> None:
        """Note what has failed of an input that was predicted.

        Args:
            name (str): The input.
            fault (str): The reason, or '' if all is well.
        """
        if fault:
            self.failures.append((name, fault))

    def lines(self) -> list[str]:
        """Describe the run in lines of text.

        Returns:
            list[str]: one line, and one for each kind that was passed over,
            kind of hint and failure.
        """
        rate = (self.images + self.frames) / max(self.seconds, 1e-9)
        text = (
            f'{self.images} images, {self.videos} videos ({self.frames} '
            f'frames), {self.people} people, {rate:.2f} images/s'
        )
        if self.kept:
            text += f'; {self.kept} inputs were done before'
        failed = [f'failed: {name}: {why}' for name, why in self.failures]
        kinds: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name, hint in self.hints:
            kinds[hint_kind(hint)].append((name, hint))
        hints = [
            f'hint: {len(alike)} inputs as {alike[0][0]}: {alike[0][1]}'
            for alike in kinds.values()
        ]
        return [text, *self.passed_over, *hints, *failed]
