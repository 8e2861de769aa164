"""Checkpoints that would run code, harmlessly: the code makes a file."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def config_text(trace: Path) -> str:
    """Write a config that makes a file when MMEngine reads it."""
    return f'open({str(trace)!r}, "w").close()\ngpu_ids = [0]\n'


# where a Runner's checkpoint has text that is a config
TEXTS = {
    'meta-config': ('meta', 'config'),
    'meta-cfg': ('meta', 'cfg'),
    'message-hub': ('message_hub', 'runtime_info', 'cfg'),
}
# where it has objects
PICKLES = {
    'top': ('payload',),
    'meta': ('meta', 'payload'),
    'epoch': ('meta', 'epoch'),
    'seed': ('meta', 'seed'),
    'dataset-meta': ('meta', 'dataset_meta', 'payload'),
    'dataset-meta-itself': ('meta', 'dataset_meta'),
    'weights': ('state_dict', 'payload'),
    'averaged-weights': ('ema_state_dict', 'payload'),
    'optimizer-state': ('optimizer', 'state', 0),
    'optimizer-groups': ('optimizer', 'param_groups', 0, 'payload'),
    'scheduler': ('param_schedulers', 0, 'payload'),
    'scalars': ('message_hub', 'log_scalars', 'payload'),
    'buffer': ('message_hub', 'log_scalars', 'train/loss', '_log_history'),
    'runtime-info': ('message_hub', 'runtime_info', 'payload'),
    'resumed-keys': ('message_hub', 'resumed_keys', 'payload'),
    'best': ('message_hub', 'runtime_info', 'best_ckpt'),
}


def plant(content: Any, place: tuple, payload: Any) -> None:
    """Put a payload into a checkpoint, changed in place."""
    *parents, name = place
    for parent in parents:
        if isinstance(content, dict):
            content = content.setdefault(parent, {})
        else:
            content = content[parent]
    if isinstance(content, (dict, list)):
        content[name] = payload
    else:
        setattr(content, name, payload)


def write_planted(source, target, place, payload, legacy=False):
    """Copy a checkpoint with a payload in it."""
    content = torch.load(source, weights_only=False)
    plant(content, place, payload)
    torch.save(
        content,
        target,
        pickle_module=pickle,
        _use_new_zipfile_serialization=not legacy,
    )
    return target
