"""What a method of the board must answer."""

from typing import Protocol

import numpy as np

from papers.playing import Contestant, optional


class Method(Contestant, Protocol):
    """Smoothed dynamic programs with their derivatives. All CPU time of a call counts, whatever thread uses it.

    So does what it costs to read the arrays and to send the answer: some milliseconds at 1,000 steps, float64 twice as much.

    op is "entropy" (gamma sum q log q) or "l2" (gamma/2 |q|^2). Arrays come as float32 or float64 and `expected` and
    products go back as either; what is float32 may be off by 1e-4
    (a product by 1e-4 of its norm), what is float64 by 1e-9 (1e-7). Products of "l2" are asked
    in float64 only: its gradient has kinks, and float32 can't tell on which side of one it is.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def viterbi(self, theta: np.ndarray, lengths: np.ndarray, op: str, gamma: float) -> tuple[np.ndarray, np.ndarray]:
        """Smoothed Viterbi: value (B,) float64, and its gradient, shaped like theta, 0 at steps >= length.

        theta: (B, T, S, S) [batch, step, current state, previous state]; lengths: (B,) int64 in 1..T.
        V_0 = 0, V_t[i] = max over j of theta[t, i, j] + V_{t-1}[j], value = max over i of V_length[i]: each max smoothed.
        """

    @optional
    def viterbi_hvp(self, theta: np.ndarray, z: np.ndarray, lengths: np.ndarray, op: str, gamma: float) -> np.ndarray:
        """The derivative of that gradient along z, shaped like theta: the Hessian times z."""

    @optional
    def dtw(
        self, theta: np.ndarray, rows: np.ndarray, cols: np.ndarray, op: str, gamma: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Smoothed DTW: value (B,) float64, and its gradient (B, M, N), 0 outside the first rows x cols cells.

        theta: (B, M, N), costs; rows, cols: (B,) int64 in 1..M and 1..N.
        V[i, j] = theta[i, j] + min(V[i, j-1], V[i-1, j-1], V[i-1, j]), smoothed, over the cells that exist;
        value = V at the last row and column.
        """

    @optional
    def dtw_hvp(
        self, theta: np.ndarray, z: np.ndarray, rows: np.ndarray, cols: np.ndarray, op: str, gamma: float
    ) -> np.ndarray:
        """The derivative of that gradient along z, (B, M, N): the Hessian times z."""
