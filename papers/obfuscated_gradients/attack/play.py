"""The attack board's protocol: images and a victim's weights go out, perturbed images come back and are judged here."""

import numpy as np
import torch

from papers import answers
from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.attack import cases, exact
from papers.obfuscated_gradients.attack.interface import Method
from papers.obfuscated_gradients.kit.victims import Victim
from papers.obfuscated_gradients.problem.images import Images, deal, splits
from papers.obfuscated_gradients.problem.pictures import show_budgets, show_examples
from papers.obfuscated_gradients.problem.victims import load_weights
from papers.playing import Report
from papers.task import Case, Scores, Seed

DRAWS, SHOWN_DRAWS = 20, 5  # of a random victim, at scoring and for the curve
SLACK = 1e-5  # float32 rounding at the edge of the ball
BUDGETS = (0.5, 1.0, 1.5)  # of the case's eps, for the curve
SHOWN = 25  # images on the pictures: each is attacked once a budget
FAR = 1e6  # outside the ball either way, and within float32


def play(case: Case[cases.Victim], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    name, norm, eps = case.params.victim, case.params.norm, case.params.eps
    test = splits(case.params.data)[1]
    images = deal(test, case.params.images, seed.rng("images"))
    weights = load_weights(name)

    def ask(images: Images, eps: float) -> tuple[np.ndarray, np.ndarray]:
        answer = method.attack(name, weights.copy(), images.x.copy(), images.y.copy(), norm, eps)
        return admissible_images(images_in(answer, like=images.x), images.x, norm=norm, eps=eps)

    x_adv, outside = ask(images, eps)
    victim = kit.build(name, weights, "cpu")  # the method's own copy may have been tampered with
    clean = clean_share(name, weights, images, seed.rng("clean draws"))
    right = share_right(victim, x_adv, images.y, seed.rng("draws"))
    if not victim.random:
        right = np.minimum(right, clean)  # an attack can't repair what was wrong before
    scores = {
        "robust_accuracy": float(right.mean()),
        "attack_success": 1 - float(right.sum() / clean.sum()) if clean.any() else 0.0,
        "clean_accuracy": float(clean.mean()),
        "violations": float(outside.mean()),
    }
    if (fooled := (clean > 0.5) & (right <= 0.5)).any():
        scores["distance"] = float(lengths(x_adv - images.x, norm)[fooled].mean()) / eps
    if name == "linear":
        scores["gap_to_exact"] = scores["robust_accuracy"] - exact_accuracy(weights, images, eps)
    if seed.index == 0:  # other images than the scored ones: these are shown
        shown = deal(test, SHOWN, seed.salted("shown"))
        within = {budget: ask(shown, budget * eps)[0] for budget in BUDGETS}
        rates = [
            share_right(victim, at, shown.y, seed.rng("shown draws"), draws=SHOWN_DRAWS).mean()
            for at in (shown.x, *within.values())
        ]
        show_budgets(report, [0.0, *BUDGETS], {"robust accuracy": [float(rate) for rate in rates]})
        show_examples(report, shown.x, within[1.0])
    return scores


def images_in(answer: object, *, like: np.ndarray) -> np.ndarray:
    """The images of an answer to `attack` as float32, which may lie outside the ball. Raises AnswerError."""
    values = answers.array(answer, call="attack", like=like, low=-np.inf, high=np.inf)
    return np.asarray(np.clip(values, -FAR, FAR), np.float32)


def admissible_images(x_adv: np.ndarray, x: np.ndarray, *, norm: kit.Norm, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """The attacked images, those outside the ball or [0, 1] put back to the original; and which were: (n,) bool.

    What is outside by rounding only is moved to the edge.
    """
    excess = lengths(x_adv - x, norm) - eps
    beyond = np.maximum(-x_adv, x_adv - 1).reshape(len(x), -1).max(1)
    outside = (excess > SLACK) | (beyond > SLACK)
    inside = kit.project(torch.from_numpy(x_adv), torch.from_numpy(x), norm=norm, eps=eps).numpy()
    return np.where(outside[:, None, None, None], x, inside), outside


def lengths(d: np.ndarray, norm: kit.Norm) -> np.ndarray:
    return np.asarray(kit.norms(torch.from_numpy(d.astype(np.float64)), norm).numpy())


def clean_share(name: str, weights: np.ndarray, images: Images, rng: np.random.Generator) -> np.ndarray:
    """`share_right` of the victim before any attack: it follows from a case and a seed, whatever the method answers."""
    return share_right(kit.build(name, weights, "cpu"), images.x, images.y, rng)


def share_right(
    victim: Victim, x: np.ndarray, y: np.ndarray, rng: np.random.Generator, *, draws: int = DRAWS
) -> np.ndarray:
    """For each image the share of fresh draws of the victim in which it is classified rightly: (n,) in [0, 1]."""
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    with torch.no_grad():
        answers_of_draws = [
            victim(torch.from_numpy(x), generator).argmax(1).numpy() == y for _ in range(draws if victim.random else 1)
        ]
    return np.asarray(np.mean(answers_of_draws, axis=0))


def exact_accuracy(weights: np.ndarray, images: Images, eps: float) -> float:
    """The least robust accuracy that any attack on the linear victim can leave."""
    x = images.x.reshape(len(images), -1).astype(np.float64)
    weight, bias = np.split(weights.astype(np.float64), [10 * x.shape[1]])
    return float(exact.robust_images(x, images.y, weight=weight.reshape(10, -1), bias=bias, eps=eps).mean())
