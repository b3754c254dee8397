"""The pretended GPU sees faults that were planted, and the house's cheapest methods have none of them."""

import numpy as np
import pytest
import torch

from tests.pretended_gpu import Mixed, PretendedGpu, play, torch_methods

SECONDS = 5


def there():
    return torch.ones(3, 3, device="cuda")


PLANTED = {
    "a CPU's tensor meets a GPU's": lambda: there() + torch.ones(3, 3),
    "numpy is asked of a GPU's": lambda: there().numpy(),
    "numpy takes a GPU's": lambda: np.asarray(there()),
    "a CPU's generator draws on a GPU": lambda: torch.rand(
        3, device="cuda", generator=torch.Generator().manual_seed(1)
    ),
    "a network was left behind": lambda: torch.nn.Linear(3, 2)(there()),
    "a GPU's index into a CPU's": lambda: torch.ones(3)[torch.zeros(2, dtype=torch.long, device="cuda")],
    "a stack of both": lambda: torch.stack([there()[0], torch.ones(3)]),
    "a GPU's is written into a CPU's": lambda: torch.zeros(3, 3).__setitem__(0, there()[0]),
}


@pytest.mark.parametrize("fault", PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_seen(fault):
    with PretendedGpu(), pytest.raises((Mixed, TypeError)):
        fault()


def test_a_training_without_a_fault_passes():
    with PretendedGpu():
        net, x = torch.nn.Linear(3, 2).to("cuda"), there()
        optimiser = torch.optim.Adam(net.parameters())
        for _ in range(2):
            optimiser.zero_grad()
            net(x).square().mean().backward()
            optimiser.step()
        assert net.weight.device.type == "cuda"
        assert net(x).detach().cpu().numpy().shape == (3, 2)


@pytest.mark.slow
@pytest.mark.parametrize(("board", "method"), torch_methods())
def test_a_house_method_mixes_nothing(board, method):
    """To the end of its trial, or for so long; `python -m tests.benchmarks.pretended_gpu` gives each two minutes."""
    event, _ = play(board, method, seconds=SECONDS)
    assert event is None or event["type"] == "finished", event
