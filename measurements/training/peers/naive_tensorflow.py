"""Contestant: TensorFlow as a user would write it: x tiled over the classes, Keras' Adam, one tf.function, no XLA."""

import math
from itertools import pairwise

import numpy as np
import tensorflow as tf

from contest import Job, Order, compete, given, latents, read_job, say, spectra

Batch = dict[str, tf.Tensor]
CENTRE, REACH = -3.0, 8.0  # of a log-variance, which is bounded smoothly
HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
HEADS = {"q_z": ("mean", "log_variance"), "p_x": ("output",), "q_y": ("logits",)}


class Perceptron(tf.Module):
    """Softplus layers and one linear output."""

    def __init__(self, name: str, inputs: int, hidden: tuple[int, ...], outputs: int) -> None:
        super().__init__(name=name)
        widths = [inputs, *hidden, outputs]
        self.layers = [
            (tf.Variable(tf.random.normal([a, b], stddev=a**-0.5)), tf.Variable(tf.zeros([b])))
            for a, b in pairwise(widths)
        ]

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """The output."""
        *hidden, (kernel, bias) = self.layers
        for w, b in hidden:
            x = tf.nn.softplus(x @ w + b)
        return x @ kernel + bias


class Nets(tf.Module):
    """The networks of M1 or M2, and for M2 the log sigma of each input."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        y = job.classes if job.model == "m2" else 0
        self.nets = {
            "q_z": Perceptron("q_z", job.inputs + y, job.hidden, 2 * job.latents),
            "p_x": Perceptron("p_x", job.latents + y, job.hidden, job.inputs),
        }
        self.q_z, self.p_x, self.floor = self.nets["q_z"], self.nets["p_x"], job.sigma_floor
        self.own = []
        if y:
            self.nets["q_y"] = self.q_y = Perceptron("q_y", job.inputs, job.hidden, y)
            self.log_sigma = tf.Variable(tf.fill([job.inputs], math.log(0.5)))
            self.own = [self.log_sigma]

    def weights(self) -> list[tf.Variable]:
        """All of them."""
        return [v for net in self.nets.values() for layer in net.layers for v in layer] + self.own

    def posterior(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Mean and log-variance of q(z|x), or of q(z|x, y) for x and y side by side."""
        mean, raw = tf.split(self.q_z(x), 2, axis=-1)
        return mean, CENTRE + REACH * tf.tanh((raw - CENTRE) / REACH)

    def sigma(self) -> tf.Tensor:
        """Of p(x|y, z), float32 [input]."""
        return tf.sqrt(self.floor**2 + tf.exp(2.0 * tf.minimum(self.log_sigma, math.log(20.0))))

    def arrays(self, named: dict[str, np.ndarray]) -> list[np.ndarray]:
        """Values for `weights` from values by the names of this package."""
        found = []
        for name, net in self.nets.items():
            last = [f"{name}_{head}" for head in HEADS[name]]
            for layer in [*([f"{name}_hidden_{i}"] for i in range(len(net.layers) - 1)), last]:
                kernels = [
                    np.concatenate([named[key] for key in sorted(named) if key.startswith(f"{part}/kernel_")])
                    for part in layer
                ]
                found.append(np.concatenate(kernels, axis=1))
                found.append(np.concatenate([named[f"{part}/bias"] for part in layer]))
        return found + [named["likelihood/log_sigma"] for _ in self.own]


def kl(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """KL(N(mean, variance) || N(0, I)), summed over the latents."""
    return 0.5 * tf.reduce_sum(mean**2 + tf.exp(log_variance) - 1.0 - log_variance, axis=-1)


def m1_loss(nets: Nets, batch: Batch) -> tuple[tf.Tensor, tf.Tensor]:
    """Minus the mean bound per band, and the mean bound."""
    x = batch["x"]
    mean, log_variance = nets.posterior(x)
    z = mean + tf.exp(0.5 * log_variance) * batch["noise"]
    log_px = -tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=nets.p_x(z)), axis=-1)
    bound = tf.reduce_mean(log_px - kl(mean, log_variance))
    return -bound / x.shape[1], bound


