"""Train on several GPUs: each takes a share of every batch, and the gradients are averaged (tf.distribute)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from semispectral.training.run import use_threads


@contextmanager
def sharing(names: list[str]) -> Iterator[None]:
    """Run the training inside a ``with`` block on several devices together.

    Variables made inside have a copy on each device. The gradients are averaged before the update, so all copies stay
    equal.

    Parameters
    ----------
    names : devices, such as ``["GPU:0", "GPU:1"]``; one or none changes nothing.
    """
    if len(names) < 2:
        yield
        return
    strategy = tf.distribute.MirroredStrategy(names)
    with strategy.scope(), tf.variable_creator_scope(_updated_as_the_first):
        yield


@contextmanager
def devices(*, threads: int, gpus: int) -> Iterator[None]:
    """Limit training inside a ``with`` block to the threads and GPUs of the job.

    Call it before the first tensor is made.

    Parameters
    ----------
    threads : number of threads.
    gpus : largest number of GPUs to use together.
    """
    use_threads(threads)
    found = len(tf.config.list_physical_devices("GPU"))
    with sharing([f"GPU:{place}" for place in range(min(gpus, found))]):
        yield


def _updated_as_the_first(create: Callable[..., tf.Variable], **arguments: Any) -> tf.Variable:
    """Create a variable whose copies all take the update of the first."""
    return create(**{**arguments, "aggregation": tf.VariableAggregation.ONLY_FIRST_REPLICA})


def share_of(batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Return this device's share of a batch: every n-th pixel. A remainder that does not divide is left out.

    Parameters
    ----------
    batch : tensors with their pixels along the last axis but one.
    """
    context = tf.distribute.get_replica_context()
    place, sharers = context.replica_id_in_sync_group, context.num_replicas_in_sync

    def part(x: tf.Tensor) -> tf.Tensor:
        each = x.shape[-2] // sharers
        return tf.gather(x, place + sharers * tf.range(each), axis=-2)

    return {name: part(x) for name, x in batch.items()}
