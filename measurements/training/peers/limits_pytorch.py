"""The limits of the machine as PyTorch reaches them: GEMM, softplus, its gradient, normal draws.

Reads one line of JSON (gemms, elements, threads, seconds) and says the rates.
"""

import json
import sys

import torch

from contest import best_seconds, say


def main() -> None:
    """Measure and say."""
    asked = json.loads(sys.stdin.readline())
    torch.set_num_threads(asked["threads"])
    least = asked["seconds"]

    def multiply(m: int, k: int, n: int, dtype: torch.dtype) -> float:
        a, b = torch.randn(m, k).to(dtype), torch.randn(k, n).to(dtype)
        out = torch.empty(m, n, dtype=dtype)
        return best_seconds(lambda: torch.mm(a, b, out=out), least)

    flops = sum(2.0 * m * k * n for m, k, n in asked["gemms"])
    for way, dtype in {"PyTorch": torch.float32, "PyTorch, bfloat16": torch.bfloat16}.items():
        say(way=way, gemm=flops / sum(multiply(*shape, dtype) for shape in asked["gemms"]))
    rows = max(asked["elements"] // 500, 1)
    x, dy, normal = torch.randn(rows, 500), torch.randn(rows, 500), torch.empty(rows, 50)
    out = torch.empty_like(x)
    backward = torch.ops.aten.softplus_backward.grad_input
    say(
        way="PyTorch",
        softplus=x.numel() / best_seconds(lambda: torch.ops.aten.softplus.out(x, out=out), least),
        softplus_gradient=x.numel() / best_seconds(lambda: backward(dy, x, 1, 20, grad_input=out), least),
        normals=normal.numel() / best_seconds(lambda: normal.normal_(), least),
    )


if __name__ == "__main__":
    main()
