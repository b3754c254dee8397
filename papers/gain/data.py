"""The tables of the paper: five of UCI, the news in part."""

from functools import partial

import numpy as np

from papers.data import Arrays, File, installed
from papers.reading import labelled_rows, table

_GAIN = "https://raw.githubusercontent.com/jsyoon0823/GAIN/ed53e6d0be14a8d4ce35eff46449d4047bcb483e/data"
_CREDIT = "https://raw.githubusercontent.com/kevin-shu/NTNU-107-2_ML_final_assignment/3a71f1741cc92db1d27012d7f46d19b83872b355/data"
_NEWS = "https://raw.githubusercontent.com/pranavgundewar/EE-559-Project/02609748c2e860b40862ac3a37e3281e147672a1/Data"
_UCI = "UCI Machine Learning Repository, CC BY 4.0"
CODES = ("SEX", "EDUCATION", "MARRIAGE", "PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")


def breast(content: bytes) -> Arrays:
    """Wisconsin diagnostic breast cancer, 569 x 30, label 1 = benign; its first line counts rows and columns."""
    return {**labelled_rows(content, skip=1), "categorical": np.zeros(30, bool)}


def winsorised(content: bytes, *, drop: tuple[str, ...], label: str) -> Arrays:
    """A table whose columns are clipped at their 0.5 and 99.5 % quantiles: else single outliers own the range."""
    arrays = table(content, drop=drop, label=label)
    return arrays | {"x": np.clip(arrays["x"], *np.quantile(arrays["x"], [0.005, 0.995], axis=0))}


FILES = {
    "breast": File(
        name="breast_cancer.csv",
        sha256="fed3eb72d0575ef6192293f5093c6e801b1476b577d0386bf4455504522172ed",
        read=breast,
        address="https://archive.ics.uci.edu/dataset/17",
        licence=f"{_UCI} (W. Wolberg, O. Mangasarian, N. Street, W. Street 1995); comes with scikit-learn",
        folder=installed("sklearn") / "datasets" / "data",
    ),
    "letter": File(
        name="letter_gain.csv",
        sha256="42835dcd77d1ca6f9cd57b32062683ea836d2fac741be629a76f926396280465",
        read=partial(table, categorical=("*",)),
        address=f"{_GAIN}/letter.csv",
        licence=f"{_UCI} (D. Slate 1991)",
    ),
    "spam": File(
        name="spam_gain.csv",
        sha256="0097a29db5e48ecb268afd175d4f0b603f3cd16d000ca43328ca8ce739070938",
        read=table,
        address=f"{_GAIN}/spam.csv",
        licence=f"{_UCI} (M. Hopkins, E. Reeber, G. Forman, J. Suermondt 1999)",
    ),
    "credit": File(
        name="credit_default.csv",
        sha256="1fb1be2b4c85213ce7f669990baafe6abb43cd39daccb78df6ad0b039860388d",
        read=partial(table, drop=("ID",), label="default.payment.next.month", categorical=CODES),
        address=f"{_CREDIT}/UCI_Credit_Card.csv",
        licence=f"{_UCI} (I.-C. Yeh 2009)",
    ),
    "news-part": File(
        name="news_5k.csv",
        sha256="b52a479ce105bc6c89a76e40e3a150552efab5849c872cebd822312eaef5198d",
        read=partial(winsorised, drop=("kw_min_min",), label="shares"),
        address=f"{_NEWS}/OnlineNewsPopularityReduced.csv",
        licence=f"{_UCI} (K. Fernandes, P. Vinagre, P. Cortez, P. Sernadela 2015)",
    ),
}
