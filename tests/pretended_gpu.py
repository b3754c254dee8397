"""A GPU that is only pretended: everything is computed on the CPU, but each storage remembers where it claims to lie.

What torch says of mixed devices, of generators of the other device and of numpy is said here too, so that a method's faults on
a GPU are seen without one. What it shows is emulated: neither times nor the last digits of a real card.

    with PretendedGpu():
        evaluate(job)
"""

import contextlib
import re
import time
from unittest import mock

import torch
from torch.overrides import TorchFunctionMode

from papers import catalogue
from runners.evaluation import evaluate
from runners.job import Job

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)
LOOKING = {
    "__set__", "untyped_storage", "storage", "dim", "size", "numel", "__len__", "is_floating_point", "requires_grad_",
    "register_hook", "stride", "is_contiguous", "data_ptr", "__repr__", "__format__", "is_complex", "element_size",
}  # fmt: skip
MAKING = {"tensor", "as_tensor", "asarray", "scalar_tensor"}
INDEXING = {"__getitem__", "__setitem__", "index_put", "index_put_"}
MAY_MIX = {
    "copy_", "backward", "grad", "_foreach_copy_", "load_state_dict", "result_type", "promote_types", "can_cast",
    "is_tensor", "typename", "split", "broadcast_shapes", "_has_compatible_shallow_copy_type", "swap_tensors",
}  # fmt: skip


class Mixed(RuntimeError):
    """What torch would refuse."""


class Late(BaseException):
    """The time is up."""


class PretendedGpu(TorchFunctionMode):
    """Raises Late at the first call of torch's after so many seconds."""

    def __init__(self, seconds=float("inf")):
        super().__init__()
        self._until = time.monotonic() + seconds
        self._on = {}  # storages that claim to lie on the GPU; held, so that their numbers are not used again

    def device_of(self, tensor):
        return CUDA if _number(tensor) in self._on else CPU

    def _put(self, tensor, is_there):
        number = _number(tensor)
        if is_there and number is not None:
            self._on[number] = tensor.untyped_storage()
        else:
            self._on.pop(number, None)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if time.monotonic() > self._until:
            raise Late
        kwargs, name = dict(kwargs or {}), getattr(func, "__name__", "")
        if name == "__get__":
            return self._read(func, args, kwargs)
        if name in LOOKING:
            return func(*args, **kwargs)
        if name in ("numpy", "__array__") and self.device_of(args[0]) is CUDA:
            raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy it first.")
        if name in ("to", "cpu", "cuda"):
            return self._move(func, name, args, kwargs)
        target = kwargs.pop("device", None)
        given = _tensors([args, kwargs])
        if name in MAKING:
            return self._make(func, target, given, args, kwargs)
        if name in INDEXING:
            return self._index(func, name, args, kwargs)
        is_there = self._where(name, target, given, args, kwargs)
        before = {_number(tensor) for tensor in given}
        result = func(*args, **kwargs)
        for tensor in _tensors([result]):
            if _number(tensor) not in before:
                self._put(tensor, is_there)
        return result

    def _read(self, func, args, kwargs):
        """An attribute: where a tensor lies, or something of it, which lies there too."""
        what = func.__self__.__name__
        if what in ("device", "is_cuda"):
            device = self.device_of(args[0])
            return device if what == "device" else device is CUDA
        result = func(*args, **kwargs)
        if isinstance(result, torch.Tensor):
            self._put(result, self.device_of(args[0]) is CUDA)
        return result

    def _move(self, func, name, args, kwargs):
        source, others = args[0], args[1:]
        like = next((other for other in others if isinstance(other, torch.Tensor)), None)
        named = [other for other in others if isinstance(other, str | torch.device)]
        target = {"cpu": CPU, "cuda": CUDA}.get(name) or kwargs.pop("device", None) or (named[0] if named else None)
        wanted = self.device_of(like) if like is not None else self.device_of(source)
        if target is not None:
            wanted = CUDA if _is_cuda(target) else CPU
        rest = [CPU if isinstance(other, str | torch.device) else other for other in others]
        with torch._C.DisableTorchFunction():
            result = func(source, *rest, **kwargs) if name == "to" and (rest or kwargs) else source
            if wanted is not self.device_of(source) and _number(result) == _number(source):
                result = source.clone()
        self._put(result, wanted is CUDA)
        return result

    def _make(self, func, target, given, args, kwargs):
        is_there = _is_cuda(target) if target is not None else any(self.device_of(one) is CUDA for one in given)
        result = func(*args, **kwargs)
        if is_there and not (given and self.device_of(given[0]) is CUDA):
            result = result.clone()  # no longer what numpy holds
        self._put(result, is_there)
        return result

    def _index(self, func, name, args, kwargs):
        base = self.device_of(args[0])
        if any(one.dim() and self.device_of(one) is CUDA and base is CPU for one in _tensors(list(args[1:2]))):
            raise Mixed("indices should be either on cpu or on the same device as the indexed tensor (cpu)")
        if name == "__setitem__" and any(
            one.dim() and self.device_of(one) is not base for one in _tensors(list(args[2:]))
        ):
            raise Mixed("a tensor is written into one of another device")
        result = func(*args, **kwargs)
        for tensor in _tensors([result]):
            self._put(tensor, base is CUDA)
        return result

    def _where(self, name, target, given, args, kwargs):
        """Whether the results lie on the GPU. Raises Mixed for what torch would refuse."""
        large = {self.device_of(one) for one in given if one.dim()}
        small = {self.device_of(one) for one in given if not one.dim()}
        if len(large) > 1 and name not in MAY_MIX:
            raise Mixed(f"Expected all tensors to be on the same device, but found at least two devices ({name})")
        if large == {CPU} and small == {CUDA} and name not in MAY_MIX | {"where", "clip_grad_norm_"}:
            raise Mixed(f"a number on the GPU meets tensors of the CPU ({name})")
        is_there = _is_cuda(target) if target is not None else CUDA in large or (not large and CUDA in small)
        generators = [one for one in (*args, *kwargs.values()) if isinstance(one, torch.Generator)]
        if generators and is_there:
            raise Mixed(f"Expected a 'cuda' device type for generator but found 'cpu' ({name})")
        return is_there


