"""Tables of all options, from the signatures and docstrings of the code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, NamedTuple

import griffe
import yaml
from docstring_roles import without_roles

import higherhrnet_plugin
from higherhrnet_plugin.codecs.decoding.selection import Selection

MARK = '<!-- tables of options -->'
# when to change an option, which is advice and no property of the code
ADVICE = Path(__file__).with_name('advice.yml')
GROUPS = {
    'Codec': ('MultiResolutionAssociativeEmbedding',),
    'Decoder': ('AggregatingBottomupDecoder',),
    'Head': ('HigherHRNetHead',),
    'Losses': ('MultiResolutionHeatmapLoss', 'MultiResolutionAELoss'),
    'Estimator': ('MultiScaleBottomupPoseEstimator',),
    'Data sets': (
        'BottomupCocoDataset',
        'BottomupCrowdPoseDataset',
        'BottomupAicDataset',
        'BottomupMhpDataset',
        'BottomupOCHumanDataset',
        'BottomupAP10KDataset',
        'BottomupCocoWholeBodyDataset',
        'BottomupCombinedDataset',
    ),
    'Transforms and augmentation': (
        'LoadBottomupImage',
        'BottomupAlignedAffine',
        'BottomupRandomFlip',
        'BottomupHideAndSeek',
        'BottomupAlignedResize',
        'GenerateBottomupTarget',
        'MultiResolutionHeatmapMask',
        'PackBottomupInputs',
    ),
    'Samplers': ('SeededSampler', 'SeededInfiniteSampler'),
    'Metrics': (
        'BottomupCocoMetric',
        'BottomupCocoWholeBodyMetric',
        'BottomupPCKAccuracy',
    ),
    'Hooks': (
        'CodecCheckHook',
        'DurableCheckpointHook',
        'ExperimentHook',
        'FiniteLossHook',
        'KeptSamplerSeedHook',
        'OwnFilesVisualizationHook',
        'OwnFilesBadCaseHook',
    ),
    'Optimiser wrapper': ('BFloat16OptimWrapper',),
}
# classes whose fields are options of another one
_PARTS = {'AggregatingBottomupDecoder': (Selection,)}
# options of all data sets are shown once
_SHOWN_BY = dict.fromkeys(GROUPS['Data sets'][1:-1], 'BottomupCocoDataset')
_PLAIN_DEFAULT = re.compile(
    r"\s*Defaults to (?:True|False|None|-?[\d.]+(?:e-?\d+)?|'[^']*'"
    r'|\([\d., ]*\))\.$'
)


class Option(NamedTuple):
    """An option of a component.

    Attributes:
        name (str): Its key in a config.
        default (str): As Python, or 'required'.
        effect (str): Markdown.
        owner (str): The class that takes it.
    """

    name: str
    default: str
    effect: str
    owner: type


def options_of(component: type) -> list[Option]:
    """List the options of a component, its own first.

    Args:
        component (type): A registered class.

    Returns:
        list[Option]: also of the classes that its ``kwargs`` go to.
    """
    found: dict[str, Option] = {}
    for owner in component.__mro__:
        if '__init__' not in vars(owner) or owner is object:
            continue
        parameters = list(inspect.signature(owner).parameters.values())
        for parameter in parameters:
            if parameter.kind in (
                parameter.VAR_KEYWORD,
                parameter.VAR_POSITIONAL,
            ):
                continue
            name = parameter.name
            effect = _effect(component, owner, name)
            option = Option(name, _default(parameter), effect, owner)
            found.setdefault(name, option)
        if not any(p.kind == p.VAR_KEYWORD for p in parameters):
            break
    return list(found.values())


def documented(component: type) -> dict[str, str]:
    """Read what the docstring of a class says about its options.

    Args:
        component (type): A class with a Google docstring.

    Returns:
        dict[str, str]: text by the name of the option.
    """
    text = inspect.getdoc(component) or ''
    if not vars(component).get('__doc__'):
        return {}
    docstring = griffe.Docstring(text, parser='google')
    kinds = (griffe.DocstringSectionKind.parameters, 'attributes')
    return {
        name: item.description
        for section in docstring.parse(warnings=False)
        if section.kind.value in {str(getattr(k, 'value', k)) for k in kinds}
        for item in section.value
        for name in re.split(r',\s*', item.name)
    }


def read_advice() -> dict[str, dict[str, str]]:
    """Read when to change an option.

    Returns:
        dict: sentence by the name of the component and of the option.
    """
    return yaml.safe_load(ADVICE.read_text(encoding='utf-8'))


def tables() -> str:
    """Make the tables of all components.

    Returns:
        str: Markdown.
    """
    advice = read_advice()
    parts = []
    for title, names in GROUPS.items():
        parts.append(f'## {title}')
        for name in names:
            component = getattr(higherhrnet_plugin, name)
            parts += _component(name, component, advice.get(name, {}))
    return '\n\n'.join(parts) + '\n'


def _component(name: str, component: type, advice: dict[str, str]) -> list:
    """Make the section of a component."""
    summary = _markdown(_summary(component))
    parts = [f'### {name}', f'{summary} [In Python]({_place(component)}).']
    options = options_of(component)
    if name in _SHOWN_BY:
        shown = _SHOWN_BY[name]
        changed = _changed(options, shown)
        parts.append(
            f'Options: those of [`{shown}`](#{shown.lower()})'
            + (f'; {changed}.' if changed else '.')
        )
        return parts
    own = [o for o in options if _is_ours(o.owner)]
    others = [o for o in options if not _is_ours(o.owner)]
    if own:
        parts.append(_table(own, advice))
    if others:
        hosts = sorted({o.owner.__module__.split('.')[0] for o in others})
        parts.append(f'From {" and ".join(hosts)}:')
        parts.append(_table(others, advice))
    if not options:
        parts.append('No options.')
    return parts


def _changed(options: list[Option], shown: str) -> str:
    """Say which defaults differ from those of another component."""
    others = {
        o.name: o for o in options_of(getattr(higherhrnet_plugin, shown))
    }
    return ', '.join(
        f'`{o.name}` is {o.default}'
        for o in options
        if o.name in others
        and o.default != others[o.name].default
        and o.owner.__name__ != others[o.name].owner.__name__
        and _is_ours(o.owner)
    )


def _table(options: list[Option], advice: dict[str, str]) -> str:
    """Make a table of options."""
    with_advice = any(o.name in advice for o in options)
    head = ['Option', 'Default', 'Effect']
    head += ['When to change it'] if with_advice else []
    rows = [head, ['---'] * len(head)]
    for option in options:
        row = [f'`{option.name}`', option.default, option.effect]
        row += [advice.get(option.name, '')] if with_advice else []
        rows.append([cell.replace('|', '\\|') for cell in row])
    return '\n'.join(f'| {" | ".join(row)} |' for row in rows)


def _summary(component: type) -> str:
    """Return the first paragraph of a docstring."""
    return (inspect.getdoc(component) or '').partition('\n\n')[0]


def _place(component: type) -> str:
    """Return where the Python reference has a component."""
    room = component.__module__.split('.')[1]
    name = f'{higherhrnet_plugin.__name__}.{room}.{component.__name__}'
    return f'api/{room}.md#{name}'


def _effect(component: type, owner: type, name: str) -> str:
    """Find what an option does, in its class or one above or below."""
    parts = _PARTS.get(component.__name__, ())
    for known in (*parts, owner, *component.__mro__):
        text = documented(known).get(name)
        if text:
            return _PLAIN_DEFAULT.sub('', _markdown(text))
    return ''


def _default(parameter: inspect.Parameter) -> str:
    """Show the default of an argument."""
    if parameter.default is parameter.empty:
        return 'required'
    text = repr(parameter.default)
    if isinstance(parameter.default, dict):
        items = dict(parameter.default).items()
        text = f'dict({", ".join(f"{k}={v!r}" for k, v in items)})'
    return f'`{text}`'


def _markdown(text: str) -> str:
    """Turn a piece of a docstring into one line of Markdown."""
    text = without_roles(' '.join(text.split()))
    return text.replace('``', '`')


def _is_ours(owner: Any) -> bool:
    """Tell whether a class is one of this package."""
    return owner.__module__.split('.')[0] == higherhrnet_plugin.__name__
