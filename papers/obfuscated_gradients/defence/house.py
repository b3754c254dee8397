"""The methods that come with the board."""

from papers.task import House


def house(slug: str, title: str, kind: str, summary: str, expense: int = 6) -> House:
    return House(slug=slug, title=title, kind=kind, summary=summary, expense=expense)  # type: ignore[arg-type]


HOUSE = (
    house("constant", "Constant answer", "control", "Always the same class: robust, and right one time in ten.", 4),
    house("undefended", "No defence", "control", "An ordinary net: must fall.", 5),
    house("adversarial_training", "Adversarial training", "method", "Trained on PGD: must stand.", 7),
    house("trades", "TRADES", "method", "Clean cross-entropy plus the divergence to attacked answers.", 8),
    house("smoothing", "Randomised smoothing", "method", "Mean answer over Gaussian noise, trained on it.", 9),
    house("rounding", "Rounded input", "control", "Four grey levels: shattered; must fall."),
    house("thermometer_code", "Thermometer code", "control", "Eight levels: shattered; must fall."),
    house("noisy_crop", "Noise and crops", "control", "Stochastic; must fall."),
    house("scaled_logits", "Logits × 300", "control", "Vanishing; must fall."),
    house("labels_only", "Labels only", "control", "One-hot answers: shattered; must fall."),
    house("decoder_projection", "Projection on a decoder", "control", "An optimisation loop: vanishing; must fall."),
)