def _number(tensor):
    try:
        return tensor.untyped_storage()._cdata
    except (NotImplementedError, RuntimeError):
        return None  # it has no storage


def _tensors(values):
    """Every tensor in these, however deep in lists and dicts."""
    found = []
    for value in values:
        if isinstance(value, torch.Tensor):
            found.append(value)
        elif isinstance(value, dict | list | tuple):
            found += _tensors(list(value.values()) if isinstance(value, dict) else value)
    return found


def _is_cuda(device):
    return str(device).startswith("cuda")


def torch_methods():
    """(board, method) of every house method that uses torch or a kit."""
    return [
        (task.slug, house.slug)
        for task in catalogue.all_tasks().values()
        for house in task.house
        if house.kind != "oracle" and re.search(r"\btorch\b|\.kit\b", task.code(house).decode())
    ]


def play(slug, method, *, seconds):
    """Play a house method's trial in this process as on a GPU; the last event, or None where the time was up, and the seconds."""
    task = catalogue.task(slug)
    code = task.code(task.method(method))
    job = Job(
        task=slug, tier="quick", code=code, device="cuda", mode="inprocess", seeds=1, cases=(task.trial_case.name,)
    )
    events, began = [], time.monotonic()
    facts = {"device_name": "pretended: emulated on a CPU"}
    with (
        mock.patch("runners.evaluation.provenance", return_value=facts),
        contextlib.suppress(Late),
        torch.enable_grad(),  # a method that is cut short within no_grad leaves nothing behind
        PretendedGpu(seconds),
    ):
        evaluate(job, events.append)
        return events[-1], time.monotonic() - began
    return None, time.monotonic() - began
