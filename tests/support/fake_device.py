"""A device that computes on the CPU, and refuses what a real one refuses.

Tensors on it name a device of their own, so that the package takes the ways
of an accelerator. Their values are kept in main memory. As on a real
accelerator, tensors in main memory do not mix with them, and what brings
values back is counted.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map
from torch.utils.backend_registration import (
    _setup_privateuseone_for_python_backend,
)

_setup_privateuseone_for_python_backend('plain')
DEVICE = torch.device('plain')
_ATEN = torch.ops.aten
# their output has a size that the host must know
_WAITING = {
    _ATEN.nonzero.default,
    _ATEN.masked_select.default,
    _ATEN._local_scalar_dense.default,
    _ATEN.repeat_interleave.Tensor,
    _ATEN._unique2.default,
}


class DeviceTensor(torch.Tensor):
    """A tensor on the device that is not there.

    Args:
        values (Tensor): What it holds.
    """

    values: torch.Tensor

    @staticmethod
    def __new__(cls, values: torch.Tensor) -> DeviceTensor:
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            values.shape,
            strides=values.stride(),
            storage_offset=values.storage_offset(),
            dtype=values.dtype,
            device=DEVICE,
            requires_grad=values.requires_grad,
        )
        made.values = values.detach()
        return made

    def __repr__(self) -> str:
        return f'DeviceTensor({self.values})'

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        raise AssertionError(f'{func} on the device without its mode')


@torch.library.impl('aten::empty_strided', 'privateuseone')
def _empty_strided(size, stride, *, dtype=None, **_) -> DeviceTensor:
    """Make room for what torch itself brings to the device."""
    return DeviceTensor(torch.empty_strided(size, stride, dtype=dtype))


@torch.library.impl('aten::_copy_from', 'privateuseone')
def _copy_from(source, target, non_blocking=False) -> torch.Tensor:
    """Fill it."""
    target.values.copy_(source)
    return target


class Device(TorchDispatchMode):
    """Run operations of the device, as a context manager.

    Attributes:
        downloads (list[tuple[int, ...]]): Shapes of what came back to main
            memory.
        waits (list[str]): Operations for whose result the host had to wait.
    """

    counts = True

    def __init__(self) -> None:
        super().__init__()
        self.downloads: list[tuple[int, ...]] = []
        self.waits: list[str] = []

    def __enter__(self) -> Device:
        # the device has no thread for gradients
        self.threads = torch.autograd.set_multithreading_enabled(False)
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.threads.__exit__(*error)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        """Run an operation on the values."""
        kwargs = dict(kwargs or {})
        given = [a for a in tree_flatten((args, kwargs))[0] if _is_tensor(a)]
        ours = [a for a in given if isinstance(a, DeviceTensor)]
        target = kwargs.get('device')
        there = target is not None and target.type == DEVICE.type
        if target is not None:
            kwargs['device'] = torch.device('cpu')
        if func is _ATEN._to_copy.default and target is not None:
            return self._move(func, args, kwargs, there)
        if ours:
            self._check(func, args, given)
        real = tree_map(_values, args), tree_map(_values, kwargs)
        found = func(*real[0], **real[1])
        if not (ours or there) or func is _ATEN._local_scalar_dense.default:
            return found
        # operations in place return the tensor they were given
        known = {id(a.values): a for a in ours}
        return tree_map(lambda value: _on_device(value, known), found)

    def _move(self, func: Any, args: Any, kwargs: Any, there: bool) -> Any:
        """Copy to the device, or from it."""
        (source,) = args
        found = func(_values(source), **kwargs)
        if there:
            return DeviceTensor(found)
        if isinstance(source, DeviceTensor):
            self.downloads.append(tuple(found.shape))
        return found

    def _check(self, func: Any, args: Any, given: list) -> None:
        """Refuse tensors of two devices, and note what makes hosts wait."""
        indices: list = []
        if func in (_ATEN.index.Tensor, _ATEN.index_put_.default):
            indices = [i for i in args[1] if i is not None]
            if any(i.dtype == torch.bool for i in indices):
                self.waits.append(str(func))
        if func in _WAITING:
            self.waits.append(str(func))
        for tensor in given:
            # numbers may mix, and so may indices
            free = tensor.dim() == 0 or any(tensor is i for i in indices)
            if not isinstance(tensor, DeviceTensor) and not free:
                raise RuntimeError(
                    f'{func}: expected all tensors on the same device, but '
                    f'one of shape {tuple(tensor.shape)} is in main memory'
                )


def to_device(tree: Any) -> Any:
    """Bring all tensors of lists, tuples and dicts to the device."""
    return tree_map(
        lambda t: DeviceTensor(t.detach()) if _is_tensor(t) else t, tree
    )


def values_of(tensor: torch.Tensor) -> torch.Tensor:
    """Return what a tensor on the device holds."""
    assert isinstance(tensor, DeviceTensor)
    return tensor.values


def move(model: torch.nn.Module) -> torch.nn.Module:
    """Bring a network to the device, as ``Module.to`` would."""
    for module in model.modules():
        for name, values in module._parameters.items():
            if values is not None:
                there = to_device(values.detach())
                module._parameters[name] = torch.nn.Parameter(there)
        for name, values in module._buffers.items():
            if values is not None:
                module._buffers[name] = to_device(values)
    model.data_preprocessor._device = DEVICE
    return model


def _is_tensor(value: Any) -> bool:
    return isinstance(value, torch.Tensor)


def _on_device(value: Any, known: dict[int, DeviceTensor]) -> Any:
    """Wrap a result, or find the tensor that was changed in place."""
    if not _is_tensor(value):
        return value
    return known[id(value)] if id(value) in known else DeviceTensor(value)


def _values(value: Any) -> Any:
    return value.values if isinstance(value, DeviceTensor) else value
