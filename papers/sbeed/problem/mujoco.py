"""The paper's tasks in MuJoCo, version 5, by gymnasium: an optional extra, `gymnasium==1.4.0` and `mujoco==3.17.0`.

A state is positions, speeds, and what is seen of them, so that one simulator moves any number of environments.
"""

import gymnasium
import numpy as np
from gymnasium.envs.mujoco import MujocoEnv

from papers.sbeed.problem.environments import JITTER

NAMES = {
    "inverted-double-pendulum": "InvertedDoublePendulum-v5",
    "half-cheetah": "HalfCheetah-v5",
    "swimmer": "Swimmer-v5",
    "hopper": "Hopper-v5",
}


class Body:
    """A body of MuJoCo's with its gravity and all its masses each within 10 %."""

    actions = 0
    episode = 1000

    def __init__(self, name: str, rng: np.random.Generator) -> None:
        env = gymnasium.make(NAMES[name]).unwrapped
        assert isinstance(env, MujocoEnv)
        self._env = env
        gravity, mass = rng.uniform(1 - JITTER, 1 + JITTER, 2)
        env.model.opt.gravity[:] *= gravity
        env.model.body_mass[:] *= mass
        env.model.body_inertia[:] *= mass
        self.high = np.asarray(env.action_space.high, np.float32)  # type: ignore[attr-defined]
        self.observed = env.observation_space.shape[0]  # type: ignore[index]
        self._places, self._speeds = env.model.nq, env.model.nv

    def start(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.stack([self._started(int(rng.integers(2**31))) for _ in range(n)])

    def _started(self, seed: int) -> np.ndarray:
        obs, _ = self._env.reset(seed=seed)
        return self._state(obs)

    def _state(self, obs: np.ndarray) -> np.ndarray:
        return np.concatenate([self._env.data.qpos, self._env.data.qvel, obs])

    def seen(self, state: np.ndarray) -> np.ndarray:
        return state[:, self._places + self._speeds :].astype(np.float32)

    def move(self, state: np.ndarray, action: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        moved = [self._moved(*row) for row in zip(state, action, strict=True)]
        states, rewards, over = zip(*moved, strict=True)
        return np.stack(states), np.array(rewards), np.array(over)

    def _moved(self, state: np.ndarray, action: np.ndarray) -> tuple[np.ndarray, float, bool]:
        places, speeds = np.split(state[: self._places + self._speeds], [self._places])
        self._env.set_state(places, speeds)  # type: ignore[no-untyped-call]
        obs, reward, over, *_ = self._env.step(action)
        return self._state(obs), float(reward), bool(over)

    def joints(self, state: np.ndarray) -> np.ndarray:
        """No picture."""
        return np.zeros((0, 2))
