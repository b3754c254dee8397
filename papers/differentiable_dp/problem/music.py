"""Chorales and a rendered playing of them: spectra with harmonics, decay and noise, at a smooth random tempo."""

import numpy as np

from papers.differentiable_dp.problem.warps import Pair, tempo

KEYS, LOWEST = 88, 21  # of a piano, by MIDI number
HARMONICS = (0, 12, 19, 24)  # semitones above a tone: its 1st to 4th harmonic, of strength 1 / h
LONGEST = 160  # sixteenths of a chorale that are played
DECAY = 0.85  # of a tone that is held, a frame
STRETCH = (0.8, 1.3)
TRANSPOSED = 3  # semitones at most, either way: no playing is one that anybody has


def pairs(notes: np.ndarray, start: np.ndarray, rng: np.random.Generator, *, count: int, noise: float) -> list[Pair]:
    """So many chorales of notes: (n, 4) int64, -1 silent, with their bounds, in random order, each with its playing."""
    order = rng.permutation(len(start) - 1)[:count]
    return [pair(notes[start[n] : start[n + 1]][:LONGEST], rng, noise=noise) for n in order]


def pair(voices: np.ndarray, rng: np.random.Generator, *, noise: float) -> Pair:
    moved = np.where(voices >= 0, voices + rng.integers(-TRANSPOSED, TRANSPOSED + 1), -1)
    a = roll(moved)
    position = tempo(len(a), round(len(a) * rng.uniform(*STRETCH)), rng)
    b = spectrum(moved[np.round(position).astype(int)])
    b = np.abs(b + noise * rng.normal(size=b.shape))
    return Pair(a.astype(np.float32), b.astype(np.float32), position.astype(np.float32))


def roll(voices: np.ndarray) -> np.ndarray:
    """Which keys sound: (n, 88) of 0 and 1."""
    keys = np.zeros((len(voices), KEYS))
    frames, parts = np.nonzero(voices >= 0)
    keys[frames, voices[frames, parts] - LOWEST] = 1
    return keys


def spectrum(voices: np.ndarray) -> np.ndarray:
    """(m, 88): every tone with its harmonics, fading while it is held."""
    strength = np.ones(voices.shape)
    for t in range(1, len(voices)):
        strength[t] = np.where(voices[t] == voices[t - 1], DECAY * strength[t - 1], 1.0)
    sound = np.zeros((len(voices), KEYS))
    for harmonic, interval in enumerate(HARMONICS, start=1):
        key = voices - LOWEST + interval
        frames, parts = np.nonzero((voices >= 0) & (key < KEYS))
        np.add.at(sound, (frames, key[frames, parts]), strength[frames, parts] / harmonic)
    return sound
