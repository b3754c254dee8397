"""What is held against the board: Table 2 of the paper, on the official split of Omniglot, and the order that it tells."""

from papers.evidence import Claim, Comparison, Evidence, Status

CASES = ("omniglot/5way-1shot", "omniglot/5way-5shot", "omniglot/20way-1shot", "omniglot/20way-5shot")
TABLE_2: tuple[tuple[str, str | None, tuple[float | None, ...], Status], ...] = (
    ("CNP", "cnp", (0.953, 0.985, 0.899, 0.968), "transcribed, unchecked"),
    ("Matching networks", "matching", (0.981, 0.989, 0.938, 0.985), "transcribed, unchecked"),
    ("MANN", None, (0.828, 0.949, None, None), "checked"),
)


def order(cases: tuple[str, ...]) -> tuple[Comparison, ...]:
    return (
        Comparison(
            text="Matching networks are ahead of the CNP",
            house="matching",
            than="cnp",
            metric="accuracy",
            cases=cases,
            where="Table 2",
            status="transcribed, unchecked",
            note="other data",
        ),
        Comparison(
            text="A CNP tells new classes apart: it is ahead of pixels",
            house="cnp",
            than="pixel_nn",
            metric="accuracy",
            cases=cases,
            where="section 4.3",
            status="transcribed, unchecked",
            note="other data",
        ),
    )


QUICK = Evidence(comparisons=order(("glyphs/5way-1shot", "glyphs/20way-1shot")))
FULL = Evidence(
    claims=tuple(
        Claim(
            method=method,
            case=case,
            metric="accuracy",
            value=value,
            where="Table 2",
            status=status,
            house=house,
            note="other data: 1,200 characters to learn from, where 136 are at hand",
        )
        for method, house, values, status in TABLE_2
        for case, value in zip(CASES, values, strict=True)
        if value is not None
    ),
    comparisons=order(CASES),
)
