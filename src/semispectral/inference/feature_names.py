"""Names of what a classifier may see of a pixel, as in the configuration, in paths and in tables of predictions.

They stand apart from the table of methods, so that another method, or another title of one, fits nothing anew.
"""

BANDS = "bands"  # the normalised spectrum
LATENTS = "latents"
SPECTRA = "spectra"  # cleaned, not normalised
MNF = "mnf"  # noise-whitened components
LATENTS_MNF = "latents_mnf"  # latents, and noise-whitened components beside them
HULL = "hull"  # the shape of absorptions: hull quotients of windows, which a sensor may not see
PREDICTIONS = "predictions"  # those of other methods
WITH_M1 = (LATENTS, LATENTS_MNF)  # what comes from M1
