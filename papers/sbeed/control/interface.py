"""What a method of the board must answer."""

from typing import Protocol

import numpy as np

from papers.playing import Contestant, optional


class Method(Contestant, Protocol):
    """Learns to act. Every case and seed meets a fresh process, and never the case's name.

    Finite worlds are drawn for each method from laws that are public: what holds in yours is in its transitions alone.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def begin(
        self,
        obs_dim: int,
        n_actions: int,
        low: np.ndarray,
        high: np.ndarray,
        gamma: float,
        entropy: float,
        n_envs: int,
        steps: int,
    ) -> None:
        """Learn what will be played.

        n_actions > 0: actions are 0 .. n_actions - 1, low and high are empty. n_actions = 0: actions are continuous, within
        low and high, float32 (act_dim,). n_envs = 0: a batch of transitions that others chose; the scored objective is the
        sum of gamma^t (reward + entropy x entropy of the policy). n_envs > 0: you act in so many environments at once; the
        plain return of an episode is scored (gamma 1, entropy 0), discounting and smoothing are your choice.
        steps: how many transitions `observe` will bring in all; where you act, evaluations come beside them.
        """

    def observe(
        self,
        obs: np.ndarray,
        action: np.ndarray,
        reward: np.ndarray,
        next_obs: np.ndarray,
        terminated: np.ndarray,
        truncated: np.ndarray,
    ) -> None:
        """Learn from T steps of n environments, in the order of time. Training happens here.

        obs, next_obs: (T, n, obs_dim) float32, next_obs what truly followed, not the next start. action: (T, n) int64, or
        (T, n, act_dim) float32 as you answered it, not yet cut to low and high. reward: (T, n) float32. terminated, truncated:
        (T, n) bool; after a truncated step the episode would have gone on. Batch cases: one call with n = 1, rows unrelated.
        """

    def act(self, obs: np.ndarray, explore: bool) -> np.ndarray:
        """Choose actions for obs (n, obs_dim) float32: (n,) int64, or (n, act_dim) float, cut to [low, high].

        explore is false while you are evaluated; n may then be another one, and no observe follows.
        """

    @optional
    def policy(self, obs: np.ndarray) -> np.ndarray:
        """Batch cases: the probability of every action, (n, n_actions) float64, rows sum to 1 within 1e-6.

        Without it the policy is what `act` answers, taken as certain.
        """

    @optional
    def value(self, obs: np.ndarray) -> np.ndarray:
        """Batch cases: your estimate of the optimal smoothed value of each state, (n,) float64."""
