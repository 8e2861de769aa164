"""What a network gives for images, run once and stored on the disk.

Note:
    - K: keypoints, L: tags of a keypoint, (h, w): size of a map
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

import numpy as np
from tqdm import tqdm

from ...codecs.decoding.decoder import Decoder
from ...inference import Predictor
from ...structures.geometry import Placement
from ...structures.people import People
from .settings import Settings


class _Recorder:
    """Stands for the decoder, and keeps what it is given."""

    def __init__(self, use_udp: bool) -> None:
        self.use_udp = use_udp
        self.arguments: tuple[Any, ...] = ()

    def predict(self, *arguments: Any) -> list[People]:
        """Keep the arguments; return nobody."""
        self.arguments = arguments
        none = np.zeros((0, 1))
        nobody = People(np.zeros((0, 1, 2)), none, none[:, 0], none > 0, none)
        return [nobody]


class StoredImage(NamedTuple):
    """An image whose outputs are stored.

    Attributes:
        path (Path): File of the maps.
        layout (list): ``layout[scale][flip][level]``, numbers of heatmaps and
            of tags (None without) in the file.
        scales (Sequence[float]): Test scales, in the order of the outputs.
        base_size (tuple[int, int]): (w, h) of the input of scale 1.
        flip_indices (Sequence[int]): K indices of mirrored keypoints.
        project_to_image (bool): Whether maps are enlarged to the input.
        placement (Placement): Where the image lies in the input.
    """

    path: Path
    layout: list
    scales: Sequence[float]
    base_size: tuple[int, int]
    flip_indices: Sequence[int]
    project_to_image: bool
    placement: Placement

    def find_people(self, decoder: Decoder, flip: bool) -> People:
        """Decode the stored outputs.

        Args:
            decoder (Decoder): The decoder.
            flip (bool): Whether the mirrored image is looked at, too.

        Returns:
            People: (x, y) in image pixels.
        """
        with np.load(self.path) as file:

            def maps(number: Optional[int]) -> Any:
                if number is None:
                    return None
                return file[str(number)].astype(np.float32)

            outputs = [
                [
                    [(maps(heat), maps(tags)) for heat, tags in levels]
                    for levels in passes[: 1 + flip]
                ]
                for passes in self.layout
            ]
        (people,) = decoder.predict(
            outputs,
            self.scales,
            self.base_size,
            self.flip_indices,
            self.project_to_image,
        )
        placed = self.placement.to_image(people.keypoints)
        return people._replace(keypoints=placed)


# by test scales, then by image id
StoredOutputs = Mapping[tuple[float, ...], Mapping[int, StoredImage]]


def store_outputs(
    predictor: Predictor,
    images: Mapping[int, Path],
    folder: Path,
    progress: bool = False,
) -> dict[int, StoredImage]:
    """Run a network on images, plain and mirrored, and store its outputs.

    Maps are stored in half precision, one file an image, so that memory does
    not grow with their number.

    Args:
        predictor (Predictor): Runs it, at the scales of its config; its
            decoder is not used.
        images (Mapping[int, Path]): Files by id.
        folder (Path): Where to; created.
        progress (bool): Whether to show a progress bar. Defaults to False.

    Returns:
        dict[int, StoredImage]: by id.

    Raises:
        ValueError: If an image cannot be read, or the disk is too small.
        OSError: If a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    head, test_cfg = predictor.model.head, predictor.model.test_cfg
    decoder, flip = head.decoder, test_cfg.get('flip_test', False)
    recorder = _Recorder(decoder.use_udp)
    head.decoder, test_cfg['flip_test'] = recorder, True
    try:
        return {
            number: _store(predictor, recorder, path, folder, number, rest)
            for rest, (number, path) in _counted(images, progress)
        }
    finally:
        head.decoder, test_cfg['flip_test'] = decoder, flip


def _counted(
    images: Mapping[int, Path], progress: bool
) -> Iterator[tuple[int, tuple[int, Path]]]:
    """Yield images, with how many there are from each on."""
    bar = tqdm(
        images.items(), desc='network', unit='image', disable=not progress
    )
    for i, item in enumerate(bar):
        yield len(images) - i, item


def _store(
    predictor: Predictor,
    recorder: _Recorder,
    source: Path,
    folder: Path,
    number: int,
    rest: int,
) -> StoredImage:
    """Run the network on an image, and store what it gives."""
    try:
        loaded = predictor.load(source)
    except ValueError as error:
        raise ValueError(f'{source}: {error}') from error
    predictor.predict([loaded])
    outputs, scales, base_size, flip_indices, project = recorder.arguments
    maps: dict[str, np.ndarray] = {}
    layout = [
        [
            [
                tuple(_take(values, maps) for values in level)
                for level in levels
            ]
            for levels in passes
        ]
        for passes in outputs
    ]
    size = sum(values.nbytes for values in maps.values())
    free = shutil.disk_usage(folder).free
    if size * rest > 0.95 * free:
        raise ValueError(
            f'outputs of {rest} images take {size * rest / 2**30:.1f} GiB, '
            f'but {folder} has {free / 2**30:.1f} GiB left; take fewer images '
            '(--images), or another folder (--cache)'
        )
    path = folder / f'{number}.npz'
    with path.open('wb') as file:
        np.savez(file, **maps)
    meta = loaded.data['data_samples'].metainfo
    placement = Placement(
        tuple(meta['input_size']),
        np.asarray(meta['input_center']),
        np.asarray(meta['input_scale']),
        np.zeros((2, 3)),
    )
    return StoredImage(
        path, layout, scales, base_size, flip_indices, project, placement
    )


def _take(values: Any, maps: dict[str, np.ndarray]) -> Any:
    """Add maps to those of the file; return their number."""
    if values is None:
        return None
    array = values.detach().cpu().numpy()
    half = array.astype(np.float16)
    # where a tag is beyond its range, all of its map stay as they are
    maps[str(len(maps))] = half if np.isfinite(half).all() else array
    return len(maps) - 1


def find_records(
    stored: StoredOutputs, settings: Settings, category: int
) -> list[dict[str, Any]]:
    """Find the people of all images.

    Args:
        stored (Mapping): From :func:`store_outputs`, by scales.
        settings (Settings): How.
        category (int): Id of their category.

    Returns:
        list[dict]: records of COCO's result format.
    """
    decoder = Decoder(**settings.decoder)
    return [
        {'image_id': number, 'category_id': category, **record}
        for number, image in stored[settings.scales].items()
        for record in image.find_people(decoder, settings.flip).to_records()
    ]
