"""The interactive page of a scene, which needs neither a server nor a network, and the pixels that it shows."""
