"""What an exported file says of its network, from the config and the model."""

from __future__ import annotations

from typing import Any

from mmengine.config import Config

from ..datasets import BottomupAlignedResize
from ..inference.model import build_test_pipeline
from ..runtime import Description
from ..structures.metainfo import ordered_names
from ..version import __version__
from .graph import ExportedGraph

# of the loader, what an exported file does without
_LOADING = {
    'stretch': False,
    'color_type': 'color',
    'imdecode_backend': 'cv2',
    'to_float32': False,
}


def describe_model(model: Any, graph: ExportedGraph) -> Description:
    """Describe a model with all that is needed to use it.

    Args:
        model (Any): From :func:`.load_estimator`, with its config.
        graph (ExportedGraph): What is exported of it.

    Returns:
        Description: of the exported file.

    Raises:
        ValueError: If the test of the config does what an exported file
            cannot.
    """
    cfg: Config = model.cfg
    resize = _find_resize(cfg)
    codec = getattr(model.head, 'codec', None)
    size, use_udp = resize.input_size, resize.use_udp
    if codec is not None:
        size = codec.input_size if size is None else size
        use_udp = codec.use_udp if use_udp is None else use_udp
    if size is None:
        raise ValueError(
            'nothing tells the input size; set `codec` of the head, or '
            '`input_size` of BottomupAlignedResize'
        )
    decoder = model.head.decoder
    if bool(use_udp) != decoder.use_udp:
        raise ValueError(
            f'`use_udp` is {use_udp} for images, but {decoder.use_udp} for '
            'the decoder'
        )
    meta = model.dataset_meta
    return Description(
        outputs=graph.outputs,
        keypoint_names=ordered_names(meta),
        flip_indices=_numbers(meta['flip_indices'], int),
        skeleton=tuple(_numbers(p, int) for p in meta['skeleton_links']),
        sigmas=_numbers(meta['sigmas'], float),
        input_size=_numbers(size, int),
        size_factor=resize.size_factor,
        resize_mode=resize.resize_mode,
        use_udp=bool(use_udp),
        scales=tuple(resize.scales),
        flip=_find_flip(model, graph),
        project_to_image=bool(model.test_cfg.get('project_to_image', True)),
        decoder=decoder.settings(),
        dataset_name=str(meta.get('dataset_name', '')),
        version=__version__,
        **_describe_colours(model.data_preprocessor),
    )


def _find_resize(cfg: Config) -> BottomupAlignedResize:
    """Find the resize of the test, and refuse what only a config can do."""
    transforms = build_test_pipeline(cfg).transforms
    kinds = [type(t).__name__ for t in transforms]
    wanted = ['LoadBottomupImage', 'BottomupAlignedResize']
    if kinds[:2] != wanted or len(kinds) != 3 or 'Pack' not in kinds[2]:
        raise ValueError(
            f'the test pipeline has the steps {kinds}; an exported file can '
            f'have {wanted} and a step that packs'
        )
    loader, resize, _ = transforms
    for key, kept in _LOADING.items():
        if (value := getattr(loader, key)) != kept:
            raise ValueError(
                f'{key}={value!r} of {kinds[0]} in the test pipeline is lost '
                f'in an exported file; set test_dataloader.dataset.pipeline.0.'
                f'{key}={kept}{_later(key)}'
            )
    if resize.tiles is not None:
        raise ValueError(
            f'`tiles` of the test, {resize.tiles}, is lost in an exported '
            'file; set test_dataloader.dataset.tiles=None, and none in '
            f'{kinds[1]}{_later("tiles")}'
        )
    return resize


def _later(key: str) -> str:
    """Say where an exported file is given what the config has."""
    if key not in ('stretch', 'tiles'):
        return ''
    return (
        f'; give `{key}` to ExportedPredictor, or --{key} to the command, '
        'with the file'
    )


def _find_flip(model: Any, graph: ExportedGraph) -> bool:
    """Tell whether the mirrored image is looked at, as the config has it."""
    wanted = bool(model.test_cfg.get('flip_test', False))
    if wanted and graph.aggregate and not graph.flip:
        raise ValueError(
            'the test of the config looks at the mirrored image, too, and a '
            'file of aggregated maps does so inside or not at all: give '
            '`flip` (--flip), or set model.test_cfg.flip_test=False'
        )
    return wanted or graph.flip


def _describe_colours(preprocessor: Any) -> dict[str, Any]:
    """Describe how pixels become numbers."""
    if getattr(preprocessor, '_enable_normalize', False):
        mean = preprocessor.mean.flatten().tolist()
        std = preprocessor.std.flatten().tolist()
    else:
        mean, std = [0.0] * 3, [1.0] * 3
    rgb = bool(getattr(preprocessor, '_channel_conversion', False))
    return {'mean': tuple(mean), 'std': tuple(std), 'rgb': rgb}


def _numbers(values: Any, kind: Any) -> tuple:
    """Make plain numbers."""
    return tuple(kind(value) for value in values)
