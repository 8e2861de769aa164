"""The score of a person from a small network, trained to predict its OKS.

Rules such as the mean of the keypoint scores know nothing of geometry: that
knees do not lie above shoulders, or that one keypoint is far from all others.
The network sees that, and its output times the score by the rule is the score.

Note:
    - N: people, K: keypoints, E: links of the skeleton, F: features

Source: DEKR (Geng et al., CVPR 2021), section "rescoring"; features and sizes
are ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

import numpy as np

from .person_features import person_features, standardise

FORMAT = 'higherhrnet person scorer 1'


class Layer(NamedTuple):
    """A layer of the network.

    Attributes:
        weight (np.ndarray): float64 (inputs, outputs).
        bias (np.ndarray): float64 (outputs,).
    """

    weight: np.ndarray
    bias: np.ndarray


class PersonScorer:
    """Score people by a small network; numpy alone.

    Args:
        keypoint_names (Sequence[str]): K names.
        sigmas (Sequence[float]): K tolerances of the OKS that it predicts.
        skeleton (Sequence[Sequence[int]]): E pairs of linked keypoints.
        decoder (Mapping[str, Any]): Options of the decoder whose people it
            was trained on, and which a decoder that uses it must have, too.
        center (Sequence[float]): (F,), subtracted from the features.
        spread (Sequence[float]): (F,), which divide them then; above 0.
        layers (Sequence[Mapping]): ``weight`` (inputs, outputs) and ``bias``
            (outputs,) of each layer, the last with one output.

    Raises:
        ValueError: If they do not fit together.
    """

    def __init__(
        self,
        keypoint_names: Sequence[str],
        sigmas: Sequence[float],
        skeleton: Sequence[Sequence[int]],
        decoder: Mapping[str, Any],
        center: Sequence[float],
        spread: Sequence[float],
        layers: Sequence[Mapping[str, Any]],
    ) -> None:
        self.keypoint_names = tuple(map(str, keypoint_names))
        self.sigmas = np.asarray(sigmas, np.float64)
        self.links = [(int(a), int(b)) for a, b in skeleton]
        self.decoder = dict(decoder)
        self.center = np.asarray(center, np.float64)
        self.spread = np.asarray(spread, np.float64)
        self.layers = [
            Layer(*(np.asarray(e[k], np.float64) for k in Layer._fields))
            for e in layers
        ]
        self._check()

    @classmethod
    def read(cls, source: Union[str, Path, Mapping[str, Any]]) -> PersonScorer:
        """Read the file of a trained network.

        Args:
            source (str | Path | Mapping): JSON file, or its content.

        Returns:
            PersonScorer: the network.

        Raises:
            OSError: If the file cannot be read.
            ValueError: If it holds something else.
        """
        if isinstance(source, Mapping):
            content, name = dict(source), '`scorer` of the decoder'
        else:
            name = f'`scorer` of the decoder, {source}'
            try:
                content = json.loads(Path(source).read_text('utf-8'))
            except ValueError as error:
                raise ValueError(f'{name}: no JSON file: {error}') from error
        if not isinstance(content, dict) or content.get('format') != FORMAT:
            raise ValueError(
                f'{name}: not a {FORMAT!r}; `higherhrnet score` writes one'
            )
        del content['format']
        try:
            return cls(**content)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f'{name}: {error}') from error

    def to_dict(self) -> dict[str, Any]:
        """Return the content of its file, as plain values.

        Returns:
            dict[str, Any]: what :meth:`read` takes.
        """
        return {
            'format': FORMAT,
            'keypoint_names': list(self.keypoint_names),
            'sigmas': self.sigmas.tolist(),
            'skeleton': [list(link) for link in self.links],
            'decoder': self.decoder,
            'center': self.center.tolist(),
            'spread': self.spread.tolist(),
            'layers': [
                {key: value.tolist() for key, value in layer._asdict().items()}
                for layer in self.layers
            ],
        }

    def __call__(
        self,
        keypoints: np.ndarray,
        keypoint_scores: np.ndarray,
        scores: np.ndarray,
    ) -> np.ndarray:
        """Score people.

        Args:
            keypoints (np.ndarray): (N, K, 2), (x, y) in any pixels.
            keypoint_scores (np.ndarray): (N, K), 0 where missing.
            scores (np.ndarray): (N,), by the rule that it was trained with.

        Returns:
            np.ndarray: float32 (N,), the OKS that it predicts, in [0, 1],
            times the given score.

        Raises:
            ValueError: If K is another.
        """
        self.check_number(keypoint_scores.shape[1])
        values = person_features(
            keypoints, keypoint_scores, scores, self.links
        )
        values = standardise(values, self.center, self.spread)
        *hidden, last = self.layers
        for weight, bias in hidden:
            values = np.maximum(values @ weight + bias, 0)
        # exp of at most 0 never overflows
        logits = (values @ last.weight + last.bias)[:, 0]
        small = np.exp(-np.abs(logits))
        oks = np.where(logits < 0, small, 1) / (1 + small)
        return (oks * scores).astype(np.float32)

    def check_number(self, num_keypoints: Optional[int]) -> None:
        """Refuse people of another number of keypoints.

        Args:
            num_keypoints (int, optional): Theirs, None if it is not known.

        Raises:
            ValueError: If it is another.
        """
        k = len(self.keypoint_names)
        if num_keypoints not in (None, k):
            raise ValueError(
                f'`scorer` of the decoder was trained for {k} keypoints, '
                f'people have {num_keypoints}; train one with `higherhrnet '
                'score`'
            )

    def check_keypoints(self, metainfo: Mapping[str, Any]) -> None:
        """Refuse people of other keypoints.

        Args:
            metainfo (Mapping): Of the data set, as parsed by mmpose.

        Raises:
            ValueError: If names, order or sigmas differ.
        """
        names = metainfo['keypoint_id2name']
        named = tuple(str(names[i]) for i in range(len(names)))
        if named != self.keypoint_names:
            raise ValueError(
                '`scorer` of the decoder was trained for the keypoints '
                f'{list(self.keypoint_names)}, the data set has '
                f'{list(named)}; train one with `higherhrnet score`'
            )
        sigmas = np.asarray(metainfo['sigmas'], np.float64)
        if not np.allclose(sigmas, self.sigmas, rtol=1e-5, atol=0):
            raise ValueError(
                '`scorer` of the decoder was trained with the sigmas '
                f'{self.sigmas.tolist()}, the data set has '
                f'{sigmas.tolist()}; train one with `higherhrnet score`'
            )

    def check_decoder(self, **options: Any) -> None:
        """Refuse a decoder that finds or scores people in another way.

        Args:
            options (Any): Of the decoder, by name.

        Raises:
            ValueError: If one is not as in training.
        """
        for key, value in self.decoder.items():
            if options[key] != value:
                raise ValueError(
                    f'`scorer` of the decoder was trained on people of '
                    f'`{key}={value!r}`, but `{key}` is {options[key]!r}'
                )

    def _check(self) -> None:
        """Raise ValueError where the parts do not fit together."""
        k, links = len(self.keypoint_names), len(self.links)
        size = 3 * k + links + 1
        if self.sigmas.shape != (k,):
            raise ValueError(f'`sigmas` must be of {k} keypoints')
        if not all(0 <= i < k for link in self.links for i in link):
            raise ValueError(f'`skeleton` names more than {k} keypoints')
        for name in ('center', 'spread'):
            if getattr(self, name).shape != (size,):
                raise ValueError(f'`{name}` must have {size} values')
        if unknown := set(self.decoder) - {'person_score', 'fill_missing'}:
            raise ValueError(f'`decoder` has unknown keys {sorted(unknown)}')
        self._check_layers(size)
        parts = [self.sigmas, self.center, self.spread, *sum(self.layers, ())]
        if not all(np.isfinite(part).all() for part in parts):
            raise ValueError('it holds a number that is not finite')
        if not (self.spread > 0).all():
            raise ValueError('`spread` must be above 0')

    def _check_layers(self, size: int) -> None:
        """Raise ValueError unless they lead from so many values to one."""
        for weight, bias in self.layers:
            if weight.shape != (size, *bias.shape) or bias.ndim != 1:
                raise ValueError(
                    f'`layers` do not follow one another: {size} values enter '
                    f'a weight of shape {weight.shape}'
                )
            size = len(bias)
        if size != 1 or not self.layers:
            raise ValueError('the last of `layers` must have one output')
