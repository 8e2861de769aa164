"""Which keys a part of a config may have, beside those it has."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Callable, NamedTuple

import mmengine.registry
import mmpose.registry
from mmengine.optim import OptimWrapper
from mmengine.registry import Registry
from mmengine.runner import (
    EpochBasedTrainLoop,
    IterBasedTrainLoop,
    LogProcessor,
    Runner,
    TestLoop,
    ValLoop,
)
from torch import nn
from torch.utils.data import DataLoader

# What MMEngine itself reads beside arguments.
_ANYWHERE = frozenset({'type', '_scope_', '_delete_'})
_ROOT = frozenset(
    {
        'activation_checkpointing',
        'compile',
        'custom_imports',
        'efficient_conv_bn_eval',
        'find_unused_parameters',
        'model_wrapper_cfg',
        'runner_type',
        'sync_bn',
        # older configs, see tools/train.py
        'preprocess_cfg',
    }
)
_HOOKS = frozenset(
    {
        'runtime_info',
        'timer',
        'sampler_seed',
        'logger',
        'param_scheduler',
        'checkpoint',
    }
)
# What the registries' own builders take out before they call a class.
_BUILDERS = {
    'hook': frozenset({'priority'}),
    'parameter scheduler': frozenset({'convert_to_iter_based'}),
    'weight initializer': frozenset({'layer', 'override'}),
}
_OPTIM_WRAPPER = frozenset({'constructor', 'paramwise_cfg'})
# Settings of the test that our head and mmpose's read.
_TEST_CFG = frozenset(
    {
        'align_corners',
        'flip_mode',
        'flip_test',
        'input_size',
        'max_num_people',
        'multiscale_test',
        'nms_dist_thr',
        'nms_joints_thr',
        'output_heatmaps',
        'output_keypoint_indices',
        'project_to_image',
        'restore_heatmap_size',
        'score_threshold',
        'shift_coords',
        'shift_heatmap',
    }
)


class KnownKeys(NamedTuple):
    """Keys that something reads.

    Attributes:
        names: The keys.
        is_complete: Whether all others are wrong; otherwise nobody can say.
    """

    names: frozenset[str]
    is_complete: bool


def find_known_keys(path: tuple[str, ...], node: Any) -> KnownKeys:
    """Tell which keys a part of a config may have.

    Args:
        path (tuple[str, ...]): Keys that lead to it.
        node (Any): The part, with its ``type`` if it is to be built.

    Returns:
        KnownKeys: arguments of the class that ``type`` names, or what
        MMEngine's Runner reads there.
    """
    if not isinstance(node, Mapping):
        return KnownKeys(frozenset(), False)
    if not path:
        return KnownKeys(_ROOT | _arguments(Runner.__init__).names, True)
    if node.get('type') is not None:
        known = _of_type(node['type'])
    elif path in _UNTYPED:
        known = _UNTYPED[path](node)
    else:
        known = KnownKeys(frozenset(), False)
    extra = _OPTIM_WRAPPER if path == ('optim_wrapper',) else frozenset()
    return KnownKeys(known.names | _ANYWHERE | extra, known.is_complete)


def _of_type(kind: Any) -> KnownKeys:
    """Return the arguments of everything that a type may name."""
    names: set[str] = set()
    is_complete = True
    found = [(kind, '')] if callable(kind) else list(_registered(str(kind)))
    for target, registry in found:
        known = _arguments(target)
        names |= known.names | _BUILDERS.get(registry, frozenset())
        is_complete &= known.is_complete
    return KnownKeys(frozenset(names), is_complete and bool(found))


def _registered(name: str) -> Iterator[tuple[Any, str]]:
    """Find a name in the registries of MMPose and MMEngine."""
    bare = name.rpartition('::')[2].rpartition('.')[2]
    for module in (mmpose.registry, mmengine.registry):
        for registry in vars(module).values():
            if isinstance(registry, Registry) and bare in registry.module_dict:
                yield registry.module_dict[bare], registry.name


def _arguments(target: Callable[..., Any]) -> KnownKeys:
    """Return the names by which a class or function takes arguments.

    Where a class passes ``**kwargs`` on, those of its bases count.
    """
    names: set[str] = set()
    for function in _initialisers(target):
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return KnownKeys(frozenset(names), False)
        names |= {
            p.name
            for p in parameters
            if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
        }
        if all(p.kind != p.VAR_KEYWORD for p in parameters):
            return KnownKeys(frozenset(names - {'self'}), True)
    return KnownKeys(frozenset(names - {'self'}), False)


def _initialisers(target: Any) -> Iterator[Callable[..., Any]]:
    """List what sees the arguments of a call, one after the other."""
    if not inspect.isclass(target):
        yield target
        return
    for base in target.__mro__:
        if base is nn.Module:
            # it takes any in its signature and refuses all in its body
            yield lambda self: None
        elif base is not object and '__init__' in vars(base):
            yield vars(base)['__init__']


def _keys(*names: str) -> Callable[[Any], KnownKeys]:
    """Return what says these keys of every node."""
    return lambda node: KnownKeys(frozenset(names), True)


def _train_loop(node: Mapping[str, Any]) -> KnownKeys:
    """Return the settings of the loop that MMEngine chooses."""
    by_epoch = node.get('by_epoch', True)
    loop = EpochBasedTrainLoop if by_epoch else IterBasedTrainLoop
    return KnownKeys(_arguments(loop).names | {'by_epoch'}, True)


def _data_loader(node: Any) -> KnownKeys:
    """Return the settings of a data loader."""
    names = _arguments(DataLoader).names
    return KnownKeys(names | {'num_batch_per_epoch'}, True)


def _default_hooks(node: Mapping[str, Any]) -> KnownKeys:
    """Return the names of hooks: MMEngine's, and others with a type."""
    own = {
        str(name)
        for name, hook in node.items()
        if isinstance(hook, Mapping) and hook.get('type')
    }
    return KnownKeys(_HOOKS | own, True)


# By path, what MMEngine reads of a part that needs no type.
_UNTYPED: dict[tuple[str, ...], Callable[[Any], KnownKeys]] = {
    ('train_cfg',): _train_loop,
    ('val_cfg',): lambda node: _arguments(ValLoop),
    ('test_cfg',): lambda node: _arguments(TestLoop),
    ('train_dataloader',): _data_loader,
    ('val_dataloader',): _data_loader,
    ('test_dataloader',): _data_loader,
    ('optim_wrapper',): lambda node: _arguments(OptimWrapper),
    ('randomness',): lambda node: _arguments(Runner.set_randomness),
    ('log_processor',): lambda node: _arguments(LogProcessor),
    ('default_hooks',): _default_hooks,
    ('auto_scale_lr',): _keys('enable', 'base_batch_size'),
    ('env_cfg',): _keys(
        'cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'
    ),
    ('env_cfg', 'mp_cfg'): _keys('mp_start_method', 'opencv_num_threads'),
    ('model', 'test_cfg'): _keys(*_TEST_CFG),
}
