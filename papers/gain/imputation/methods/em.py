"""Expectation maximisation for one Gaussian: its mean and covariance by maximum likelihood, gaps by conditional means.

E: given mean mu and covariance S, a row with observed cells o has E[x_m | x_o] = mu_m + S_mo S_oo^-1 (x_o - mu_o) and
covariance S_mm - S_mo S_oo^-1 S_om there. M: mean and covariance of the completed rows, the latter plus the mean of those
covariances. Until the filled cells move by less than TOLERANCE of a column's spread.
Source: Dempster, Laird and Rubin (1977); Little and Rubin, Statistical Analysis with Missing Data, chapter 11.
Departs from it: RIDGE on the diagonal, in squared spreads, as half-empty tables leave the covariance nearly singular.
"""

import numpy as np

ROUNDS, TOLERANCE = 100, 1e-3
RIDGE = 1e-3
ROWS = 2_000  # that are solved at once


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        centre, spread = np.nanmean(x, axis=0, dtype=float), np.nanstd(x, axis=0, dtype=float)
        spread[spread == 0] = 1
        z, observed = np.nan_to_num((x - centre) / spread), ~np.isnan(x)
        mean = z.mean(axis=0)
        covariance = np.cov(z, rowvar=False, bias=True).reshape(len(mean), -1) + RIDGE * np.eye(len(mean))
        for _ in range(ROUNDS):
            filled, unsure = expect(z, observed, mean, covariance)
            moved, z = np.abs(filled - z).max(), filled
            mean = filled.mean(axis=0)
            covariance = np.cov(filled, rowvar=False, bias=True).reshape(unsure.shape) + unsure
            covariance += RIDGE * np.eye(len(mean))
            if moved < TOLERANCE:
                break
        return np.where(observed, x, z * spread + centre).astype(np.float32)


def expect(z, observed, mean, covariance):
    """Conditional means (n, d) and the mean conditional covariance (d, d); z: (n, d), its missing cells don't count.

    With O the diagonal matrix of a row's observed cells, (O S O + I - O)^-1 is S_oo^-1 there and the identity elsewhere.
    """
    filled, unsure = np.empty_like(z), np.zeros_like(covariance)
    for start in range(0, len(z), ROWS):
        some = slice(start, start + ROWS)
        o = observed[some].astype(float)
        inner = o[:, :, None] * covariance * o[:, None] + np.eye(len(mean)) * (1 - o)[:, None]
        known = np.linalg.inv(inner) * o[:, :, None] * o[:, None]
        reach = covariance @ known  # (rows, d, d)
        guess = mean + np.einsum("nij,nj->ni", reach, z[some] - mean)
        filled[some] = np.where(observed[some], z[some], guess)
        gap = 1 - o
        unsure += ((covariance - reach @ covariance) * gap[:, :, None] * gap[:, None]).sum(axis=0)
    return filled, unsure / len(z)
