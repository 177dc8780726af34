"""Labels of intervals in M2: the bound of a pixel whose interval is known, and the expected shares of an interval.

An interval of a hole has shares of classes, such as those of a lithology log, and many pixels. Each pixel is evidence
p(interval|y) in proportion to the share of y; and the expected counts of q(y|x) over the pixels are to have these
shares. With one pixel and one class in each interval both terms are those of an ordinary label.
"""

import tensorflow as tf

LEAST_SHARE = 1e-3  # of a class in an interval: no log is so sure that a pixel may not be another


def pixel_bound(bound_of_class: tf.Tensor, log_q_y: tf.Tensor, log_shares: tf.Tensor) -> tf.Tensor:
    """Return a lower bound on log sum over y of share(y) p(x, y), for pixels of intervals.

    It is sum over y of r(y) (log share(y) - L(x, y) - log r(y)), where r(y) is q(y|x) times the share, normalised.
    With the share 1 of one class it is the labelled bound, eq. 6 of Kingma et al. (2014); with equal shares the
    unlabelled bound, eq. 7, less log K.

    Parameters
    ----------
    bound_of_class : float32 [class, ...], bound on log p(x, y) of each class, -L(x, y).
    log_q_y : float32 [..., class], log q(y|x).
    log_shares : float32 [..., class], logarithms of the shares; finite.

    Returns
    -------
    float32 [...], in nats.
    """
    log_r = tf.nn.log_softmax(log_q_y + log_shares, axis=-1)
    of_class = tf.transpose(bound_of_class, [*range(1, bound_of_class.shape.rank), 0])
    return tf.reduce_sum(tf.exp(log_r) * (log_shares + of_class - log_r), axis=-1)


def log_expected_shares(log_q_y: tf.Tensor) -> tf.Tensor:
    """Return the logarithms of the expected counts of the classes per pixel, float32 [interval, class].

    Parameters
    ----------
    log_q_y : float32 [pixel, interval, class], log q(y|x) of as many pixels of each interval.
    """
    pixels = tf.cast(tf.shape(log_q_y)[0], log_q_y.dtype)
    return tf.reduce_logsumexp(log_q_y, axis=0) - tf.math.log(pixels)


def proportion_term(log_q_y: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
    """Return the log-likelihood per pixel of the shares of intervals, under the expected counts of q(y|x).

    sum over y of share(y) log (expected count of y / pixels). With one pixel and one class it is log q(y|x).

    Parameters
    ----------
    log_q_y : float32 [pixel, interval, class].
    shares : float32 [interval, class], shares that sum to 1.

    Returns
    -------
    float32 [interval], in nats.
    """
    return tf.reduce_sum(shares * log_expected_shares(log_q_y), axis=-1)


def log_of_shares(shares: tf.Tensor) -> tf.Tensor:
    """Return logarithms of shares, of none below `LEAST_SHARE`.

    Parameters
    ----------
    shares : float32 [..., class].
    """
    least = tf.constant(LEAST_SHARE, shares.dtype)
    return tf.math.log(tf.maximum(shares, least))
