"""M1, the latent-feature model of Kingma et al. (2014), section 2.1: a variational autoencoder of spectra."""

from typing import Any

import tensorflow as tf

from semispectral.models.densities import Distribution, Normal, kl_divergence, normal
from semispectral.models.likelihoods import LIKELIHOODS
from semispectral.models.nets import Mlp, bounded_log_variance, named_arrays
from semispectral.models.settings_m1 import M1Config


class M1(tf.Module):
    """Variational autoencoder: p(z) = N(0, I), p(x|z) by a perceptron, q(z|x) = N(mu(x), diag sigma^2(x)).

    Parameters
    ----------
    bands : number of inputs per pixel.
    settings : settings of M1.
    seed : seed of the initial weights.
    """

    def __init__(self, bands: int, settings: M1Config, *, seed: int) -> None:
        super().__init__(name="m1")
        self.latents = settings.latents
        heads = {"mean": settings.latents, "log_variance": settings.latents}
        facts: dict[str, Any] = {"seed": seed, "precision": settings.fit.precision}
        self.encoder = Mlp((bands,), settings.net, heads, name="q_z", **facts)
        self.decoder = Mlp((settings.latents,), settings.net, {"output": bands}, name="p_x", **facts)
        self.likelihood = LIKELIHOODS[settings.likelihood](bands, floor=settings.sigma_floor)
        self.p_z = normal(0.0, 1.0)

    def q_z(self, x: tf.Tensor) -> Normal:
        """Return q(z|x), eq. 3: independent normals [..., pixel, latent].

        Parameters
        ----------
        x : float32 [..., pixel, band], normalised spectra.
        """
        output = self.encoder(x)
        return normal(output["mean"], tf.exp(0.5 * bounded_log_variance(output["log_variance"])))

    def p_x(self, z: tf.Tensor) -> Distribution:
        """Return p(x|z), eq. 1: independent bands [..., pixel, band].

        Parameters
        ----------
        z : float32 [..., pixel, latent].
        """
        return self.likelihood(self.decoder(z)["output"])

    def bound(self, x: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0) -> tf.Tensor:
        """Return a lower bound on log p(x), eq. 5 (-J(x) in the paper), with one draw of z and a closed KL term.

        log p(x) >= E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z)).

        Parameters
        ----------
        x : float32 [pixel, band], normalised spectra.
        noise : float32 [..., pixel, latent], standard normal draws.
        kl_weight : weight of the KL term, 1 outside its warm-up.

        Returns
        -------
        float32 [..., pixel], in nats.
        """
        q_z = self.q_z(x)
        z = q_z.loc + q_z.scale * noise
        log_p_x = tf.reduce_sum(self.p_x(z).log_prob(x), axis=-1)
        kl = tf.reduce_sum(kl_divergence(q_z, self.p_z), axis=-1)
        return log_p_x - kl_weight * kl

    def arrays(self) -> dict[str, tf.Variable]:
        """Return every parameter, by the name under which it is saved."""
        return {
            **named_arrays([self.encoder, self.decoder]),
            **{f"likelihood/{v.name.split(':')[0]}": v for v in self.likelihood.variables},
        }
