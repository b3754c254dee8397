"""What is held against the board: orders of two starts, and the accuracy that the paper prints."""

from papers.evidence import Claim, Comparison, Contrast, Evidence

DEEP = ("digits/depth128",)


def better(house: str, than: str, text: str, *, cases: tuple[str, ...] = DEEP, where: str = "abstract") -> Comparison:
    return Comparison(
        text=text,
        house=house,
        than=than,
        metric="test_accuracy",
        cases=cases,
        where=where,
        status="transcribed, unchecked",
        note="Other data, other sizes: digits, sixteen channels, a fixed number of steps.",
    )


COMPARISONS = (
    better(
        "delta_orthogonal", "critical_gaussian", "Orthogonal kernels train where critical Gaussian ones are too slow"
    ),
    better(
        "delta_orthogonal",
        "flat_orthogonal",
        "An orthogonal convolution trains where orthogonal rows of the flattened kernel don't",
        where="section on orthogonal kernels",
    ),
    better(
        "critical_gaussian",
        "framework_default",
        "A start on the critical line trains where one in the ordered phase doesn't",
        where="section on mean field theory",
    ),
)
CONTRASTS = (Contrast(label="128 layers − 32 layers", of="digits/depth128", against="digits/depth32"),)
QUICK = Evidence(comparisons=COMPARISONS, contrasts=CONTRASTS)


def printed(case: str, note: str) -> Claim:
    """What the paper prints of 10,000 layers on MNIST."""
    return Claim(
        method="delta-orthogonal",
        case=case,
        metric="test_accuracy",
        value=0.99,
        where="figure 1 and text",
        status="transcribed, unchecked",
        house="delta_orthogonal",
        note=note,
    )


FULL = Evidence(
    claims=(
        printed(
            "digits/depth10000",
            "Does it learn? 0.1 is chance. Other data: digits from the seed, 8 channels, 200 steps of 16 images.",
        ),
        printed(
            "mnist/depth10000",
            "The paper's channels, steps and learning rates are not released; here images have half the resolution.",
        ),
    ),
    comparisons=(
        *COMPARISONS,
        better("delta_orthogonal", "critical_gaussian", "So it is at 10,000 layers", cases=("digits/depth10000",)),
        better(
            "delta_orthogonal",
            "framework_default",
            "A network of 10,000 layers learns from orthogonal kernels: the framework's own start stays at chance",
            cases=("digits/depth10000",),
            where="title",
        ),
    ),
    contrasts=CONTRASTS,
)
