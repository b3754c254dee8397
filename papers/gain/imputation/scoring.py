"""How far imputed values are from true ones. All on missing cells only; ranges are those of the full true column."""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

ENERGY_ROWS = 1000


def spans(truth: np.ndarray) -> np.ndarray:
    """The range of each column, as in the paper's code: (n, d) -> (d,)."""
    return np.asarray(truth.max(axis=0) - truth.min(axis=0) + 1e-6)


def rms(error: np.ndarray) -> float:
    return float(np.sqrt(np.mean(error**2)))


def category_error(truth: np.ndarray, filled: np.ndarray, missing: np.ndarray, categorical: np.ndarray) -> float:
    """Share of missing categorical cells that are wrong after rounding to the nearest code that the column has."""
    wrong = total = 0
    for j in np.flatnonzero(categorical & missing.any(axis=0)):
        codes = np.unique(truth[:, j])
        rows = missing[:, j]
        nearest = codes[np.abs(filled[rows, j, None] - codes).argmin(axis=1)]
        wrong += int((nearest != truth[rows, j]).sum())
        total += int(rows.sum())
    return wrong / max(total, 1)


def w1_columns(truth: np.ndarray, filled: np.ndarray, missing: np.ndarray) -> float:
    """Mean over columns of the 1-Wasserstein distance between imputed and true values, in ranges."""
    span = spans(truth)
    distances = [
        np.mean(np.abs(np.sort(filled[rows, j]) - np.sort(truth[rows, j]))) / span[j]
        for j, rows in enumerate(missing.T)
        if rows.any()
    ]
    return float(np.mean(distances))


def energy(truth: np.ndarray, filled: np.ndarray, rng: np.random.Generator) -> float:
    """Energy distance 2 E|X-Y| - E|X-X'| - E|Y-Y'| between completed rows X and true rows Y, in ranges."""
    rows = rng.permutation(len(truth))[:ENERGY_ROWS]
    x, y = filled[rows] / spans(truth), truth[rows] / spans(truth)
    return float(2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean())


def classifier(x: np.ndarray, label: np.ndarray) -> Pipeline:
    """Logistic regression on standardised columns."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(x, label)


def downstream_auroc(filled: np.ndarray, label: np.ndarray, learnt: np.ndarray) -> float:
    """AUROC on the rows that are not `learnt` of a logistic regression trained on those that are; all of them completed."""
    scores = classifier(filled[learnt], label[learnt]).predict_proba(filled[~learnt])[:, 1]
    return float(roc_auc_score(label[~learnt], scores))


def congeniality(truth: np.ndarray, filled: np.ndarray, label: np.ndarray) -> dict[str, float]:
    """The paper's two norms of w - w', logistic coefficients trained on the true and on the completed table, per column.

    |w - w'|_1 / d and |w - w'|_2 / sqrt(d): the printed second one is the larger, which plain norms can't be. Both tables
    are standardised by the true one's columns, so that coefficients compare.
    """
    scaler = StandardScaler().fit(truth)
    fitted = [LogisticRegression(max_iter=2000).fit(scaler.transform(x), label).coef_ for x in (filled, truth)]
    difference = fitted[0] - fitted[1]
    return {"coefficient_bias": float(np.abs(difference).mean()), "coefficient_error": rms(difference)}


def errors(filled: np.ndarray, truth: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Errors of the missing cells in ranges: (number of missing cells,)."""
    return np.asarray(((filled - truth) / spans(truth))[missing])


def skill(filled: np.ndarray, means: np.ndarray, truth: np.ndarray, missing: np.ndarray) -> float:
    """1 - rmse / rmse of the observed column means."""
    return 1 - rms(errors(filled, truth, missing)) / rms(errors(means, truth, missing))
