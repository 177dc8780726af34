"""From no label to a map: clusters of M1's latents, their contact sheet, the queue of pixels to label, new groups."""
