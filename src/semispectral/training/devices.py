"""Several GPUs: each takes a share of every batch, and the gradients are averaged (tf.distribute)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from semispectral.training.run import use_threads


@contextmanager
def sharing(names: list[str]) -> Iterator[None]:
    """Let what is trained inside run on these devices together: ``["GPU:0", "GPU:1"]``; one or none changes nothing.

    Variables made inside have a copy on each device. The copies change together: the gradients are averaged before the
    update, which is therefore the same everywhere.
    """
    if len(names) < 2:
        yield
        return
    strategy = tf.distribute.MirroredStrategy(names)
    with strategy.scope(), tf.variable_creator_scope(_updated_as_the_first):
        yield


@contextmanager
def devices(*, threads: int, gpus: int) -> Iterator[None]:
    """What a job was given: so many threads, and so many of this machine's GPUs together; before the first tensor."""
    use_threads(threads)
    found = len(tf.config.list_physical_devices("GPU"))
    with sharing([f"GPU:{place}" for place in range(min(gpus, found))]):
        yield


def _updated_as_the_first(create: Callable[..., tf.Variable], **arguments: Any) -> tf.Variable:
    return create(**{**arguments, "aggregation": tf.VariableAggregation.ONLY_FIRST_REPLICA})


def share_of(batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """This device's share of a batch: every n-th pixel, the last axis but one; a rest that does not divide is left."""
    context = tf.distribute.get_replica_context()
    place, sharers = context.replica_id_in_sync_group, context.num_replicas_in_sync

    def part(x: tf.Tensor) -> tf.Tensor:
        each = x.shape[-2] // sharers
        return tf.gather(x, place + sharers * tf.range(each), axis=-2)

    return {name: part(x) for name, x in batch.items()}
