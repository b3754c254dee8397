"""The cases: what is learnt, what is wrong with its labels, and what may be spent."""

from papers.importance_sampling.problem.setting import Corruption, Network, Setting, Source
from papers.task import Case

DIGITS_UNITS = 400_000
FILES: dict[Source, tuple[str, ...]] = {
    "mnist": ("mnist",),
    "fashion": ("fashion-mnist-part",),
    "cifar-jpeg": ("cifar10-jpeg",),
    "usps": ("usps", "mnist"),
}


def digits(
    name: str,
    noise: float = 0.0,
    *,
    network: Network = "dense",
    corruption: Corruption = "symmetric",
    units: int = DIGITS_UNITS,
) -> Case[Setting]:
    """1,000 digits that nobody has."""
    setting = Setting("digits", network, units, corruption=corruption, noise=noise)
    return Case(name=f"digits/{name}", params=setting)


def images(
    name: str,
    source: Source,
    network: Network,
    *,
    units: int,
    batch: int = 64,
    noise: float = 0.0,
    corruption: Corruption = "symmetric",
    is_pretrained: bool = False,
) -> Case[Setting]:
    setting = Setting(
        source, network, units, batch=batch, noise=noise, corruption=corruption, is_pretrained=is_pretrained
    )
    return Case(name=name, params=setting, data=FILES.get(source, ()))


QUICK = (digits("clean"), digits("noise20", 0.2), digits("noise40", 0.4))
TRIAL = digits("trial", 0.2, units=12_000)
FULL = (
    digits("pairflip40", 0.4, corruption="pairflip"),
    digits("imbalance10", corruption="imbalance"),
    digits("duplicates", corruption="duplicates"),
    digits("convnet/clean", network="convnet"),
    digits("convnet/noise40", 0.4, network="convnet"),
    images("digits-lstm/clean", "digits", "lstm", units=DIGITS_UNITS, batch=32),
    images("mnist/clean", "mnist", "lenet", units=10_000_000),
    images("mnist/scarce", "mnist", "lenet", units=300_000),  # under two passes over the data
    images("mnist/noise20", "mnist", "lenet", units=10_000_000, noise=0.2),
    images("mnist/noise40", "mnist", "lenet", units=10_000_000, noise=0.4),
    images("mnist/pairflip40", "mnist", "lenet", units=10_000_000, noise=0.4, corruption="pairflip"),
    images("fashion/clean", "fashion", "lenet", units=3_000_000),
    images("fashion/noise40", "fashion", "lenet", units=3_000_000, noise=0.4),
    images("cifar-jpeg/clean", "cifar-jpeg", "resnet", units=5_000_000, batch=128),
    images("cifar-jpeg/noise40", "cifar-jpeg", "resnet", units=5_000_000, batch=128, noise=0.4),
    images("usps/fine-tuning", "usps", "lenet", units=200_000, batch=16, is_pretrained=True),
)
