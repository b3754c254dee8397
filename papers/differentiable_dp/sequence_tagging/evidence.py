"""What the paper printed: entity F1 on CoNLL, which is not free. Shown beside WNUT-17, other data."""

from papers.evidence import Claim, Comparison, Evidence

CASES = ("hmm/50", "hmm/200")
# method, house method, F1 on CoNLL-2003 English
TABLE = (
    ("Entropy, surrogate loss", "crf", 0.9080),
    ("Entropy, relaxed loss", "entropy_relaxed", 0.9047),
    ("Squared norm, surrogate loss", "l2_surrogate", 0.9086),
    ("Squared norm, relaxed loss", "l2_relaxed", 0.8949),
    ("Lample et al.", None, 0.9096),
)
CLAIMS = tuple(
    Claim(
        method=method,
        case="ner/wnut17",
        metric="entity_f1",
        value=value,
        where="NER table",
        status="transcribed, unchecked",
        house=house,
        note="Other data: printed for CoNLL-2003 English with a BiLSTM and pre-trained vectors, measured on WNUT-17.",
    )
    for method, house, value in TABLE
)
QUICK = Evidence(
    comparisons=(
        Comparison(
            text="Training through smoothed Viterbi beats the hard structured perceptron",
            house="crf",
            than="perceptron",
            metric="normalised_error",
            cases=CASES,
            where="introduction",
            status="transcribed, unchecked",
        ),
        Comparison(
            text="The squared norm is no worse than entropy: better, if anything, on English",
            house="l2_surrogate",
            than="crf",
            metric="normalised_error",
            cases=CASES,
            where="NER table",
            status="transcribed, unchecked",
            note="The paper: 90.86 against 90.80 F1 on CoNLL-2003, other data.",
        ),
        Comparison(
            text="Structured attention is as good as softmax attention",
            house="structured_attention",
            than="softmax_attention",
            metric="normalised_error",
            cases=("attention/segments",),
            where="section on structured attention",
            status="transcribed, unchecked",
            note="The paper: BLEU within about .1 of each other from French to English, other data.",
        ),
    ),
)
FULL = Evidence(claims=CLAIMS, comparisons=QUICK.comparisons)
