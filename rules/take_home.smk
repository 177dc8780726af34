# The downhole log of every hole whose depths are known, and maps of new scans with a model trained before.
# Needs: results/maps; or, for new scans, config `scenes` and `model`, and no label and no training.
# Produces: results/downhole/{hole}.csv, .las, .png; results/new/{scene}.


rule downhole:
    input:
        maps=maps_of_hole("map.json"),
        rasters=maps_of_hole("probability.tif", "confidence.tif"),
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
        "<results>/benchmarks/downhole/{hole}.tsv"
    wildcard_constraints:
        hole="|".join(map(re.escape, LOGGED)) or "none",
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=20),
        runtime=minutes(10, per_mb=0.5),
    params:
        cfg=downhole_cfg,
        code=code("downhole"),
    script:
        "../workflow/scripts/downhole.py"


rule new_map:
    input:
        files=scene_data,
    output:
        expand("<results>/new/{{scene}}/{name}", name=MAP_FILES),
    log:
        "<results>/logs/new_map/{scene}.log",
    benchmark:
        "<results>/benchmarks/new_map/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=2),
        runtime=minutes(30, per_mb=0.1),
    params:
        cfg=new_cfg,
        code=code("new_map"),
    script:
        "../workflow/scripts/new_map.py"


rule predict_new:
    input:
        every_scene("<results>/new/{scene}/map.json"),
