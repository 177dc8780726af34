"""Contestant: Pyro's SVI; y is enumerated in parallel (TraceEnum_ELBO), the KL of M1 is in closed form.

Options: float32; jit (JitTraceEnum_ELBO). Pyro has no closed KL under enumeration: its bound of M2 is the same in
expectation, with log q(z) - log p(z) at the draw.
"""

import functools
import itertools
from collections.abc import Callable, Iterator

import pyro
import torch
from pyro import distributions as dist
from pyro import poutine
from pyro.infer import SVI, JitTraceEnum_ELBO, TraceEnum_ELBO, TraceMeanField_ELBO, config_enumerate
from pyro.optim import Adam
from torch.nn import functional

from contest import Job, Order, compete, given, latents, read_job, say, spectra
from torch_nets import Nets, slope


class M1:
    """Model and guide of M1; `batch` is (x,)."""

    def __init__(self, job: Job) -> None:
        self.nets, self.latents = Nets(job), job.latents

    def model(self, x: torch.Tensor) -> None:
        """p(z) p(x|z)."""
        pyro.module("nets", self.nets)
        with poutine.scale(scale=1.0 / x.numel()), pyro.plate("pixel", len(x)):
            z = pyro.sample("z", dist.Normal(x.new_zeros(self.latents), x.new_ones(self.latents)).to_event(1))
            pyro.sample("x", dist.Bernoulli(logits=self.nets.p_x(z)).to_event(1), obs=x)

    def guide(self, x: torch.Tensor) -> None:
        """q(z|x)."""
        pyro.module("nets", self.nets)
        with poutine.scale(scale=1.0 / x.numel()), pyro.plate("pixel", len(x)):
            mean, log_variance = self.nets.posterior(x)
            pyro.sample("z", dist.Normal(mean, torch.exp(0.5 * log_variance)).to_event(1))


