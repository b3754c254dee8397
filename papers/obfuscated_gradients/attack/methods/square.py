"""Square attack: random search that recolours one square at a time and keeps what raises the margin. Needs logits only.

Source: Andriushchenko et al. (2020), algorithms 1 and 2, as `kit.square` has them.
"""

import torch

from papers.obfuscated_gradients import kit

QUERIES = 300


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        with torch.no_grad():
            return (
                kit.square(
                    lambda at: kit.margin(net(at, self.generator), y),
                    x,
                    norm=norm,
                    eps=eps,
                    queries=QUERIES,
                    generator=self.generator,
                )
                .cpu()
                .numpy()
            )
