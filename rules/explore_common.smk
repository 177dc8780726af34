# What the rules from no label to a map share.
# Needs: rules/common.smk, rules/map_common.smk. Produces: EXPLORE, EXPLORED, LATENTS, BY_MODEL, MEMORY_OF_CURVE and
# functions; no rules.
EXPLORE = CONFIG["explore"]
EXPLORED = f"{FIRST_SEED}"  # the seed of the M1 whose latents are looked at
LATENTS = expand(FEATURES["latents"], seed=EXPLORED, scene=STUDIED)
# Latents are read one scene after the other, samples of the bands together.
MEMORY_OF_CURVE = memory_mb_of_one if MAP_RUN["features"].startswith("latents") else memory_mb
BY_MODEL = EXPLORE["by_model"] and any(SCENES[name].has_labels for name in STUDIED)


def explore_keys(*keys):
    """Those keys of the section explore that a rule uses."""
    return {key: EXPLORE[key] for key in keys}


def group_maps(name):
    """One file of the maps of groups, for every studied scene, in the order of their names."""
    return of_scenes(f"<results>/explore/maps/{{scene}}/{name}", STUDIED)
