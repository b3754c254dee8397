"""The evaluator's attacks on a defence: they need its answers, and for the black-box ones not its honesty."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence import labels
from papers.obfuscated_gradients.defence.cases import THOROUGH, Effort
from papers.obfuscated_gradients.defence.respondent import Respondent, Seeds, Trace
from papers.obfuscated_gradients.defence.substitutes import Substitutes, apart
from papers.obfuscated_gradients.kit.ball import Norm
from papers.obfuscated_gradients.kit.gradients import Loss, Objective

RESTARTS, TARGETS = 2, 4  # of the margin; next classes that are aimed at
MOST_DRAWS, PILOT = 20, 8  # of a random defence, for a mean gradient and to learn how many that takes
COSINE = 0.8  # wanted between the mean gradient over draws and the expected one

# Images, which of the copies they are, and their margin in one draw -> like the images.
Slope = Callable[[Tensor, Tensor, Loss], Tensor]


@dataclass(kw_only=True)
class Suite:
    """What all attacks share."""

    defence: Respondent
    x: Tensor
    y: Tensor
    norm: Norm
    eps: float
    rng: np.random.Generator
    substitutes: Substitutes
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
            "margin": lambda: self.ascend_at_once("margin", kit.margin, copies=RESTARTS),
            "surrogate": self.surrogate,
            "transfer": lambda: self.substitutes.fooling,
            "square": lambda: [self.square(self.x, self.y, queries=self.effort.queries)],
            "finite_difference": lambda: [self.finite_difference()],
        }
        if self.is_random:
            attacks["eot"] = self.eot
        return attacks

    def still_right(self, at: Tensor, rows: Tensor) -> Tensor:
        return self.defence.share_right(at, self.y[rows], [next(self.seeds)]) > 0

    def next_classes(self, at: Tensor, y: Tensor) -> Tensor:
        """The classes with the next largest logits, the largest first: (n, TARGETS)."""
        z = self.defence.logits(at, next(self.seeds)).scatter(1, y[:, None], -torch.inf)
        return z.argsort(1, descending=True)[:, :TARGETS]

    def objective(self, loss: Loss, y: Tensor, *, name: str = "", draws: int = 1, surrogate: bool = False) -> Objective:
        """That of images with labels y; under a name it leaves a trace."""
        trace = self.traces.setdefault(name, []) if name else None
        return self.defence.objective(y, loss=loss, seeds=self.seeds, draws=draws, surrogate=surrogate, trace=trace)

    def start(self, x: Tensor) -> Tensor:
        return kit.random_start(x, norm=self.norm, eps=self.eps, generator=self.generator)

    def fgsm(self) -> Tensor:
        _, gradient = self.objective(kit.cross_entropy, self.y)(self.x)
        return kit.project(self.x + self.eps * kit.steepest(gradient, self.norm), self.x, norm=self.norm, eps=self.eps)

    def ascend(
        self, name: str, loss: Loss, *, surrogate: bool = False, eps: float | None = None, steps: int = 0
    ) -> Tensor:
        """PGD from a random start, by the defence's own gradient. Another eps leaves no trace; steps=0: those of `effort`."""
        objective = self.objective(loss, self.y, name="" if eps else name, surrogate=surrogate)
        eps = self.eps if eps is None else eps
        start = kit.random_start(self.x, norm=self.norm, eps=eps, generator=self.generator)
        return kit.ascend(objective, self.x, norm=self.norm, eps=eps, steps=steps or self.effort.steps, start=start)

    def ascend_at_once(
        self, name: str, loss: Loss, *, copies: int, surrogate: bool = False, steps: int = 0
    ) -> list[Tensor]:
        """As many from starts of their own, in the same questions; `loss` is that of all copies, one after the other."""
        objective = self.objective(loss, self.y.repeat(copies), name=name, surrogate=surrogate)
        x = self.x.repeat(copies, 1, 1, 1)
        found = kit.ascend(
            objective, x, norm=self.norm, eps=self.eps, steps=steps or self.effort.steps, start=self.start(x)
        )
        return list(found.chunk(copies))

    def climb(self, slope: Slope, start: Tensor, *, steps: int) -> Tensor:
        """Steps of `kit.ascend` along another slope than the defence's gradient, which each image leaves once it is wrong.

        Of a random defence none leaves: what one draw says is no end. start: images, or copies of them one after the other;
        what is returned is like it, each at its largest margin.
        """
        at, rows = start, torch.arange(len(start))
        found, highest = start.clone(), torch.full((len(start),), -torch.inf)
        for step in range(steps + 1):
            margin = self.margin_of(next(self.seeds))  # one draw for all answers of a step
            of = rows % len(self.x)
            value = margin(at, self.y[of])
            rises = value > highest
            found[rows[rises]], highest = at[rises], torch.where(rises, value, highest)
            stays = (value <= 0) | self.is_random
            at, rows, of, highest = at[stays], rows[stays], of[stays], highest[stays]
            if step == steps or len(rows) == 0:  # the last point is asked, and not left
                break
            steepest = kit.steepest(slope(at, rows, margin).nan_to_num(0, 0, 0), self.norm)
            at = kit.project(at + 2.5 * self.eps / steps * steepest, self.x[of], norm=self.norm, eps=self.eps)
        return found

    def surrogate(self) -> list[Tensor]:
        """BPDA: true answers, and in the backward pass the author's stand-in, or the nets of the evaluator's own."""
        return [self.ascend("surrogate", kit.margin, surrogate=True), *self.borrowed()]

    def borrowed(self) -> list[Tensor]:
        """Along the gradients of the other nets: a copy of the images for each."""
        nets = self.substitutes.nets

        def slope(at: Tensor, rows: Tensor, _: Loss) -> Tensor:
            result = torch.empty_like(at)
            for number, net in enumerate(nets):
                its = rows // len(self.x) == number
                theirs = kit.objective(apart(net), self.y[rows[its] % len(self.x)], loss=kit.margin)
                result[its] = theirs(at[its])[1]
            return result

        start = self.start(self.x.repeat(len(nets), 1, 1, 1))
        return list(self.climb(slope, start, steps=self.effort.steps).chunk(len(nets)))

    def eot(self) -> list[Tensor]:
        """Mean gradients over draws, as many as the noise of the gradient asks for; by both gradients on offer."""
        return [
            kit.ascend(
                self.objective(kit.margin, self.y, draws=self.draws_needed(surrogate=surrogate), surrogate=surrogate),
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
        at = self.objective(kit.margin, self.y, surrogate=surrogate)
        g = torch.stack([at(self.x)[1].flatten(1) for _ in range(PILOT)])
        spread = g.var(0).sum(1)
        size = (g.mean(0).square().sum(1) - spread / PILOT).clamp_min(1e-12)
        needed = (spread / size).median() * COSINE**2 / (1 - COSINE**2)
        return int(needed.ceil().clamp(1, MOST_DRAWS))

    def finite_difference(self) -> Tensor:
        """Along central differences of the margin, as `kit.difference_slope` takes them."""

        def slope(at: Tensor, rows: Tensor, margin: Loss) -> Tensor:
            return kit.difference_slope(
                margin, at, self.y[rows], norm=self.norm, eps=self.eps, generator=self.generator
            )

        return self.climb(slope, self.x, steps=self.effort.difference_steps)

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
        some = replace(self, x=self.x[rows], y=self.y[rows])
        to_next = kit.margin_to(self.next_classes(best, some.y).T.flatten())
        steps = self.effort.target_steps
        return [
            *some.ascend_at_once("", to_next, copies=TARGETS, surrogate=surrogate, steps=steps),
            some.square(some.x, some.y, queries=self.effort.patient_queries, start=best),
        ]

    def by_labels(self, rows: Tensor) -> tuple[Tensor, labels.Asked]:
        """For the images `rows` points near another label, as `labels.search` finds them, and one of its questions each."""
        some = replace(self, x=self.x[rows], y=self.y[rows])
        return labels.search(
            lambda at, few: ~some.still_right(at, few),
            some.x,
            norm=self.norm,
            eps=self.eps,
            starts=[found[rows] for found in self.substitutes.fooling],
            turns=self.effort.turns,
            rng=self.rng,
        )


def worst_candidates(candidates: dict[str, Tensor], right: dict[str, Tensor]) -> Tensor:
    """Per image the candidate under which it is right least often: (n, C, H, W)."""
    names = list(candidates)
    choice = torch.stack([right[name] for name in names]).argmin(0)
    return torch.stack([candidates[name] for name in names])[choice, torch.arange(len(choice))]
