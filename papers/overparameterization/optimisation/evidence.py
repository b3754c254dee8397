"""What is held against the board: the paper prints curves, so a claim is an order of two methods; and the work of its rule."""

from papers.evidence import Claim, Comparison, Evidence
from papers.overparameterization.optimisation.cases import LOOP

NOTE = "The paper's gas-sensor table is not at hand; here it is diabetes, with targets that nobody knows."
FIGURES = "figures 3 to 5"
FINE, COARSE = "steps_1e3", "steps_1e3_coarse"
GRIDS = {FINE: "on the fine grid", COARSE: "on a coarse grid"}
L2, L4 = ("diabetes/l2",), ("diabetes/l4",)
NETS = ("mnist/mlp", "mnist/convnet")


def better(
    house: str, than: str, text: str, *, metric: str = "log_gap_auc", cases: tuple[str, ...] = L4, where: str = FIGURES
) -> Comparison:
    return Comparison(
        text=text,
        house=house,
        than=than,
        metric=metric,
        cases=cases,
        where=where,
        status="transcribed, unchecked",
        note=NOTE,
    )


def depth_on_l4(depth: int) -> tuple[Comparison, ...]:
    """The claim once for each grid: it is the coarse one at which it looks large."""
    return tuple(
        better(f"deep{depth}", "gd", f"Depth {depth} beats one layer on ℓ4, step size {grid}", metric=metric)
        for metric, grid in GRIDS.items()
    )


def no_depth_on_l2(depth: int) -> tuple[Comparison, ...]:
    return tuple(
        better("gd", f"deep{depth}", f"Depth {depth} does not beat one layer on ℓ2, {grid}", metric=metric, cases=L2)
        for metric, grid in GRIDS.items()
    )


def accelerates_more_than(rival: str, title: str) -> Comparison:
    text = f"Depth accelerates more than common acceleration schemes do: {title}"
    return better("deep2", rival, text, where="abstract")


def work(house: str, depth: int, value: float) -> Claim:
    """What the paper's rule does around the board's loop."""
    return Claim(
        method=f"End-to-end rule, N = {depth}",
        case=LOOP.name,
        metric="loop_work",
        value=value,
        where="theorem on regularisers",
        status="transcribed, unchecked",
        house=house,
        tolerance=1e-4,
        note="Not printed: the integral of the paper's rule around the loop of this board. "
        "It is 0 for the gradient of any function.",
    )


WORK = (work("e2e2", 2, 0.0), work("e2e3", 3, 0.31222), work("deep3", 3, 0.31222), work("deep4", 4, 0.71131))
QUICK = Evidence(
    claims=WORK,
    comparisons=(
        *depth_on_l4(2),
        *depth_on_l4(3),
        *no_depth_on_l2(2),
        *no_depth_on_l2(3),
        better("deep2", "adagrad", "Depth 2 beats AdaGrad on ℓ4"),
        better("deep2", "adadelta", "Depth 2 beats AdaDelta on ℓ4"),
        better("adam_deep2", "adam", "Adam gains from a second layer on ℓ4"),
        accelerates_more_than("nesterov", "Nesterov"),
        accelerates_more_than("adam", "Adam"),
    ),
)
FULL = Evidence(
    claims=WORK,
    comparisons=(better("deep2", "gd", "Doubled dense layers lower a network's training loss faster", cases=NETS),),
)
