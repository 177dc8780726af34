"""Perceptrons of the PyTorch and Pyro contestants, and what they share: distributions' parameters, given weights."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from contest import Job

CENTRE, REACH = -3.0, 8.0  # of a log-variance, which is bounded smoothly
LARGEST_LOG_SIGMA = float(np.log(20.0))
HEADS = {"q_z": ("mean", "log_variance"), "p_x": ("output",), "q_y": ("logits",)}


class Perceptron(nn.Module):
    """Softplus layers and one linear output."""

    def __init__(self, inputs: int, hidden: tuple[int, ...], outputs: int) -> None:
        super().__init__()
        widths = [inputs, *hidden]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, hidden, strict=False))
        self.output = nn.Linear(widths[-1], outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The output."""
        for layer in self.hidden:
            x = functional.softplus(layer(x))
        return self.output(x)


class Nets(nn.Module):
    """The networks of M1 or M2, and for M2 the log sigma of each input."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        y = job.classes if job.model == "m2" else 0
        self.q_z = Perceptron(job.inputs + y, job.hidden, 2 * job.latents)
        self.p_x = Perceptron(job.latents + y, job.hidden, job.inputs)
        self.floor = job.sigma_floor
        if y:
            self.q_y = Perceptron(job.inputs, job.hidden, y)
            self.log_sigma = nn.Parameter(torch.full((job.inputs,), float(np.log(0.5))))

    def posterior(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and log-variance of q(z|x), or of q(z|x, y) for x and y side by side."""
        mean, raw = self.q_z(x).chunk(2, dim=-1)
        return mean, CENTRE + REACH * torch.tanh((raw - CENTRE) / REACH)

    def sigma(self) -> torch.Tensor:
        """Of p(x|y, z), float32 [input]."""
        return torch.sqrt(self.floor**2 + torch.exp(2.0 * self.log_sigma.clamp(max=LARGEST_LOG_SIGMA)))

    def load(self, arrays: dict[str, np.ndarray]) -> "Nets":
        """Take weights by the names of this package: x and y side by side, and the heads side by side."""
        with torch.no_grad():
            for name, heads in HEADS.items():
                if not hasattr(self, name):
                    continue
                net = getattr(self, name)
                for i, layer in enumerate(net.hidden):
                    _load(layer, arrays, [f"{name}_hidden_{i}"])
                _load(net.output, arrays, [f"{name}_{head}" for head in heads])
            if "likelihood/log_sigma" in arrays:
                self.log_sigma.copy_(torch.from_numpy(arrays["likelihood/log_sigma"]))
        return self


def _load(layer: nn.Linear, arrays: dict[str, np.ndarray], names: list[str]) -> None:
    kernels = [
        np.concatenate([array for key, array in sorted(arrays.items()) if key.startswith(f"{name}/kernel_")])
        for name in names
    ]
    layer.weight.copy_(torch.from_numpy(np.concatenate(kernels, axis=1).T.copy()))
    layer.bias.copy_(torch.from_numpy(np.concatenate([arrays[f"{name}/bias"] for name in names])))


def slope(nets: Nets, job: Job, directions: dict[str, np.ndarray]) -> float:
    """The gradients that backward left, along the given directions."""
    along = Nets(job).load(directions)
    return sum(
        float((p.grad.cpu() * d).sum())
        for p, d in zip(nets.parameters(), along.parameters(), strict=True)
        if p.requires_grad
    )
