"""The defence board's protocol: a defence trains, then answers the evaluator's attacks."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from scipy.stats import beta
from torch import Tensor, nn

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence import symptoms
from papers.obfuscated_gradients.defence.asked import Asked, consistency
from papers.obfuscated_gradients.defence.suite import Suite, worst
from papers.obfuscated_gradients.kit.victims import digits_net, strided_net
from papers.obfuscated_gradients.problem.images import Images, deal, splits
from papers.obfuscated_gradients.problem.pictures import show_budgets, show_evidence, show_examples, show_steps
from papers.playing import Report
from papers.task import Case, Scores, Seed

CHOSEN_ON, SCORED_ON = 10, 20  # draws of a random defence
SHOWN, BUDGETS = 50, (0.25, 0.5, 1.0, 1.5)  # images and radii, in eps, for the pictures
SUBSTITUTE_IMAGES, SUBSTITUTE_EPOCHS = 5000, 15
KINDS = ("shattered", "stochastic", "vanishing")


def play(case: Case, *, seed: Seed, device: str, method: Any, report: Report) -> Scores:
    norm, eps = case.params["norm"], case.params["eps"]
    train, test = splits(case.params["data"])
    train = train.take(seed.rng("train").permutation(len(train)))
    dealt = deal(test, case.params["images"], seed.rng("images"))
    x, y = torch.from_numpy(dealt.x), torch.from_numpy(dealt.y)
    rng = seed.salted("attacks")

    asked = Asked(method, classes=10)
    claim = asked.fit(train.x, train.y, norm, eps)
    again = consistency(asked.logits, x, draw=int(rng.integers(2**30)), rng=rng)
    response = symptoms.respond(asked, x, y, rng)
    is_random = response.random > symptoms.BOUNDS["random answers"]
    suite = Suite(
        asked=asked, x=x, y=y, norm=norm, eps=eps, rng=rng, substitutes=substitutes(train, rng), is_random=is_random
    )
    chosen_on, scored_on = (
        [next(suite.seeds) for _ in range(count if is_random else 1)] for count in (CHOSEN_ON, SCORED_ON)
    )

    candidates = {"clean": x}
    right = {"clean": asked.right(x, y, chosen_on)}
    attacks = suite.attacks()
    for number, (name, attack) in enumerate(attacks.items()):
        report.progress(number / len(attacks), name)
        candidates[name], right[name] = best_of(asked, attack(), y, chosen_on)
        again(candidates[name])
    accuracy = {name: float(share.mean()) for name, share in right.items()}
    finish(suite, candidates, right, chosen_on, surrogate=accuracy["surrogate"] < accuracy["margin"])

    x_adv = worst(candidates, right)
    again(x_adv)
    share = asked.right(x_adv, y, scored_on)
    unbounded, wider = (
        float(asked.right(suite.ascend("", kit.cross_entropy, eps=radius), y, chosen_on).mean())
        for radius in (widest(norm, x), 1.5 * eps)
    )
    found = symptoms.evidence(suite, response, accuracy, unbounded=unbounded, wider=wider)
    if seed.index == 0:
        show(report, replace(suite, x=torch.from_numpy(train.x[:SHOWN]), y=torch.from_numpy(train.y[:SHOWN])), found)
    return {
        **scores_of_attacks(accuracy, float(share.mean())),
        **scores_of_claim(claim, share),
        **scores_of_symptoms(found),
    }


def best_of(asked: Asked, candidates: list[Tensor], y: Tensor, draws: list[int]) -> tuple[Tensor, Tensor]:
    """Per image the candidate under which it is right least often, and how often."""
    tried = {str(number): at for number, at in enumerate(candidates)}
    right = {name: asked.right(at, y, draws) for name, at in tried.items()}
    return worst(tried, right), torch.stack(list(right.values())).amin(0)


def finish(
    suite: Suite, candidates: dict[str, Tensor], right: dict[str, Tensor], draws: list[int], *, surrogate: bool
) -> None:
    """Attack once more, with patience, what is still right in most draws."""
    at = worst(candidates, right)
    rows = (torch.stack(list(right.values())).amin(0) > 0.5).nonzero()[:, 0]
    if len(rows) == 0:
        return
    found = suite.finish(rows, at[rows], surrogate=surrogate)
    better, share = best_of(suite.asked, found, suite.y[rows], draws)
    candidates["finish"], right["finish"] = at.clone(), torch.stack(list(right.values())).amin(0)
    candidates["finish"][rows], right["finish"][rows] = better, share


def substitutes(train: Images, rng: np.random.Generator) -> list[nn.Module]:
    """Two nets of the evaluator's own, which no method has seen: a convolutional one and a dense one."""
    part = train.take(np.arange(min(len(train), SUBSTITUTE_IMAGES)))
    channels, side = part.x.shape[1], part.x.shape[2]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**31)))
        nets: list[nn.Module] = [
            digits_net(channels, (16, 32), 64) if side == 8 else strided_net(channels, side),
            nn.Sequential(nn.Flatten(), nn.Linear(part.x[0].size, 128), nn.ReLU(), nn.Linear(128, 10)),
        ]
        for net in nets:
            kit.fit_net(net, torch.from_numpy(part.x), torch.from_numpy(part.y), epochs=SUBSTITUTE_EPOCHS)
    return nets


