"""ENAS: a controller and weights that all children share, trained in turn.

Each round trains the shared weights with STEPS children, one minibatch each, then moves the controller: R = accuracy of a child
on one validation minibatch + C_H H, b <- b - (1 - D)(b - R), ascend (R - b) grad log pi. At the end children are drawn,
scored on all validation images with the shared weights, and the best one is the answer.
The controller is an LSTM that chooses an operation edge by edge and reads its last choice; its logits are C tanh(z).
C is what keeps it exploring: no operation can become more than e^2C = 2.4 times as likely as another. The authors' scripts say
1.1, but their code divides it by 2.5 for operations; with 1.1 itself the weights are soon trained with few operations only.
Where no weights are shared the same controller learns from full trainings, one an update: the method that ENAS made cheap.

FAVOURED > 0: the authors' micro search starts with a bias in favour of its two convolutions. The logits are then
C tanh(z + b) + a, with b = LEARNT for the favoured operations and 0 for the others, a = FIXED and -FIXED. At the start a
favoured operation is 2.6 times as likely as another; b may learn, but tanh is flat there. Which operations hold weights is
not told here: a cell with one operation on every edge is asked for each of them, and those with the largest cells are favoured.

Source: Pham et al. (2018), section 2; constants of the authors' code (micro search), the order of its baseline's update too.
A round is an epoch there. The biases are in that code and not in the paper.
"""

import numpy as np
import torch
from torch import nn

SIZE, RATE, SQUASH = 64, 0.0035, 1.1 / 2.5
DECAY, ENTROPY = 0.99, 1e-4
STEPS, SHARED = 300, 60  # shared steps of a round, and of one question
MOVES, CHILDREN = 30, 10  # updates of the controller in a round, children of an update
MOST_ROUNDS = 70
DRAWN = 20  # children at once for the last scores
MOST_SCORED, TRIES = 100, 50  # children scored, draws for them
DERIVE = 1 / 6  # of the budget is kept for the last scores
RATE_ALONE, SQUASH_ALONE, DECAY_ALONE = 0.02, 1.1, 0.9  # for some two hundred full trainings
FAVOURED = 0  # operations with a bias
LEARNT, FIXED = 10.0, 0.25  # how large it is inside and outside of the tanh


