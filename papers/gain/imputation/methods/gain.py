"""GAIN by the equations of the paper.

x in [0, 1] (min-max scaled), mask m (1 = observed), noise z where missing: x~ = m x + (1 - m) z. The generator fills,
xhat = m x + (1 - m) G(x~, m); the discriminator D(xhat, h) guesses m from the hint h, which hides one cell a row:

    h = b m + 0.5 (1 - b), b_k = 0 for one random k, else 1
    L_D = - sum_{b_i = 0} [m_i log D_i + (1 - m_i) log(1 - D_i)]
    L_G = - sum_{b_i = 0} (1 - m_i) log D_i
    L_M = sum_i m_i l(x_i, G_i), l = squared error, or cross-entropy for binary columns

min over D of L_D, then over G of L_G + ALPHA L_M; sums over cells, means over rows. Both nets end in a sigmoid, D = s(a)
and G = s(g), so that the gradients by a and g are short; they are written out here, and the nets' too, because torch
takes longer to record such small steps than to compute them:

    dL_D/da = (1 - b) (D - m),   dL_G/da = - (1 - b) (1 - m) (1 - D)
    dL_M/dg = m (G - x) for binary columns, else 2 m (G - x) G (1 - G)

Source: Yoon, Jordon and van der Schaar (2018), sections 4 and 5. Departs from it: ALPHA is fixed instead of
cross-validated; for binary columns the paper prints l = -x log G, which is least at G = 1 whatever x is, so the other
half of the cross-entropy stands beside it; small tables train for 2,000 iterations.
Ablations: with HINT off b is 0 everywhere, so that nothing is told and all cells count; ADVERSARY 0 leaves out L_G, and
the discriminator with it; ALPHA 0 leaves out L_M.
"""

import numpy as np
import torch

ALPHA = 10.0
ADVERSARY = 1.0  # the weight of L_G
HINT = True
BATCH = 64
NOISE = 0.01
RATE = 1e-3  # Adam's
ITERATIONS, ITERATIONS_OF_LARGE, LARGE = 2_000, 10_000, 2_000  # tables of more than LARGE rows are trained longer


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    @torch.inference_mode()
    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        low, span = scale(x)
        m = torch.tensor(~np.isnan(x), dtype=torch.float32, device=self.device)
        u = torch.tensor(np.nan_to_num((x - low) / span), dtype=torch.float32, device=self.device)
        binary = torch.tensor(
            [c and len(np.unique(v[~np.isnan(v)])) == 2 for c, v in zip(categorical, x.T, strict=True)]
        )
        filled = self.train(u, m, binary.to(self.device))
        return np.where(np.isnan(x), filled * span + low, x).astype(np.float32)

    def train(self, u, m, binary):
        n, d = u.shape
        generator, discriminator = Net(d, self.device), Net(d, self.device)
        for _ in range(ITERATIONS_OF_LARGE if n > LARGE else ITERATIONS):
            if ADVERSARY:
                teach_discriminator(discriminator, generator, *minibatch(u, m))
                discriminator.step()
            teach_generator(generator, discriminator, *minibatch(u, m), binary)
            generator.step()
        return generate(generator, u, m).cpu().numpy()


def scale(x):
    """Observed minimum and range of each column."""
    low = np.nanmin(x, axis=0)
    span = np.nanmax(x, axis=0) - low
    return low, np.where(span > 0, span, 1)


