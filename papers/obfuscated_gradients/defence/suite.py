"""The evaluator's attacks on a defence: they need its answers, and for the black-box ones not its honesty."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor, nn

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence import labels
from papers.obfuscated_gradients.defence.cases import THOROUGH, Effort
from papers.obfuscated_gradients.defence.respondent import Respondent, Seeds, Trace
from papers.obfuscated_gradients.kit.ball import Norm
from papers.obfuscated_gradients.kit.gradients import Classifier, Loss, Objective

RESTARTS, TARGETS = 2, 4  # of the margin; next classes that are aimed at
MOST_DRAWS, PILOT = 20, 8  # of a random defence, for a mean gradient and to learn how many that takes
COSINE = 0.8  # wanted between the mean gradient over draws and the expected one


@dataclass(kw_only=True)
class Suite:
    """What all attacks share. `substitutes` are nets that the evaluator has trained itself."""

    defence: Respondent
    x: Tensor
    y: Tensor
    norm: Norm
    eps: float
    rng: np.random.Generator
    substitutes: list[nn.Module]
    is_random: bool = False
    effort: Effort = THOROUGH
    seeds: Seeds = field(init=False)
    generator: torch.Generator = field(init=False)
    traces: dict[str, Trace] = field(init=False)  # by attack: one point a step

    def __post_init__(self) -> None:
        self.traces = {}
        self.seeds = (int(seed) for seed in iter(lambda: self.rng.integers(2**31), None))
        self.generator = torch.Generator().manual_seed(next(self.seeds))

    def attacks(self) -> dict[str, Callable[[], list[Tensor]]]:
        """Name -> attack on all images, which returns one or more candidates like x."""
        attacks: dict[str, Callable[[], list[Tensor]]] = {
            "fgsm": lambda: [self.fgsm()],
            "pgd": lambda: [self.ascend("pgd", kit.cross_entropy)],
            "margin": lambda: [self.ascend("margin", kit.margin) for _ in range(RESTARTS)],
            "surrogate": self.surrogate,
            "transfer": self.transfer,
            "square": lambda: [self.square(self.x, self.y, queries=self.effort.queries)],
            "finite_difference": lambda: [self.finite_difference()],
        }
        if self.is_random:
            attacks["eot"] = self.eot
        return attacks

    def robust_accuracy(self) -> float:
        """Accuracy under the strongest attacks, each on what the earlier ones left: the score without the symptoms."""
        return float(self.verdicts().float().mean())

    def verdicts(self) -> Tensor:
        """Which images of a defence that isn't random stay right under the strongest attacks, the cheapest first: (n,) bool."""
        right = self.still_right(self.x, torch.arange(len(self.x)))
        best, next_classes = self.x.clone(), torch.zeros(len(self.x), TARGETS, dtype=torch.int64)
        if len(rows := right.nonzero()[:, 0]):
            best[rows] = self.fool(rows, lambda _: kit.margin)
            next_classes[rows] = self.next_classes(best[rows], self.y[rows])
            right[rows] = self.still_right(best[rows], rows)
        for rank in range(TARGETS):
            if len(rows := right.nonzero()[:, 0]):
                found = self.fool(rows, margins_to(next_classes[:, rank]))
                right[rows] = self.still_right(found, rows)
        for rows in torch.split(right.nonzero()[:, 0], kit.TOGETHER):
            found = self.square(self.x[rows], self.y[rows], queries=self.effort.patient_queries, start=best[rows])
            right[rows] = self.still_right(found, rows)
        return right

    def still_right(self, at: Tensor, rows: Tensor) -> Tensor:
        return self.defence.share_right(at, self.y[rows], [next(self.seeds)]) > 0

    def fool(self, rows: Tensor, loss: Callable[[Tensor], Loss]) -> Tensor:
        """PGD on some images, which each leaves once it is misclassified. `loss`: that of the images with these numbers."""
        x = self.x[rows]

        def look(at: Tensor, some: Tensor) -> tuple[Tensor, Tensor]:
            return self.defence.look(at, self.y[rows[some]], loss=loss(rows[some]), draw=next(self.seeds))

        return kit.fool(look, x, norm=self.norm, eps=self.eps, steps=self.effort.steps, start=self.start(x))

    def next_classes(self, at: Tensor, y: Tensor) -> Tensor:
        """The classes with the next largest logits, the largest first: (n, TARGETS)."""
        z = self.defence.logits(at, next(self.seeds)).scatter(1, y[:, None], -torch.inf)
        return z.argsort(1, descending=True)[:, :TARGETS]

    def objective(self, loss: Loss, *, name: str = "", draws: int = 1, surrogate: bool = False) -> Objective:
        trace = self.traces.setdefault(name, []) if name else None
        return self.defence.objective(
            self.y, loss=loss, seeds=self.seeds, draws=draws, surrogate=surrogate, trace=None if trace else trace
        )

    def start(self, x: Tensor) -> Tensor:
        return kit.random_start(x, norm=self.norm, eps=self.eps, generator=self.generator)

    def fgsm(self) -> Tensor:
        _, gradient = self.objective(kit.cross_entropy)(self.x)
        return kit.project(self.x + self.eps * kit.steepest(gradient, self.norm), self.x, norm=self.norm, eps=self.eps)

    def ascend(
        self, name: str, loss: Loss, *, surrogate: bool = False, eps: float | None = None, steps: int = 0
    ) -> Tensor:
        """PGD from a random start, by the defence's own gradient. Another eps leaves no trace; steps=0: those of `effort`."""
        objective = self.objective(loss, name="" if eps else name, surrogate=surrogate)
        eps = self.eps if eps is None else eps
        start = kit.random_start(self.x, norm=self.norm, eps=eps, generator=self.generator)
        return kit.ascend(objective, self.x, norm=self.norm, eps=eps, steps=steps or self.effort.steps, start=start)

    def surrogate(self) -> list[Tensor]:
        """BPDA: true answers, and in the backward pass the author's stand-in, or a net of the evaluator's own."""
        return [
            self.ascend("surrogate", kit.margin, surrogate=True),
            *(self.along(self.borrowed(net)) for net in self.substitutes),
        ]

    def along(self, objective: Objective) -> Tensor:
        return kit.ascend(
            objective, self.x, norm=self.norm, eps=self.eps, steps=self.effort.steps, start=self.start(self.x)
        )

    def borrowed(self, net: nn.Module) -> Objective:
        """The defence's margin with the gradient of another net."""
        theirs = kit.objective(apart(net), self.y, loss=kit.margin)

        def at(x: Tensor) -> tuple[Tensor, Tensor]:
            return kit.margin(self.defence.logits(x, next(self.seeds)), self.y), theirs(x)[1]

        return at

    def transfer(self) -> list[Tensor]:
        """Attacks on the evaluator's nets, which ask the defence nothing."""
        return [self.along(kit.objective(apart(net), self.y, loss=kit.margin)) for net in self.substitutes]

    def eot(self) -> list[Tensor]:
        """Mean gradients over draws, as many as the noise of the gradient asks for; by both gradients on offer."""
        return [
            kit.ascend(
                self.objective(kit.margin, draws=self.draws_needed(surrogate=surrogate), surrogate=surrogate),
                self.x,
                norm=self.norm,
                eps=self.eps,
                steps=self.effort.mean_steps,
                keep="last",
            )
            for surrogate in (False, True)
        ]

    def draws_needed(self, *, surrogate: bool) -> int:
        """The least k for which the mean of k gradients has an expected cosine of COSINE with its expectation.

        cos^2 = 1 / (1 + s^2 / (k m^2)), s^2 the variance of a single gradient and m^2 its squared mean, from a pilot.
        """
        at = self.objective(kit.margin, surrogate=surrogate)
        g = torch.stack([at(self.x)[1].flatten(1) for _ in range(PILOT)])
        spread = g.var(0).sum(1)
        size = (g.mean(0).square().sum(1) - spread / PILOT).clamp_min(1e-12)
        needed = (spread / size).median() * COSINE**2 / (1 - COSINE**2)
        return int(needed.ceil().clamp(1, MOST_DRAWS))

    def finite_difference(self) -> Tensor:
        """Steps along central differences of the margin, as `kit.difference_slope` takes them."""
        at, steps = self.x, self.effort.difference_steps
        best, highest = at, torch.full((len(at),), -torch.inf)
        for _ in range(steps):
            margin = self.margin_of(next(self.seeds))  # one draw for all answers of a step
            slope = kit.difference_slope(margin, at, self.y, norm=self.norm, eps=self.eps, generator=self.generator)
            best, highest = kit.better(best, highest, at, margin(at, self.y))
            at = at + 2.5 * self.eps / steps * kit.steepest(slope, self.norm)
            at = kit.project(at, self.x, norm=self.norm, eps=self.eps)
        return kit.better(best, highest, at, self.margin_of(next(self.seeds))(at, self.y))[0]

    def square(self, x: Tensor, y: Tensor, *, queries: int, start: Tensor | None = None) -> Tensor:
        """Random search over squares, see `kit.square`; a fresh draw for each query."""
        return kit.square(
            lambda at: self.margin_of(next(self.seeds))(at, y),
            x,
            norm=self.norm,
            eps=self.eps,
            queries=queries,
            generator=self.generator,
            start=start,
        )

    def margin_of(self, draw: int) -> Loss:
        """The defence's margin at images (n, C, H, W) with labels (n,), all in one draw: (n,)."""
        return lambda at, y: kit.margin(self.defence.logits(at, draw), y)

    def finish(self, rows: Tensor, best: Tensor, *, surrogate: bool) -> list[Tensor]:
        """Candidates for the images `rows` that survived: margins to the next classes, then a patient random search.

        `best` are their worst points so far, `surrogate` says which gradient did better.
        """
        x, y = self.x[rows], self.y[rows]
        order = self.next_classes(best, y)
        candidates = []
        for rank in range(TARGETS):
            loss = kit.margin_to(order[:, rank])
            objective = self.defence.objective(y, loss=loss, seeds=self.seeds, surrogate=surrogate)
            candidates.append(
                kit.ascend(
                    objective, x, norm=self.norm, eps=self.eps, steps=self.effort.target_steps, start=self.start(x)
                )
            )
        candidates.append(self.square(x, y, queries=self.effort.patient_queries, start=best))
        return candidates

    def by_labels(self, rows: Tensor) -> tuple[Tensor, labels.Asked]:
        """For the images `rows` points near another label, as `labels.search` finds them, and one of its questions each."""
        some = replace(self, x=self.x[rows], y=self.y[rows])
        return labels.search(
            lambda at, few: ~some.still_right(at, few),
            some.x,
            norm=self.norm,
            eps=self.eps,
            starts=some.transfer(),
            turns=self.effort.turns,
            rng=self.rng,
        )


def margins_to(targets: Tensor) -> Callable[[Tensor], Loss]:
    """For images by their numbers the margin to one class each: targets (n,)."""
    return lambda some: kit.margin_to(targets[some])


def apart(net: nn.Module) -> Classifier:
    """A net as a classifier that takes no randomness."""
    return lambda x, _: net(x)


def worst_candidates(candidates: dict[str, Tensor], right: dict[str, Tensor]) -> Tensor:
    """Per image the candidate under which it is right least often: (n, C, H, W)."""
    names = list(candidates)
    choice = torch.stack([right[name] for name in names]).argmin(0)
    return torch.stack([candidates[name] for name in names])[choice, torch.arange(len(choice))]
