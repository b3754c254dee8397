"""Episodes of the training classes teach an embedding in which new classes are told apart. HEAD says how:

"prototypes": by the squared distance from the classes' means (Snell et al. 2017). "matching": by attention to the support,
softmax over cosines (Vinyals et al. 2016). "concatenated": as in the paper, the classes' means side by side are r, and a network
reads one logit for each class from the query's embedding and r; nothing says that two embeddings should be compared.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from papers.conditional_neural_processes.kit.learning import mlp, train

HEAD = "prototypes"
IS_TRAINED = True
CHANNELS = 32
WAYS = 10  # of a training episode, where the head does not fix them
QUERIES = 3  # of each class, in training
RATE = 2e-3
SHARPNESS = 10.0  # of cosines, at first
LEAST = 1e-4  # of a probability


class Network(nn.Module):
    def __init__(self, task):
        super().__init__()
        self.ways = task["ways"]
        layers, channels, side = [], 1, min(task["height"], task["width"])
        while side >= 3:
            layers += [
                nn.Conv2d(channels, CHANNELS, 3, padding=1),
                nn.BatchNorm2d(CHANNELS),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
            channels, side = CHANNELS, side // 2
        self.body = nn.Sequential(*layers, nn.Flatten())
        self.size = self.body.eval()(torch.zeros(1, 1, task["height"], task["width"])).shape[1]
        self.scale = nn.Parameter(torch.tensor(float(np.log(SHARPNESS))))
        if HEAD == "concatenated":
            self.reader = mlp(self.size * (1 + self.ways), 128, self.ways, 3)

    def forward(self, support_x, support_y, query_x):
        """Log-probabilities of the queries' classes: (Q, N)."""
        embedded = self.body(torch.cat([support_x, query_x]))
        s, q = embedded[: len(support_x)], embedded[len(support_x) :]
        member = functional.one_hot(support_y).T.to(s.dtype)  # (N, N * K)
        means = member @ s / member.sum(dim=1, keepdim=True)
        if HEAD == "concatenated":
            logits = self.reader(torch.cat([q, means.flatten().expand(len(q), -1)], dim=1))
        elif HEAD == "matching":
            cosines = functional.normalize(q, dim=1) @ functional.normalize(s, dim=1).T
            logits = torch.log(torch.softmax(self.scale.exp() * cosines, dim=1) @ member.T + LEAST)
        else:
            logits = -self.scale.exp() * torch.cdist(q, means) ** 2 / self.size
        return functional.log_softmax(logits, dim=1)

    def loss(self, support_x, support_y, query_x, query_y):
        return functional.nll_loss(self(support_x, support_y, query_x), query_y)


class Episodes:
    """Episodes of the training classes, as many as one likes."""

    def __init__(self, images, labels, task, rng, device):
        self.images, self.rng, self.device = torch.as_tensor(images), rng, device
        self.rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]
        self.ways = task["ways"] if HEAD == "concatenated" else min(max(WAYS, task["ways"]), len(self.rows))
        self.shots = task["shots"]

    def draw(self):
        chosen = self.rng.permutation(len(self.rows))[: self.ways]
        rows = np.stack([self.rng.permutation(self.rows[k])[: self.shots + QUERIES] for k in chosen])
        support, query = rows[:, : self.shots].ravel(), rows[:, self.shots :].ravel()
        classes = torch.arange(self.ways, device=self.device)
        return (
            self.images[support].to(self.device),
            classes.repeat_interleave(self.shots),
            self.images[query].to(self.device),
            classes.repeat_interleave(QUERIES),
        )


class Method:
    def __init__(self, seed, device):
        self.rng, self.device = np.random.default_rng(seed), device
        torch.manual_seed(seed)

    def fit(self, images, labels, task):
        self.network = Network(task).to(self.device).train()
        if IS_TRAINED:
            episodes = Episodes(images, labels, task, self.rng, self.device)
            train(self.network, episodes, rate=RATE, budget_s=task["budget_s"])
        else:
            self.network(
                *(torch.as_tensor(z, device=self.device) for z in (images[:64], labels[:64] % 2, images[64:128]))
            )
        self.network.eval()

    @torch.no_grad()
    def predict_proba(self, support_x, support_y, query_x):
        given = (torch.as_tensor(z, device=self.device) for z in (support_x, support_y, query_x))
        return self.network(*given).exp().cpu().numpy()