class Net:
    """Three layers, (2 d) -> d -> d/2 -> d, tanh inside, probabilities out; gradients by hand, Adam.

    All weights lie in one vector, so that a step of Adam is few operations.
    """

    def __init__(self, d, device):
        half = max(d // 2, 1)
        sizes = [(2 * d, d), (d, half), (half, d)]
        self.vector = torch.zeros(sum((i + 1) * o for i, o in sizes), device=device)
        self.slope = torch.zeros_like(self.vector)
        self.mean, self.square, self.steps = torch.zeros_like(self.vector), torch.zeros_like(self.vector), 0
        self.layers, self.slopes = layers_of(self.vector, sizes), layers_of(self.slope, sizes)
        for weight, _ in self.layers:
            torch.nn.init.xavier_normal_(weight)

    def __call__(self, x):
        (w0, b0), (w1, b1), (w2, b2) = self.layers
        first = torch.addmm(b0, x, w0).tanh_()
        second = torch.addmm(b1, first, w1).tanh_()
        self.inputs = x, first, second
        return torch.addmm(b2, second, w2).sigmoid_()

    def backward(self, slope):
        """From the loss's gradient by the logits of the last call to that by all weights."""
        for place in (2, 1, 0):
            x, (by_weight, by_bias) = self.inputs[place], self.slopes[place]
            torch.mm(x.T, slope, out=by_weight)
            torch.sum(slope, 0, out=by_bias)
            if place:
                slope = through_tanh(slope @ self.layers[place][0].T, x)

    def backward_to_input(self, slope):
        """From the loss's gradient by the logits of the last call to that by its input."""
        _, first, second = self.inputs
        (w0, _), (w1, _), (w2, _) = self.layers
        slope = through_tanh(slope @ w2.T, second)
        slope = through_tanh(slope @ w1.T, first)
        return slope @ w0.T

    def step(self):
        """Adam."""
        self.steps += 1
        self.mean.lerp_(self.slope, 0.1)
        self.square.mul_(0.999).addcmul_(self.slope, self.slope, value=0.001)
        correction = (1 - 0.999**self.steps) ** 0.5
        spread = self.square.sqrt().add_(1e-8 * correction)
        self.vector.addcdiv_(self.mean, spread, value=-RATE * correction / (1 - 0.9**self.steps))


def layers_of(vector, sizes):
    parts = vector.split([k for i, o in sizes for k in (i * o, o)])
    return [(w.view(size), b) for w, b, size in zip(parts[::2], parts[1::2], sizes, strict=True)]


def through_tanh(slope, y):
    return slope.addcmul_(slope * y, y, value=-1)


def minibatch(u, m):
    """Rows with their masks and b; D and G each draw their own, as in the paper's algorithm."""
    rows = torch.randint(len(u), (min(BATCH, len(u)),), device=u.device)
    mask = m[rows]
    return u[rows], mask, hidden_cells(mask)


def teach_discriminator(discriminator, generator, x, mask, b):
    """Leave the gradient of L_D by the discriminator's weights there."""
    xhat = completed(x, mask, generate(generator, x, mask))
    p = probability(discriminator, xhat, hint(mask, b))
    discriminator.backward(discriminator_slope(p, mask, b))


def teach_generator(generator, discriminator, x, mask, b, binary):
    """Leave the gradient of L_G + ALPHA L_M by the generator's weights there."""
    guess = generate(generator, x, mask)
    slope = ALPHA * reconstruction_slope(guess, x, mask, binary)
    if ADVERSARY:
        p = probability(discriminator, completed(x, mask, guess), hint(mask, b))
        by_xhat = discriminator.backward_to_input(generator_slope(p, mask, b))[:, : x.shape[1]]
        slope += ADVERSARY * (1 - mask) * by_xhat * guess * (1 - guess)
    generator.backward(slope)


def generate(generator, x, mask):
    noise = NOISE * torch.rand_like(x)
    return generator(torch.cat([torch.lerp(noise, x, mask), mask], 1))


def completed(x, mask, guess):
    return torch.lerp(guess, x, mask)


def probability(discriminator, xhat, h):
    return discriminator(torch.cat([xhat, h], 1))


def hidden_cells(mask):
    """b: 0 in one random cell of each row, 1 elsewhere; 0 everywhere without a hint."""
    if not HINT:
        return torch.zeros_like(mask)
    k = torch.randint(mask.shape[1], (len(mask), 1), device=mask.device)
    return torch.ones_like(mask).scatter_(1, k, 0.0)


def hint(mask, b):
    return b * mask + 0.5 * (1 - b)


def discriminator_slope(p, mask, b):
    """dL_D/da."""
    return (1 - b) * (p - mask) / len(p)


def generator_slope(p, mask, b):
    """dL_G/da."""
    return (1 - b) * (1 - mask) * (p - 1) / len(p)


def reconstruction_slope(guess, x, mask, binary):
    """dL_M/dg."""
    return mask * (guess - x) * torch.where(binary, 1.0, 2 * guess * (1 - guess)) / len(x)
