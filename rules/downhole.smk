# Of every hole whose depths are known: the downhole log, shares over intervals of the user's own, and a strip log, a page.
# Needs: results/maps/{scene}/numbers.parquet and pixels, results/features; tables of intervals, collars and surveys, if named.
# Produces: results/downhole/{hole}.csv, .las, .png, .pdf, results/downhole/intervals.csv, .parquet, results/holes/{hole}.
PLACES = {"map": "../../maps/{scene}", "report": REPORT}  # what the page of a hole links to


rule downhole:
    input:
        numbers=FILES.of_hole("<results>/maps/{scene}/numbers.parquet"),
        features=FILES.measured_in_hole("features.json"),
        feature_rasters=FILES.measured_in_hole("features.tif"),
        intervals=SLICES.hole_tables["table"],
    output:
        csv="<results>/downhole/{hole}.csv",
        las="<results>/downhole/{hole}.las",
        figure=report(
            "<results>/downhole/{hole}.png",
            caption="../workflow/report/downhole.rst",
            category="downhole logs",
            labels={"figure": "{hole}"},
        ),
        table="<results>/downhole/composites/{hole}.parquet",
        picture="<results>/downhole/composites/{hole}.png",
        strip="<results>/downhole/{hole}.pdf",
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
        mem_mb=memory_mb_of_one(1500, per_mb=5),
        runtime=minutes(10, per_mb=0.05),
    params:
        cfg=lambda wildcards: SLICES.downhole(LOGGED[wildcards.hole]),
        code=code("downhole"),
    message:
        "Write the downhole log, the intervals and the strip log of hole {wildcards.hole}"
    script:
        "../workflow/scripts/downhole.py"


rule intervals:
    input:
        composites=expand("<results>/downhole/composites/{hole}.parquet", hole=sorted(LOGGED)),
        collar=SLICES.hole_tables["collar"],
        survey=SLICES.hole_tables["survey"],
    output:
        csv="<results>/downhole/intervals.csv",
        parquet="<results>/downhole/intervals.parquet",
    log:
        "<results>/logs/intervals.log",
    benchmark:
        "<results>/resources/intervals.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500),
        runtime=minutes(10),
    params:
        cfg=cfg(intervals=SLICES.keys_of("intervals", "dip_down")),
        code=code("intervals"),
    message:
        "Join the intervals of all holes into one table"
    script:
        "../workflow/scripts/intervals.py"


rule hole_page:
    input:
        numbers=FILES.of_hole("<results>/maps/{scene}/numbers.parquet"),
        pixels=FILES.of_hole("<results>/maps/{scene}/pixels"),
        features=FILES.measured_in_hole("features.json"),
        feature_rasters=FILES.measured_in_hole("features.tif"),
        intervals="<results>/downhole/composites/{hole}.parquet",
    output:
        directory("<results>/holes/{hole}"),
    log:
        "<results>/logs/hole_page/{hole}.log",
    benchmark:
        "<results>/resources/hole_page/{hole}.tsv"
    wildcard_constraints:
        hole="|".join(map(re.escape, LOGGED)) or "none",
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(1500, per_mb=5),
        runtime=minutes(15, per_mb=0.05),
    params:
        cfg=lambda wildcards: SLICES.hole_page(LOGGED[wildcards.hole], PLACES),
        code=code("hole_page"),
    message:
        "Write the page of hole {wildcards.hole}"
    script:
        "../workflow/scripts/hole_page.py"
