"""The methods that come with the board."""

from papers.task import House


def house(slug: str, title: str, kind: str, summary: str, expense: float) -> House:
    return House(slug=slug, title=title, kind=kind, summary=summary, expense=expense)  # type: ignore[arg-type]


HOUSE = (
    house("constant", "Constant answer", "control", "Always the same class: robust, and right one time in ten.", 33),
    house("undefended", "No defence", "control", "An ordinary net: must fall.", 150),
    house("adversarial_training", "Adversarial training", "method", "Trained on PGD: must stand.", 400),
    house("trades", "TRADES", "method", "Clean cross-entropy plus the divergence to attacked answers.", 450),
    house("smoothing", "Randomised smoothing", "method", "Mean answer over Gaussian noise, trained on it.", 700),
    house("rounding", "Rounded input", "control", "Four grey levels: shattered; must fall.", 130),
    house("thermometer_code", "Thermometer code", "control", "Eight levels: shattered; must fall.", 160),
    house("noisy_crop", "Noise and crops", "control", "Stochastic; must fall.", 200),
    house("scaled_logits", "Logits × 300", "control", "Vanishing; must fall.", 140),
    house("labels_only", "Labels only", "control", "One-hot answers: shattered; must fall.", 150),
    house(
        "decoder_projection", "Projection on a decoder", "control", "An optimisation loop: vanishing; must fall.", 470
    ),
)
