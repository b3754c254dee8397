"""Whether a defence answers by the image and the draw alone: not by other images, and not by what it was asked before."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from papers.obfuscated_gradients.defence.respondent import Respondent
from papers.task import AnswerError

SAME = 1e-4  # of the largest logit: beyond it two answers to one question differ
REMEMBERED = 0.1  # of the images: what two trainings of one code and seed may differ by in accuracy


def check(
    ask: Callable[[Tensor, int], Tensor], x: Tensor, *, draw: int, rng: np.random.Generator
) -> Callable[[Tensor], None]:
    """Ask once; what comes back asks again, the same images shuffled among others, and raises AnswerError if answers differ.

    A random defence takes its randomness by place in the batch, so only a deterministic one is asked in another order.
    """
    first = ask(x, draw)
    scale = float(first.abs().max()) + 1e-6
    is_random = bool((ask(x, draw + 1) - first).abs().max() > SAME * scale)

    def again(others: Tensor) -> None:
        if is_random:
            answer = ask(x, draw)
        else:
            order = torch.from_numpy(rng.permutation(len(x) + len(others)))
            answer = ask(torch.cat([x, others])[order], draw)[order.argsort()][: len(x)]
        if (answer - first).abs().max() > SAME * scale:
            raise AnswerError(
                "logits answered differently when it was asked again with the same images and the same draw: answers "
                "may depend on the image and on draw only, not on other images, earlier calls or other randomness"
            )

    return again


def first_met(
    defence: Respondent, x: Tensor, y: Tensor, draws: list[int], *, decoys: Tensor | None, rng: np.random.Generator
) -> Tensor:
    """For each image the share of draws in which a defence is right that has never seen any: (n,).

    They come shuffled among the decoys; without any, of a random defence, in their order, as randomness goes by place.
    """
    if decoys is None:
        return defence.share_right(x, y, draws)
    order = torch.from_numpy(rng.permutation(len(x) + len(decoys)))
    mixed = torch.cat([x, decoys])[order]
    answers = [defence.logits(mixed, draw)[order.argsort()][: len(x)] for draw in draws]
    return torch.stack([(answer.argmax(1) == y).float() for answer in answers]).mean(0)


def check_memory(share: Tensor, met_first: Tensor) -> None:
    """Raise AnswerError where a newcomer is right clearly less often than the defence that was attacked, on the same images."""
    attacked, new = float(share.mean()), float(met_first.mean())
    if attacked - new > REMEMBERED:
        raise AnswerError(
            f"on attacked images logits was right in {attacked:.0%}, and in {new:.0%} in a new process that was trained alike "
            "and met them first: answers may depend on the image and on draw only, not on earlier calls"
        )
