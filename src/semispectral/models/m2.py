"""M2, the generative semi-supervised model of Kingma et al. (2014), section 2.2; on M1's latents it is M1+M2."""

from typing import Any

import numpy as np
import tensorflow as tf

from semispectral.models.densities import Distribution, Normal, kl_divergence, normal
from semispectral.models.likelihoods import LIKELIHOODS
from semispectral.models.nets import Mlp, bounded_log_variance, named_arrays
from semispectral.models.settings_m2 import M2Config


class M2(tf.Module):
    """Generative classifier: p(y) = Cat(pi), p(z) = N(0, I), p(x|y, z); q(y|x), q(z|x, y).

    Parameters
    ----------
    inputs : width of x: bands, or live latents of M1.
    classes : number of classes among the labels; classes without labels are not in the model and cost no time.
    settings : settings of M2.
    seed : seed of the initial weights.
    """

    def __init__(self, inputs: int, classes: int, settings: M2Config, *, seed: int) -> None:
        super().__init__(name="m2")
        self.classes = classes
        heads = {"mean": settings.latents, "log_variance": settings.latents}
        facts: dict[str, Any] = {"seed": seed, "precision": settings.fit.precision}
        self.classifier = Mlp((inputs,), settings.classifier, {"logits": classes}, name="q_y", **facts)
        self.encoder = Mlp((inputs, classes), settings.net, heads, name="q_z", **facts)
        self.decoder = Mlp((settings.latents, classes), settings.net, {"output": inputs}, name="p_x", **facts)
        self.noise_width = settings.latents
        self.likelihood = LIKELIHOODS[settings.likelihood](inputs, floor=settings.sigma_floor)
        self.log_prior = tf.Variable(np.full(classes, -np.log(classes), np.float32), trainable=False, name="log_prior")
        self.p_z = normal(0.0, 1.0)

    def log_q_y(self, x: tf.Tensor) -> tf.Tensor:
        """Return log q(y|x), eq. 4: float32 [..., pixel, class].

        Parameters
        ----------
        x : float32 [..., pixel, input].
        """
        return tf.nn.log_softmax(self.classifier(x)["logits"], axis=-1)

    def log_p_y(self, y: tf.Tensor) -> tf.Tensor:
        """Return log p(y), float32 [..., pixel or 1].

        Parameters
        ----------
        y : float32 [..., pixel or 1, class], one-hot.
        """
        return tf.linalg.matvec(y, self.log_prior)

    def q_z(self, x: tf.Tensor, y: tf.Tensor) -> Normal:
        """Return q(z|x, y), eq. 4: independent normals [..., pixel, latent].

        Parameters
        ----------
        x : float32 [pixel, input].
        y : float32 [..., pixel or 1, class], one-hot.
        """
        output = self.encoder(x, y)
        return normal(output["mean"], tf.exp(0.5 * bounded_log_variance(output["log_variance"])))

    def p_x(self, z: tf.Tensor, y: tf.Tensor) -> Distribution:
        """Return p(x|y, z), eq. 2: independent inputs [..., pixel, input].

        Parameters
        ----------
        z : float32 [..., pixel, latent].
        y : float32 [..., pixel or 1, class], one-hot.
        """
        return self.likelihood(self.decoder(z, y)["output"])

    def labelled_bound(
        self, x: tf.Tensor, y: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0
    ) -> tf.Tensor:
        """Return a lower bound on log p(x, y), eq. 6 (-L(x, y) in the paper), with one draw of z.

        log p(x, y) >= E_q(z|x, y)[log p(x|y, z)] + log p(y) - KL(q(z|x, y) || p(z)).

        Parameters
        ----------
        x : float32 [pixel, input].
        y : float32 [..., pixel or 1, class], one-hot.
        noise : float32 [..., pixel, `noise_width`], standard normal draws.
        kl_weight : weight of the KL term, 1 outside its warm-up.

        Returns
        -------
        float32 [..., pixel], in nats.
        """
        q_z = self.q_z(x, y)
        z = q_z.loc + q_z.scale * noise
        log_p_x = tf.reduce_sum(self.p_x(z, y).log_prob(x), axis=-1)
        kl = tf.reduce_sum(kl_divergence(q_z, self.p_z), axis=-1)
        return log_p_x + self.log_p_y(y) - kl_weight * kl

    def unlabelled_bound(self, x: tf.Tensor, *, noise: tf.Tensor, kl_weight: tf.Tensor | float = 1.0) -> tf.Tensor:
        """Return a lower bound on log p(x), eq. 7 (-U(x) in the paper).

        The sum over y of q(y|x) (-L(x, y)), plus the entropy of q(y|x).

        Parameters
        ----------
        x : float32 [pixel, input].
        noise : float32 [class, pixel, `noise_width`], standard normal draws for each class.
        kl_weight : weight of the KL term, 1 outside its warm-up.

        Returns
        -------
        float32 [pixel], in nats.
        """
        every_y = tf.eye(self.classes, dtype=x.dtype)[:, tf.newaxis, :]
        bound_of_class = self.labelled_bound(x, every_y, noise=noise, kl_weight=kl_weight)  # [class, pixel]
        log_q_y = tf.transpose(self.log_q_y(x))  # [class, pixel]
        return tf.reduce_sum(tf.exp(log_q_y) * (bound_of_class - log_q_y), axis=0)

    def networks(self) -> list[Mlp]:
        """Return the networks whose weights are saved."""
        return [self.classifier, self.encoder, self.decoder]

    def arrays(self) -> dict[str, tf.Variable]:
        """Return every parameter, by the name under which it is saved."""
        return {
            **named_arrays(self.networks()),
            **{f"likelihood/{v.name.split(':')[0]}": v for v in self.likelihood.variables},
            "prior/log_prior": self.log_prior,
        }
