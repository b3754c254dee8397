"""What the driver says of this machine's cards: a program, so that a driver that hangs hangs nobody else.

Prints a JSON object: `driver` and `cuda` (the newest that the driver runs) as text, `cards` [{uuid, name, minor, address,
memory_bytes, capability, is_split}] in the order of their PCI addresses, or `error`. Run it, don't import it: `gpu.cards()`.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pynvml

Fact = TypeVar("Fact")


def main() -> None:
    print(json.dumps(answer()))  # noqa: T201  # that is what it is for


def answer() -> dict[str, Any]:
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        cuda = pynvml.nvmlSystemGetCudaDriverVersion_v2()
        return {
            "driver": str(pynvml.nvmlSystemGetDriverVersion()),
            "cuda": f"{cuda // 1000}.{cuda % 1000 // 10}",
            "cards": sorted(map(describe, handles), key=lambda card: card["address"]),
        }
    except pynvml.NVMLError as error:
        return {"error": str(error)}


def describe(handle: Any) -> dict[str, Any]:
    """Raises pynvml.NVMLError where the driver can't even say which card it is; other facts may lack."""
    return {
        "uuid": str(pynvml.nvmlDeviceGetUUID(handle)),
        "name": str(pynvml.nvmlDeviceGetName(handle)),
        "minor": pynvml.nvmlDeviceGetMinorNumber(handle),
        "address": answer_or(lambda: address(str(pynvml.nvmlDeviceGetPciInfo(handle).busId)), ""),
        "memory_bytes": answer_or(lambda: int(pynvml.nvmlDeviceGetMemoryInfo(handle).total), 0),
        "capability": answer_or(lambda: "{}.{}".format(*pynvml.nvmlDeviceGetCudaComputeCapability(handle)), ""),
        "is_split": answer_or(lambda: pynvml.nvmlDeviceGetMigMode(handle)[0] == pynvml.NVML_DEVICE_MIG_ENABLE, False),
    }


def answer_or(ask: Callable[[], Fact], otherwise: Fact) -> Fact:
    try:
        return ask()
    except pynvml.NVMLError:
        return otherwise


def address(bus: str) -> str:
    """The driver's 00000000:01:00.0 as the kernel writes it: 0000:01:00.0."""
    domain, _, rest = bus.lower().partition(":")
    return f"{domain[-4:]}:{rest}"


if __name__ == "__main__":
    main()
