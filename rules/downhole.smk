# The downhole log of every hole whose depths are known.
# Needs: results/maps/{scene}/numbers.parquet, results/features.
# Produces: results/downhole/{hole}.csv, .las, .png.


rule downhole:
    input:
        numbers=numbers_of_hole(),
        features=lambda wildcards: features_of("features.json", scenes=LOGGED[wildcards.hole]),
        feature_rasters=lambda wildcards: features_of("features.tif", scenes=LOGGED[wildcards.hole]),
    output:
        csv="<results>/downhole/{hole}.csv",
        las="<results>/downhole/{hole}.las",
        figure=report(
            "<results>/downhole/{hole}.png",
            caption="../workflow/report/downhole.rst",
            category="downhole logs",
            labels={"figure": "{hole}"},
        ),
    log:
        "<results>/logs/downhole/{hole}.log",
    benchmark:
        "<results>/resources/downhole/{hole}.tsv"
    wildcard_constraints:
        hole="|".join(map(re.escape, LOGGED)) or "none",
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=5),
        runtime=minutes(10, per_mb=0.5),
    params:
        cfg=lambda wildcards: SLICES.downhole(LOGGED[wildcards.hole]),
        code=code("downhole"),
    message:
        "Write the downhole log of hole {wildcards.hole}"
    script:
        "../workflow/scripts/downhole.py"
