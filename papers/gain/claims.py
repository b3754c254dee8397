"""What the paper printed: RMSE with 20 % of cells missing completely at random (Table 2). Transcribed, unchecked."""

from papers.task import Claim, Tier

TABLES = ("breast", "spam", "letter", "credit")  # News is here in part only: no claim stands beside it
# method, house method, values and spreads by table
TABLE_2 = (
    ("GAIN", "gain", (0.0546, 0.0513, 0.1198, 0.1858), (0.0006, 0.0016, 0.0005, 0.0010)),
    ("GAIN", "gain_official", (0.0546, 0.0513, 0.1198, 0.1858), (0.0006, 0.0016, 0.0005, 0.0010)),
    ("MICE", "mice", (0.0646, 0.0699, 0.1537, 0.2585), (0.0028, 0.0010, 0.0006, 0.0011)),
    ("MissForest", "missforest", (0.0608, 0.0553, 0.1605, 0.1976), (0.0013, 0.0013, 0.0004, 0.0015)),
    ("Matrix completion", "soft_impute", (0.0946, 0.0542, 0.1442, 0.2602), (0.0020, 0.0006, 0.0006, 0.0073)),
    ("Auto-encoder", "autoencoder", (0.0697, 0.0670, 0.1351, 0.2388), (0.0018, 0.0030, 0.0009, 0.0005)),
    ("EM", None, (0.0634, 0.0712, 0.1563, 0.2604), (0.0021, 0.0012, 0.0012, 0.0015)),
)
TOLERANCE = {"breast": 0.008, "spam": 0.006, "letter": 0.006, "credit": 0.006}
NOTES = {
    "MICE": "The printed values look like one posterior draw; the conditional mean of the same model does better.",
    "MissForest": "On Letter the printed value is worse than column means.",
}


def claims(tier: Tier, tables: tuple[str, ...]) -> tuple[Claim, ...]:
    return tuple(
        Claim(
            method=method,
            case=f"{table}/mcar-20",
            metric="rmse",
            value=values[index],
            spread=spreads[index],
            where="Table 2",
            status="transcribed, unchecked",
            tier=tier,
            house=house,
            tolerance=TOLERANCE[table],
            note=NOTES.get(method, ""),
        )
        for method, house, values, spreads in TABLE_2
        for index, table in enumerate(TABLES)
        if table in tables
    )


CLAIMS = (*claims("quick", ("breast",)), *claims("full", TABLES))