def widest(norm: kit.Norm, x: Tensor) -> float:
    """A radius that holds the whole of [0, 1]."""
    return 1.0 if norm == "linf" else float(x[0].numel() ** 0.5)


def scores_of_attacks(accuracy: dict[str, float], worst_case: float) -> Scores:
    each = {f"acc_{name}": value for name, value in accuracy.items() if name != "clean"}
    return {
        "worst_case_accuracy": worst_case,
        "clean_accuracy": accuracy["clean"],
        "overstatement": accuracy["pgd"] - worst_case,
        **each,
    }


def scores_of_claim(claim: float, share: Tensor) -> Scores:
    """The measured accuracy's 95 % interval (Clopper-Pearson), and what becomes of the claim."""
    n, k = len(share), float(share.sum())
    low = float(beta.ppf(0.025, k, n - k + 1)) if k > 0 else 0.0
    high = float(beta.ppf(0.975, k + 1, n - k)) if k < n else 1.0
    scores = {"interval_low": low, "interval_high": high}
    if claim > 0:
        scores |= {"claimed": claim, "claim_excess": claim - k / n, "claim_refuted": float(claim > high)}
    return scores


def scores_of_symptoms(found: dict[str, float]) -> Scores:
    kind = symptoms.verdict(found)
    return {
        "zero_gradient": found["zero gradients"],
        "unbounded_accuracy": found["unbounded attack fails"],
        "gradient_error": found["gradient against differences"],
        "symptoms": float(len(symptoms.raised(found))),
        "obfuscated": float(kind != "none"),
        **{name: float(kind == name) for name in KINDS},
    }


def show(report: Report, suite: Suite, found: dict[str, float]) -> None:
    """The pictures of a play. `suite` attacks training images: the scored ones stay hidden."""
    suite.ascend("pgd", kit.cross_entropy)
    suite.ascend("margin", kit.margin)
    suite.ascend("surrogate", kit.margin, surrogate=True)
    show_evidence(report, symptoms.verdict(found), found, symptoms.BOUNDS)
    show_steps(report, suite.traces)

    def accuracy(x: Tensor) -> float:
        return float(suite.asked.right(x, suite.y, [next(suite.seeds)]).mean())

    radii = [share * suite.eps for share in BUDGETS]
    plain = [suite.ascend("", kit.cross_entropy, eps=eps) for eps in radii]
    through = [suite.ascend("", kit.margin, eps=eps, surrogate=True) for eps in radii]
    clean = accuracy(suite.x)
    series = {
        name: [clean, *(accuracy(at) for at in found)]
        for name, found in (("plain PGD", plain), ("through the stand-in", through))
    }
    show_budgets(report, [0.0, *BUDGETS], series)
    show_examples(report, suite.x.numpy(), through[BUDGETS.index(1.0)].numpy())
