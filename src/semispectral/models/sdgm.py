"""M2 with an auxiliary variable: the skip deep generative model (SDGM) of Maaloe et al. (2016), section 2."""

from typing import Any

import tensorflow as tf

from semispectral.models.densities import Normal, kl_divergence, normal
from semispectral.models.m2 import M2
from semispectral.models.nets import Mlp, bounded_log_variance
from semispectral.models.settings_m2 import M2Config


class Sdgm(M2):
    """Skip deep generative model: p(y), p(z), p(a|y, z), p(x|a, y, z); q(a|x), q(y|a, x), q(z|a, x, y).

    Integrated over the auxiliary variable a, q(z|x, y) is no longer limited to a normal. Here q(y|a, x) is evaluated at
    the mean of q(a|x), in training and in prediction: the bounds hold for any q(y|x), and prediction needs no draws.

    Parameters
    ----------
    inputs : width of x: bands, or live latents of M1.
    classes : number of classes among the labels.
    settings : settings of M2; ``auxiliary`` is the width of a.
    seed : seed of the initial weights.
    """

    def __init__(self, inputs: int, classes: int, settings: M2Config, *, seed: int) -> None:
        super().__init__(inputs, classes, settings, seed=seed)
        z, a, net = settings.latents, settings.auxiliary, settings.net
        self.latents, self.noise_width = z, z + a
        facts: dict[str, Any] = {"seed": seed, "precision": settings.fit.precision}
        of_a, of_z = ({"mean": width, "log_variance": width} for width in (a, z))
        self.classifier = Mlp((inputs, a), settings.classifier, {"logits": classes}, name="q_y", **facts)
        self.encoder = Mlp((inputs, classes, a), net, of_z, name="q_z", **facts)
        self.decoder = Mlp((z, classes, a), net, {"output": inputs}, name="p_x", **facts)
        self.auxiliary_encoder = Mlp((inputs,), net, of_a, name="q_a", **facts)
        self.auxiliary_decoder = Mlp((z, classes), net, of_a, name="p_a", **facts)

    def q_a(self, x: tf.Tensor) -> Normal:
        """Return q(a|x): independent normals [pixel, auxiliary].

        Parameters
        ----------
        x : float32 [pixel, input].
        """
        return _normal(self.auxiliary_encoder(x))

    def p_a(self, z: tf.Tensor, y: tf.Tensor) -> Normal:
        """Return p(a|y, z): independent normals [..., pixel, auxiliary].

        Parameters
        ----------
        z : float32 [..., pixel, latent].
        y : float32 [..., pixel or 1, class], one-hot.
        """
        return _normal(self.auxiliary_decoder(z, y))

    def log_q_y(self, x: tf.Tensor) -> tf.Tensor:
        """Return log q(y|a, x) at the mean of q(a|x): float32 [pixel, class].

        Parameters
        ----------
        x : float32 [pixel, input].
        """
        return tf.nn.log_softmax(self.classifier(x, self.q_a(x).loc)["logits"], axis=-1)

    def labelled_bound(
        self, x: tf.Tensor, y: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0
    ) -> tf.Tensor:
        """Return a lower bound on log p(x, y), with one draw of a and z.

        log p(x|a, y, z) + log p(y) - KL(q(z|a, x, y) || p(z)) - (log q(a|x) - log p(a|y, z)).

        Parameters
        ----------
        x : float32 [pixel, input].
        y : float32 [..., pixel or 1, class], one-hot.
        noise : float32 [..., pixel, latent + auxiliary], standard normal draws of z, then of a.
        kl_weight : weight of both KL terms, 1 outside the warm-up.

        Returns
        -------
        float32 [..., pixel], in nats.
        """
        q_a = self.q_a(x)
        a = q_a.loc + q_a.scale * noise[..., self.latents :]
        q_z = _normal(self.encoder(x, y, a))
        z = q_z.loc + q_z.scale * noise[..., : self.latents]
        log_p_x = tf.reduce_sum(self.likelihood(self.decoder(z, y, a)["output"]).log_prob(x), axis=-1)
        kl_of_a = tf.reduce_sum(q_a.log_prob(a) - self.p_a(z, y).log_prob(a), axis=-1)
        kl_of_z = tf.reduce_sum(kl_divergence(q_z, self.p_z), axis=-1)
        return log_p_x + self.log_p_y(y) - kl_weight * (kl_of_a + kl_of_z)

    def networks(self) -> list[Mlp]:
        """Return the networks of M2, and the two of a."""
        return [*super().networks(), self.auxiliary_encoder, self.auxiliary_decoder]


def _normal(output: dict[str, tf.Tensor]) -> Normal:
    """Return the normal distribution that the heads mean and log_variance describe."""
    return normal(output["mean"], tf.exp(0.5 * bounded_log_variance(output["log_variance"])))
