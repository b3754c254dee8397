"""The cases of the board."""

from papers.task import Case


def cases(images: int, rows: tuple[tuple[str, str, str, str, float, str], ...]) -> tuple[Case, ...]:
    """Cases named "victim/norm-radius"."""
    return tuple(
        Case(
            name=f"{victim}/{norm}-{radius}",
            params={"victim": victim, "data": data, "norm": norm, "eps": eps, "images": images, "hides": hides},
        )
        for victim, data, norm, radius, eps, hides in rows
    )


QUICK = cases(
    50,
    (
        ("linear", "digits", "linf", "0.1", 0.1, "nothing"),
        ("plain", "digits", "linf", "0.2", 0.2, "nothing"),
        ("adversarial", "digits", "linf", "0.2", 0.2, "nothing"),
        ("quantised", "digits", "linf", "0.2", 0.2, "shattered"),
        ("thermometer", "digits", "linf", "0.2", 0.2, "shattered"),
        ("argmax", "digits", "linf", "0.2", 0.2, "shattered"),
        ("noisy", "digits", "linf", "0.2", 0.2, "stochastic"),
        ("pruned", "digits", "linf", "0.2", 0.2, "stochastic"),
        ("saturated", "digits", "linf", "0.2", 0.2, "vanishing"),
        ("projection", "digits", "linf", "0.2", 0.2, "vanishing"),
    ),
)


FULL = cases(
    250,
    (
        ("mnist-plain", "mnist", "linf", "0.3", 0.3, "nothing"),
        ("mnist-adversarial", "mnist", "linf", "0.3", 0.3, "nothing"),
        ("mnist-certified", "mnist", "linf", "0.1", 0.1, "nothing"),
        ("mnist-quantised", "mnist", "linf", "0.3", 0.3, "shattered"),
        ("mnist-thermometer16", "mnist", "linf", "0.3", 0.3, "shattered"),
        ("mnist-jpeg", "mnist", "linf", "0.3", 0.3, "shattered"),
        ("mnist-resize-pad", "mnist", "linf", "0.3", 0.3, "stochastic"),
        ("mnist-projection", "mnist", "linf", "0.3", 0.3, "vanishing"),
        ("mnist-projection", "mnist", "l2", "1.5", 1.5, "vanishing"),
        ("fashion-certified", "fashion", "linf", "0.1", 0.1, "nothing"),
        *(
            (f"cifar-jpegcopy-{victim}", "cifar-jpegcopy", "linf", "8-255", 8 / 255, hides)
            for victim, hides in (
                ("plain", "nothing"),
                ("adversarial", "nothing"),
                ("thermometer16", "shattered"),
                ("bitdepth3", "shattered"),
                ("jpeg", "shattered"),
                ("resize-pad", "stochastic"),
                ("prune", "stochastic"),
            )
        ),
    ),
)


HIDING = tuple(
    f"{victim}/linf-0.2"
    for victim in ("quantised", "thermometer", "argmax", "noisy", "pruned", "saturated", "projection")
)