class M2:
    """Model and guide of M2; `batch` is (labelled x, their class, unlabelled x)."""

    def __init__(self, job: Job) -> None:
        self.nets, self.latents, self.classes, self.alpha = Nets(job), job.latents, job.classes, job.alpha

    def model(self, x: torch.Tensor, y: torch.Tensor, u: torch.Tensor) -> None:
        """p(y) p(z) p(x|y, z), and -alpha log q(y|x) of the labelled."""
        pyro.module("nets", self.nets)
        scale = self._scale(x, u)
        with poutine.scale(scale=scale), pyro.plate("labelled", len(x)):
            self._generate("labelled", x, y)
        with poutine.scale(scale=scale), pyro.plate("unlabelled", len(u)):
            self._generate("unlabelled", u, None)
        with poutine.scale(scale=self.alpha / len(x)), pyro.plate("classified", len(x)):
            pyro.sample("classified_y", dist.Categorical(logits=self.nets.q_y(x)), obs=y)

    def guide(self, x: torch.Tensor, y: torch.Tensor, u: torch.Tensor) -> None:
        """q(y|x) q(z|x, y)."""
        pyro.module("nets", self.nets)
        scale = self._scale(x, u)
        with poutine.scale(scale=scale), pyro.plate("labelled", len(x)):
            self._infer("labelled", x, y)
        with poutine.scale(scale=scale), pyro.plate("unlabelled", len(u)):
            every_y = pyro.sample("unlabelled_y", dist.Categorical(logits=self.nets.q_y(u)))
            self._infer("unlabelled", u, every_y)

    def _generate(self, name: str, x: torch.Tensor, y: torch.Tensor | None) -> None:
        y = pyro.sample(f"{name}_y", dist.Categorical(logits=x.new_zeros(self.classes)), obs=y)
        z = pyro.sample(f"{name}_z", dist.Normal(x.new_zeros(self.latents), x.new_ones(self.latents)).to_event(1))
        mean = self.nets.p_x(self._beside(z, y))
        pyro.sample(f"{name}_x", dist.Normal(mean, self.nets.sigma()).to_event(1), obs=x)

    def _infer(self, name: str, x: torch.Tensor, y: torch.Tensor) -> None:
        mean, log_variance = self.nets.posterior(self._beside(x, y))
        pyro.sample(f"{name}_z", dist.Normal(mean, torch.exp(0.5 * log_variance)).to_event(1))

    def _beside(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """x and y one-hot, broadcast: [class, pixel, ...] where y is enumerated, [class, 1]."""
        y = functional.one_hot(y, self.classes).to(x.dtype)
        shape = torch.broadcast_shapes(x.shape[:-1], y.shape[:-1])
        return torch.cat([x.expand(*shape, x.shape[-1]), y.expand(*shape, self.classes)], dim=-1)

    def _scale(self, x: torch.Tensor, u: torch.Tensor) -> float:
        return 1.0 / ((len(x) + len(u)) * x.shape[1])


def m1_batches(job: Job) -> Iterator[tuple[torch.Tensor, ...]]:
    """Spectra."""
    x, order = torch.from_numpy(spectra(job)), Order(job.pixels, job.batch, job.seed)
    while True:
        yield (x[torch.from_numpy(order.next())],)


def m2_batches(job: Job) -> Iterator[tuple[torch.Tensor, ...]]:
    """Latents, drawn anew, and classes."""
    labelled, unlabelled = ({k: torch.from_numpy(v) for k, v in vars(part).items()} for part in latents(job))
    order, other = Order(job.labelled, job.labelled_batch, job.seed), Order(job.pixels, job.batch, job.seed + 1)
    while True:
        l, u = torch.from_numpy(order.next()), torch.from_numpy(other.next())  # noqa: E741
        x, std, rest, rest_std = labelled["mean"][l], labelled["std"][l], unlabelled["mean"][u], unlabelled["std"][u]
        x, rest = x + std * torch.randn_like(x), rest + rest_std * torch.randn_like(rest)
        yield x, labelled["label"][l].long(), rest


def agree(job: Job, problem: M1 | M2, loss_of: Callable[..., torch.Tensor]) -> None:
    """Say the loss and its slope at what is given; its noise takes the place of Pyro's draws."""
    weights, directions, batch = given(job)
    problem.nets.load(weights)
    arrays = {name: torch.from_numpy(array) for name, array in batch.items()}
    names = ("noise",) if job.model == "m1" else ("labelled_noise", "unlabelled_noise")
    noises = itertools.cycle([arrays[name] for name in names])  # the JIT draws twice
    torch.distributions.normal._standard_normal = lambda shape, dtype, device: next(noises).reshape(shape)
    args = (arrays["x"],) if job.model == "m1" else (arrays["labelled"], arrays["y"].argmax(1), arrays["unlabelled"])
    loss = loss_of(*args)
    loss.backward()
    kl = "closed" if job.model == "m1" else "drawn"
    say(loss=float(loss), slope=slope(problem.nets, job, directions), kl=kl)


def main() -> None:
    """Do the job."""
    job = read_job()
    torch.set_num_threads(job.threads)
    pyro.set_rng_seed(job.seed)
    pyro.enable_validation(False)
    problem: M1 | M2
    if job.model == "m1":
        problem, elbo = M1(job), TraceMeanField_ELBO()
        guide, batches = problem.guide, m1_batches
    else:
        enumerating = JitTraceEnum_ELBO if job.option == "jit" else TraceEnum_ELBO
        problem, elbo = M2(job), enumerating(max_plate_nesting=1)
        guide, batches = config_enumerate(problem.guide, default="parallel"), m2_batches
    if job.given:
        agree(job, problem, functools.partial(elbo.differentiable_loss, problem.model, guide))
        return
    svi = SVI(problem.model, guide, Adam({"lr": job.rate, "fused": True}), loss=elbo)
    minibatches = batches(job)

    def chunk() -> float:
        losses = [svi.step(*next(minibatches)) for _ in range(job.steps)]
        return -job.inputs * sum(losses) / job.steps

    compete(job, chunk)


if __name__ == "__main__":
    main()
