"""What variational autoencoders share (Kingma & Welling 2014): each example is a small normal cloud of codes."""

import torch
from torch import Tensor


def code_from(mean: Tensor, log_variance: Tensor) -> Tensor:
    """(n, latent): a point of each cloud, drawn so that the gradient reaches the cloud (their section 2.4)."""
    return mean + torch.exp(log_variance / 2) * torch.randn_like(mean)


def evidence_bound(reconstruction: Tensor, mean: Tensor, log_variance: Tensor) -> dict[str, Tensor]:
    """``loss``: minus the evidence lower bound, in nats an example (their equation 10); and what it is the sum of.

    ``reconstruction``: minus the logarithm of the examples' likelihood, summed over all of them. ``mean`` and
    ``log_variance``: (n, latent), of the clouds; their divergence is from the standard normal distribution.
    """
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
    number = len(mean)
    return {
        "loss": (reconstruction + divergence) / number,
        "reconstruction": reconstruction / number,
        "divergence": divergence / number,
    }
