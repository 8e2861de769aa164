"""The options that are searched, and how a config states them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Optional

from ...codecs.decoding.person_scorer import PersonScorer
from ...inference.model import build_test_pipeline

# beside those of the config; in the order of the search
DECODER: dict[str, tuple[Any, ...]] = {
    'align_flip': (False, True),
    'score_thr': (0.02, 0.05, 0.1, 0.15, 0.2, 0.3),
    'tag_thr': (0.5, 0.75, 1.0, 1.5, 2.0),
    'nms_kernel': (3, 5, 7),
    'assignment': ('munkres', 'distance'),
    'keep_equal_tags': (False, True),
    'max_reach': (None, 0.5, 0.3),
    'nms_thr': (None, 0.9, 0.7),
    'fill_missing': (True, False),
    'person_score': ('all', 'found'),
}


@dataclass(frozen=True)
class Settings:
    """How people are looked for in the outputs of a network.

    Attributes:
        scales (tuple[float, ...]): Test scales.
        flip (bool): Whether the mirrored image is looked at, too.
        decoder (Mapping[str, Any]): Arguments of :class:`.Decoder`.
        scorer (str, optional): File of a :class:`.PersonScorer`, if it was
            taken from the candidates.
    """

    scales: tuple[float, ...]
    flip: bool
    decoder: Mapping[str, Any] = field(default_factory=dict)
    scorer: Optional[str] = None

    @property
    def key(self) -> str:
        """str: the same for equal settings alone."""
        parts = sorted((k, v) for k, v in self.decoder.items())
        return repr((self.scales, self.flip, self.scorer, parts))

    def changed(self, **decoder: Any) -> Settings:
        """Return a copy with other arguments of the decoder."""
        return replace(self, decoder={**self.decoder, **decoder})


def read_settings(model: Any) -> Settings:
    """Read how the test of a config looks for people.

    Args:
        model (Any): From :func:`.load_estimator`, with its config.

    Returns:
        Settings: those of the test.

    Raises:
        ValueError: If it is one in tiles, whose outputs are not stored.
    """
    resizes = [
        step
        for step in build_test_pipeline(model.cfg).transforms
        if hasattr(step, 'scales')
    ]
    if any(getattr(step, 'tiles', None) is not None for step in resizes):
        raise ValueError(
            'the config tests in tiles, which are not tuned; leave them out '
            'by test_dataloader.dataset.tiles=None'
        )
    return Settings(
        tuple(resizes[0].scales) if resizes else (1,),
        bool(model.test_cfg.get('flip_test', False)),
        model.head.decoder.settings(),
    )


def candidates(
    settings: Settings,
    scales: Sequence[Sequence[float]] = (),
    scorers: Sequence[str] = (),
) -> list[str]:
    """List what is searched, in order.

    Args:
        settings (Settings): Those to begin with.
        scales (Sequence[Sequence[float]]): Scales to try. Defaults to none.
        scorers (Sequence[str]): Files of scorers to try. Defaults to none.

    Returns:
        list[str]: 'scales', 'flip', names of options of the decoder, and
        'scorer'.
    """
    names = ['scales'] if scales else []
    names += ['flip', *DECODER]
    if settings.decoder['use_udp']:
        # which mirrors so anyhow
        names.remove('align_flip')
    if settings.decoder['scorer'] is not None:
        # it fits people of these alone
        names = [n for n in names if n not in ('fill_missing', 'person_score')]
    return names + (['scorer'] if scorers else [])


def variants(
    settings: Settings,
    name: str,
    scales: Sequence[Sequence[float]] = (),
    scorers: Sequence[str] = (),
) -> Iterator[Settings]:
    """Change one option to all its candidates.

    Args:
        settings (Settings): The others.
        name (str): From :func:`candidates`.
        scales (Sequence[Sequence[float]]): Scales to try. Defaults to none.
        scorers (Sequence[str]): Files of scorers to try. Defaults to none.

    Yields:
        Settings: copies, also equal ones.

    Raises:
        ValueError: If a scorer does not fit.
    """
    if name == 'scales':
        for some in scales:
            yield replace(settings, scales=tuple(some))
    elif name == 'flip':
        for flip in (True, False):
            yield replace(settings, flip=flip)
    elif name == 'scorer':
        for path in scorers:
            scorer = PersonScorer.read(path)
            changed = settings.changed(
                **scorer.decoder, scorer=scorer.to_dict()
            )
            yield replace(changed, scorer=path)
    else:
        for value in DECODER[name]:
            yield settings.changed(**{name: value})


def cfg_options(settings: Settings, base: Settings) -> dict[str, Any]:
    """List what has to be set to come from some settings to others.

    Args:
        settings (Settings): The others.
        base (Settings): Those of the config.

    Returns:
        dict[str, Any]: values by dotted key of the config.
    """
    options: dict[str, Any] = {}
    if settings.scales != base.scales:
        options['test_dataloader.dataset.scales'] = list(settings.scales)
    if settings.flip != base.flip:
        options['model.test_cfg.flip_test'] = settings.flip
    for key, value in settings.decoder.items():
        if value != base.decoder.get(key):
            path = f'model.head.decoder.{key}'
            options[path] = settings.scorer if key == 'scorer' else value
    return options