def labelled_bound(nets: Nets, x: tf.Tensor, y: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
    """Kingma et al. (2014), eq. 6, float32 [pixel]; p(y) is uniform."""
    mean, log_variance = nets.posterior(tf.concat([x, y], axis=1))
    z = mean + tf.exp(0.5 * log_variance) * noise
    sigma = nets.sigma()
    error = (x - nets.p_x(tf.concat([z, y], axis=1))) / sigma
    log_px = tf.reduce_sum(-0.5 * error**2 - tf.math.log(sigma) - HALF_LOG_2PI, axis=-1)
    return log_px - math.log(y.shape[1]) - kl(mean, log_variance)


def m2_loss(nets: Nets, batch: Batch, alpha: float) -> tuple[tf.Tensor, tf.Tensor]:
    """J^alpha per input, eq. 9, and the mean of eq. 7 over the unlabelled pixels, tiled over the classes."""
    x, y, u = batch["labelled"], batch["y"], batch["unlabelled"]
    classes, pixels = y.shape[1], u.shape[0]
    labelled = tf.reduce_mean(labelled_bound(nets, x, y, batch["labelled_noise"]))
    every_y = tf.repeat(tf.eye(classes), pixels, axis=0)
    noise = tf.reshape(batch["unlabelled_noise"], [classes * pixels, -1])
    bounds = tf.reshape(labelled_bound(nets, tf.tile(u, [classes, 1]), every_y, noise), [classes, pixels])
    log_qy = tf.transpose(tf.nn.log_softmax(nets.q_y(u)))
    unlabelled = tf.reduce_mean(tf.reduce_sum(tf.exp(log_qy) * (bounds - log_qy), axis=0))
    cross_entropy = -tf.reduce_mean(tf.reduce_sum(y * tf.nn.log_softmax(nets.q_y(x)), axis=1))
    share = x.shape[0] / (x.shape[0] + pixels)
    loss = -(share * labelled + (1.0 - share) * unlabelled) / x.shape[1] + alpha * cross_entropy
    return loss, unlabelled


class M1Batches:
    """Minibatches of M1: places are chosen outside the step, spectra and noise inside."""

    def __init__(self, job: Job) -> None:
        self.x, self.latents = tf.constant(spectra(job)), job.latents
        self.order = Order(job.pixels, job.batch, job.seed)

    def places(self) -> list[tf.Tensor]:
        """Of the pixels of a minibatch."""
        return [tf.constant(self.order.next())]

    def draw(self, places: tf.Tensor) -> Batch:
        """Spectra and noise."""
        return {"x": tf.gather(self.x, places), "noise": tf.random.normal([places.shape[0], self.latents])}


class M2Batches:
    """Minibatches of M2, x drawn anew inside the step."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.labelled, self.unlabelled = ({k: tf.constant(v) for k, v in vars(part).items()} for part in latents(job))
        self.orders = Order(job.labelled, job.labelled_batch, job.seed), Order(job.pixels, job.batch, job.seed + 1)

    def places(self) -> list[tf.Tensor]:
        """Of the labelled and the unlabelled pixels of a minibatch."""
        return [tf.constant(order.next()) for order in self.orders]

    def draw(self, places: tf.Tensor, others: tf.Tensor) -> Batch:
        """Latents, classes and noise."""
        return {
            "labelled": drawn(self.labelled, places),
            "y": tf.one_hot(tf.gather(self.labelled["label"], places), self.job.classes),
            "labelled_noise": tf.random.normal([places.shape[0], self.job.latents]),
            "unlabelled": drawn(self.unlabelled, others),
            "unlabelled_noise": tf.random.normal([self.job.classes, others.shape[0], self.job.latents]),
        }


def drawn(part: dict[str, tf.Tensor], places: tf.Tensor) -> tf.Tensor:
    """A draw from q(z1|x)."""
    mean = tf.gather(part["mean"], places)
    return mean + tf.gather(part["std"], places) * tf.random.normal(tf.shape(mean))


def main() -> None:
    """Do the job."""
    job = read_job()
    tf.config.threading.set_intra_op_parallelism_threads(job.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.random.set_seed(job.seed)
    nets = Nets(job)
    weights = nets.weights()

    def find(batch: Batch) -> tuple[list[tf.Tensor], tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            loss, bound = m1_loss(nets, batch) if job.model == "m1" else m2_loss(nets, batch, job.alpha)
        return tape.gradient(loss, weights), loss, bound

    if job.given:
        values, directions, batch = given(job)
        for weight, array in zip(weights, nets.arrays(values), strict=True):
            weight.assign(array)
        gradients, loss, _ = find({name: tf.constant(array) for name, array in batch.items()})
        along = zip(gradients, nets.arrays(directions), strict=True)
        say(loss=float(loss), slope=sum(float(tf.reduce_sum(g * d)) for g, d in along), kl="closed")
        return
    batches = M1Batches(job) if job.model == "m1" else M2Batches(job)
    adam = tf.keras.optimizers.Adam(job.rate)
    adam.build(weights)

    @tf.function
    def step(*places: tf.Tensor) -> tf.Tensor:
        gradients, _, bound = find(batches.draw(*places))
        adam.apply_gradients(zip(gradients, weights, strict=True))
        return bound

    def chunk() -> float:
        return float(np.mean([step(*batches.places()) for _ in range(job.steps)]))

    compete(job, chunk)


if __name__ == "__main__":
    main()
