"""Contestant: PyTorch as a user would write it: layers, x tiled over the classes, Adam, one step after the other.

On the first GPU where there is one, with every tensor made there. Options: float32; tf32 (a GPU's shorter products);
compile (torch.compile of the loss); bfloat16 (autocast).
"""

import contextlib
import math

import torch
from torch.nn import functional

from contest import Job, Order, compete, given, latents, read_job, say, spectra
from torch_nets import Nets, slope

Batch = dict[str, torch.Tensor]
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)


def kl(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """KL(N(mean, variance) || N(0, I)), summed over the latents."""
    return 0.5 * (mean**2 + log_variance.exp() - 1.0 - log_variance).sum(-1)


def m1_loss(nets: Nets, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Minus the mean bound per band, and the mean bound."""
    x = batch["x"]
    mean, log_variance = nets.posterior(x)
    z = mean + torch.exp(0.5 * log_variance) * batch["noise"]
    log_px = -functional.binary_cross_entropy_with_logits(nets.p_x(z), x, reduction="none").sum(-1)
    bound = (log_px - kl(mean, log_variance)).mean()
    return -bound / x.shape[1], bound


def labelled_bound(nets: Nets, x: torch.Tensor, y: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Kingma et al. (2014), eq. 6, float32 [pixel]; p(y) is uniform."""
    mean, log_variance = nets.posterior(torch.cat([x, y], dim=1))
    z = mean + torch.exp(0.5 * log_variance) * noise
    sigma = nets.sigma()
    error = (x - nets.p_x(torch.cat([z, y], dim=1))) / sigma
    log_px = (-0.5 * error**2 - torch.log(sigma) - HALF_LOG_2PI).sum(-1)
    return log_px - math.log(y.shape[1]) - kl(mean, log_variance)


def m2_loss(nets: Nets, batch: Batch, alpha: float) -> tuple[torch.Tensor, torch.Tensor]:
    """J^alpha per input, eq. 9, and the mean of eq. 7 over the unlabelled pixels, tiled over the classes."""
    x, y, u = batch["labelled"], batch["y"], batch["unlabelled"]
    classes, pixels = y.shape[1], len(u)
    labelled = labelled_bound(nets, x, y, batch["labelled_noise"]).mean()
    every_y = torch.eye(classes, device=u.device).repeat_interleave(pixels, dim=0)
    noise = batch["unlabelled_noise"].reshape(classes * pixels, -1)
    bounds = labelled_bound(nets, u.repeat(classes, 1), every_y, noise).reshape(classes, pixels)
    log_qy = functional.log_softmax(nets.q_y(u), dim=1).T
    unlabelled = (log_qy.exp() * (bounds - log_qy)).sum(0).mean()
    cross_entropy = -(y * functional.log_softmax(nets.q_y(x), dim=1)).sum(1).mean()
    share = len(x) / (len(x) + pixels)
    loss = -(share * labelled + (1.0 - share) * unlabelled) / x.shape[1] + alpha * cross_entropy
    return loss, unlabelled


class M1Batches:
    """Minibatches of M1."""

    def __init__(self, job: Job) -> None:
        self.x, self.latents = torch.from_numpy(spectra(job)).to(DEVICE), job.latents
        self.order = Order(job.pixels, job.batch, job.seed)

    def next(self) -> Batch:
        """Spectra and noise."""
        x = self.x[places_of(self.order)]
        return {"x": x, "noise": torch.randn(len(x), self.latents, device=DEVICE)}


class M2Batches:
    """Minibatches of M2, x drawn anew."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.labelled, self.unlabelled = (
            {k: torch.from_numpy(v).to(DEVICE) for k, v in vars(p).items()} for p in latents(job)
        )
        self.orders = Order(job.labelled, job.labelled_batch, job.seed), Order(job.pixels, job.batch, job.seed + 1)

    def next(self) -> Batch:
        """Latents, classes and noise."""
        places, others = (places_of(order) for order in self.orders)
        return {
            "labelled": drawn(self.labelled, places),
            "y": functional.one_hot(self.labelled["label"][places].long(), self.job.classes).float(),
            "labelled_noise": torch.randn(len(places), self.job.latents, device=DEVICE),
            "unlabelled": drawn(self.unlabelled, others),
            "unlabelled_noise": torch.randn(self.job.classes, len(others), self.job.latents, device=DEVICE),
        }


def places_of(order: Order) -> torch.Tensor:
    """The pixels of the next minibatch, where the data are."""
    return torch.from_numpy(order.next()).to(DEVICE, non_blocking=True)


def drawn(part: dict[str, torch.Tensor], places: torch.Tensor) -> torch.Tensor:
    """A draw from q(z1|x)."""
    mean = part["mean"][places]
    return mean + part["std"][places] * torch.randn_like(mean)


def main() -> None:
    """Do the job."""
    job = read_job()
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    torch.backends.cuda.matmul.allow_tf32 = job.option == "tf32"
    nets = Nets(job).to(DEVICE)

    def loss_of(batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        return m1_loss(nets, batch) if job.model == "m1" else m2_loss(nets, batch, job.alpha)

    find = torch.compile(loss_of) if job.option == "compile" else loss_of
    precision = torch.autocast(DEVICE, torch.bfloat16) if job.option == "bfloat16" else contextlib.nullcontext()
    if job.given:
        weights, directions, arrays = given(job)
        nets.load(weights)
        with precision:
            loss, _ = find({name: torch.from_numpy(array).to(DEVICE) for name, array in arrays.items()})
        loss.backward()
        say(loss=float(loss), slope=slope(nets, job, directions), kl="closed")
        return
    batches = M1Batches(job) if job.model == "m1" else M2Batches(job)
    adam = torch.optim.Adam(nets.parameters(), lr=job.rate, fused=True)

    def chunk() -> float:
        total = torch.zeros((), device=DEVICE)
        for _ in range(job.steps):
            adam.zero_grad(set_to_none=True)
            with precision:
                loss, bound = find(batches.next())
            loss.backward()
            adam.step()
            total += bound.detach()
        return float(total) / job.steps

    compete(job, chunk)


if __name__ == "__main__":
    main()