class Controller(nn.Module):
    """pi(arch): choices one after the other."""

    def __init__(self, edges: int, ops: int, *, squash: float, favoured: np.ndarray):
        super().__init__()
        self.edges, self.ops, self.squash = edges, ops, squash
        self.embedding = nn.Embedding(ops + 1, SIZE)  # the last row starts a sequence
        self.cell = nn.LSTMCell(SIZE, SIZE)
        self.logits = nn.Linear(SIZE, ops, bias=False)
        for weight in self.parameters():
            nn.init.uniform_(weight, -0.1, 0.1)
        is_favoured = torch.isin(torch.arange(ops), torch.from_numpy(favoured)).float()
        self.bias = nn.Parameter(LEARNT * is_favoured, requires_grad=len(favoured) > 0)
        self.fixed = FIXED * (2 * is_favoured - 1) if len(favoured) else 0.0

    def forward(self, n: int):
        """Draw n children: archs (n, E), the logarithm of their probability (n,), the entropy of the choices (n,)."""
        state, last = None, torch.full((n,), self.ops)
        archs, log_pi, entropy = [], 0.0, 0.0
        for _ in range(self.edges):
            state = self.cell(self.embedding(last), state)
            logits = self.squash * torch.tanh(self.logits(state[0]) + self.bias) + self.fixed
            choice = torch.distributions.Categorical(logits=logits, validate_args=False)
            last = choice.sample()
            archs.append(last)
            log_pi = log_pi + choice.log_prob(last)
            entropy = entropy + choice.entropy()
        return torch.stack(archs, dim=1).numpy(), log_pi, entropy


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)

    def start(self, space: dict) -> None:
        self.space, self.left = space, space["budget_h"]
        self.baseline, self.best_accuracy = None, -1.0
        if FAVOURED:
            self.best = np.zeros(space["edges"], np.int64)
            self.questions = self.biased_search()
        else:
            self.make_controller(np.array([], np.int64))
            self.best = self.draw(1)[0]
            self.questions = self.search()
        self.reply = None  # a generator is sent None to start

    def make_controller(self, favoured: np.ndarray) -> None:
        shared, alone = (RATE, SQUASH, DECAY), (RATE_ALONE, SQUASH_ALONE, DECAY_ALONE)
        rate, squash, self.decay = shared if self.space["share"] else alone
        self.controller = Controller(self.space["edges"], self.space["ops"], squash=squash, favoured=favoured)
        self.adam = torch.optim.Adam([p for p in self.controller.parameters() if p.requires_grad], lr=rate)

    def draw(self, n: int) -> np.ndarray:
        self.children, self.log_pi, self.entropy = self.controller(n)
        return self.children

    def biased_search(self):
        sizes = yield from self.sizes()
        self.make_controller(np.argsort(-sizes, kind="stable")[:FAVOURED])
        yield from self.search()

    def sizes(self):
        """Sizes of the cells with one operation on every edge: (ops,)."""
        uniform = np.repeat(np.arange(self.space["ops"])[:, None], self.space["edges"], axis=1)
        if self.space["share"]:
            reply = yield {"do": "probe", "arch": uniform}
            return reply["size"]
        sizes = []
        for cell in uniform:
            reply = yield {"do": "train", "arch": cell}
            self.keep_best(cell[None], reply)
            sizes.append(reply["size"][0])
        return np.array(sizes)

    def search(self):
        return self.shared_search() if self.space["share"] else self.search_alone()

    def search_alone(self):
        """Full trainings, one an update."""
        while True:
            reply = yield {"do": "train", "arch": self.draw(1)[0]}
            self.keep_best(self.children, reply)
            self.move(reply)

    def shared_search(self):
        for _ in range(MOST_ROUNDS):
            for _ in range(STEPS // SHARED):
                with torch.no_grad():
                    children = self.draw(SHARED)
                yield {"do": "share", "arch": children}
            for _ in range(MOVES):
                reply = yield {"do": "probe", "arch": self.draw(CHILDREN)}
                self.move(reply)
                if self.left < DERIVE * self.space["budget_h"]:
                    return (yield from self.derive())
        yield from self.derive()

    def derive(self):
        seen = set()
        for _ in range(TRIES):
            if len(seen) >= MOST_SCORED:
                return
            with torch.no_grad():
                drawn = self.draw(DRAWN)
            fresh = [child for child in np.unique(drawn, axis=0) if tuple(child) not in seen]
            seen |= {tuple(child) for child in fresh}
            for child in fresh:
                reply = yield {"do": "score", "arch": child[None]}
                self.keep_best(child[None], reply)

    def keep_best(self, archs: np.ndarray, reply: dict) -> None:
        accuracy = self.rewards(reply)
        if accuracy.max() > self.best_accuracy:
            self.best, self.best_accuracy = archs[accuracy.argmax()], accuracy.max()

    def rewards(self, reply: dict) -> np.ndarray:
        return np.where(reply["size"] <= self.space["max_size"], reply["acc"], 0.0)

    def move(self, reply: dict) -> None:
        """One step of the controller. The baseline follows reward by reward and already holds the current one."""
        rewards = torch.tensor(self.rewards(reply), dtype=torch.float32) + ENTROPY * self.entropy.detach()
        advantage = torch.zeros(len(rewards))
        for i, reward in enumerate(rewards.tolist()):
            before = reward if self.baseline is None else self.baseline
            self.baseline = before - (1 - self.decay) * (before - reward)
            advantage[i] = reward - self.baseline
        self.adam.zero_grad()
        (-advantage * self.log_pi).mean().backward()
        self.adam.step()

    def ask(self) -> dict:
        try:
            return self.questions.send(self.reply)
        except StopIteration:
            return {"do": "stop"}

    def tell(self, reply: dict) -> None:
        self.reply, self.left = reply, reply["left_h"]

    def answer(self) -> np.ndarray:
        return self.best.astype(np.int64)
