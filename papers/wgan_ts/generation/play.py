"""The protocol: a method sees training points and draws new ones, which are held against hidden points."""

import numpy as np

from papers import answers
from papers.playing import Report
from papers.task import Case, Scores, Seed
from papers.wgan_ts.generation.cases import Split
from papers.wgan_ts.generation.draws import load
from papers.wgan_ts.generation.interface import Method
from papers.wgan_ts.generation.pictures import show_samples
from papers.wgan_ts.generation.scoring import scores_of


def play(case: Case[Split], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    split = case.params
    source = load(split, seed.rng("source"))
    method.fit(source.train.copy())
    shape = (len(source.hidden), source.train.shape[1])
    answer = method.sample(len(source.hidden))
    samples = answers.array(answer, call="sample", shape=shape, low=0.0, high=1.0, dtype=np.float32)
    if seed.index == 0:
        show_samples(report, source, samples)
    return scores_of(source, samples, seed.salted("halves"))
