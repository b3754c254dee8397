"""The protocol: a method starts a deep network, its process ends, and the evaluator trains what it was given."""

from functools import partial
from typing import Any

import numpy as np

from papers.dynamical_isometry.deep_init.cases import Training
from papers.dynamical_isometry.deep_init.interface import Method
from papers.dynamical_isometry.deep_init.plane import show_plane
from papers.dynamical_isometry.problem import images as pictures
from papers.dynamical_isometry.problem.layers import Body
from papers.dynamical_isometry.problem.start import (
    Start,
    drawn_depth,
    gaussian_start,
    identity_share,
    spec_of,
    start_of,
    variances,
)
from papers.dynamical_isometry.problem.training import Outcome, Recipe, train
from papers.playing import Report
from papers.task import Case, Scores, Seed

SEEN = 64  # unlabelled images for methods that want some
TRAINABLE = 0.9
POINTS, DIGITS = 50, 4  # of a curve: they are kept for every method and seed
REFERENCES: tuple[Body, ...] = ("residual", "normalised")


def play(case: Case[Training], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    asked = case.params
    spec = spec_for(asked, drawn_depth(asked.depth, seed.rng("depth")))
    images = pictures.draw(asked.source, seed.rng("images"))
    start = asked_start(method, spec, images, asked)
    method.close()
    trial = Trial(asked, spec, images, seed=seed, device=device, report=report)
    outcomes = {rate: trial.run(start, rate) for rate in asked.rates}
    best = min(outcomes, key=lambda rate: outcomes[rate].last_loss)
    show_loss(report, outcomes[best].losses)
    if asked.plane and seed.index == 0:
        show_plane(report, asked.plane, trial.gaussian_accuracy)
    return scores(outcomes[best], start, images, rate=best) | trial.references()


def spec_for(asked: Training, depth: int) -> dict[str, Any]:
    return spec_of(
        depth=depth,
        channels=asked.channels,
        side=asked.side,
        activation=asked.activation,
        steps=asked.steps,
        batch=asked.batch,
    )


def asked_start(method: Method, spec: dict[str, Any], images: pictures.Images, asked: Training) -> Start:
    if asked.with_data and method.has("init_with_data"):
        few = images.x_train[:SEEN].copy()
        return start_of(method.init_with_data(spec, few), spec, call="init_with_data")
    return start_of(method.init(spec), spec)


class Trial:
    """Trainings that differ in their start and their rate only: the same stem, head and order of images."""

    def __init__(
        self, asked: Training, spec: dict[str, Any], images: pictures.Images, *, seed: Seed, device: str, report: Report
    ) -> None:
        self.asked, self.spec, self.images = asked, spec, images
        self.seed, self.device, self.report = seed, device, report
        self.batches = seed.rng("batches").integers(len(images.y_train), size=(asked.steps, asked.batch))

    def run(self, start: Start, rate: float, body: Body = "vanilla") -> Outcome:
        return train(
            start,
            self.spec,
            self.images,
            Recipe(rate, self.batches, self.asked.optimiser, body),
            rng=self.seed.rng("stem and head"),
            device=self.device,
            progress=partial(self.tell, f"{body}, learning rate {rate:g}"),
        )

    def tell(self, text: str, step: int) -> None:
        if step % 10 == 0:
            self.report.progress(step / self.asked.steps, text)

    def references(self) -> Scores:
        """What other architectures do at the largest rate, where the case asks for them."""
        if not self.asked.references:
            return {}
        pair = self.spec["critical"]
        start = gaussian_start(
            self.spec, self.seed.rng("references"), sigma_w2=pair["sigma_w2"], sigma_b2=pair["sigma_b2"]
        )
        rate = max(self.asked.rates)
        test = self.images.x_test, self.images.y_test
        return {f"{body}_accuracy": self.run(start, rate, body).accuracy(*test) for body in REFERENCES}

    def gaussian_accuracy(self, depth: int, sigma_w: float, sigma_b: float) -> float:
        """Of a network of another depth, at the largest rate."""
        spec = spec_for(self.asked, depth)
        start = gaussian_start(spec, self.seed.rng("plane"), sigma_w2=sigma_w**2, sigma_b2=sigma_b**2)
        trial = Trial(self.asked, spec, self.images, seed=self.seed, device=self.device, report=self.report)
        return trial.run(start, max(self.asked.rates)).accuracy(self.images.x_test, self.images.y_test)


def scores(outcome: Outcome, start: Start, images: pictures.Images, *, rate: float) -> Scores:
    sigma_w, sigma_b = variances(start)
    seen = slice(0, len(images.x_test))
    train_accuracy = outcome.accuracy(images.x_train[seen], images.y_train[seen])
    return {
        "test_accuracy": outcome.accuracy(images.x_test, images.y_test),
        "train_loss_auc": float(outcome.losses.mean()),
        "train_accuracy": train_accuracy,
        "trainable": float(train_accuracy > TRAINABLE),
        "steps_taken": float(outcome.steps),
        "best_rate": rate,
        "lr_scale": start.lr_scale,
        "sigma_w": sigma_w,
        "sigma_b": sigma_b,
        "identity_share": identity_share(start.weight),
    }


def show_loss(report: Report, losses: np.ndarray) -> None:
    """Means of the training loss over equal stretches of steps."""
    parts = np.array_split(losses, min(POINTS, len(losses)))
    ends = np.cumsum([len(part) for part in parts])
    report.curve(
        "Training loss",
        ends,
        {"loss": np.array([part.mean() for part in parts]).round(DIGITS)},
        x_label="steps",
        y_label="cross-entropy, nats",
    )
