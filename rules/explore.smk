# From no label to a map: groups of alike spectra by M1's latents, their contact sheet, and the queue of pixels to label.
# Needs: results/latents, results/sample_m1, results/shards, results/m1, results/scaler, label codes or the census, the
# scenes, mineral libraries; with labels also results/model and results/labels_per_class. The learning curve needs
# results/splits/main and the features of the model of the maps.
# Produces: results/explore (clusters, groups.json, maps/{scene}, queue.parquet, queue.tsv, queue.gpkg, chips, plane.png,
# index.html; by a model also judged.parquet and new_groups.json), and results/evaluation/learning_curve.parquet.
EXPLORED = f"{FILES.first_seed}"  # the seed of the M1 whose latents are looked at
LATENTS = FILES.latents_of(EXPLORED, STUDIED)
# Latents are read one scene after the other, samples of the bands together.
MEMORY_OF_CURVE = memory_mb_of_one if MAP.features.startswith("latents") else memory_mb
BY_MODEL = CONFIG["explore"]["by_model"] and any(SLICES.scenes[name].has_labels for name in STUDIED)


rule clusters:
    input:
        latents=LATENTS,
        samples=FILES.of_training("<results>/sample_m1/{scene}.parquet"),
    output:
        directory("<results>/explore/clusters"),
    log:
        "<results>/logs/clusters.log",
    benchmark:
        "<results>/resources/clusters.tsv"
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(2000, per_mb=12),
        runtime=minutes(15, per_mb=0.5),
    params:
        cfg=cfg(explore=SLICES.keys_of("explore", "method", "clusters", "seed")),
        code=code("clusters"),
    message:
        "Cluster the latents of M1"
    script:
        "../workflow/scripts/clusters.py"


rule describe_groups:
    input:
        clusters="<results>/explore/clusters",
        latents=LATENTS,
        shards=FILES.pool_of(STUDIED),
        scaler=FILES.scalers["latents"],
        files=SLICES.groups_files,
    output:
        "<results>/explore/groups.json",
    log:
        "<results>/logs/describe_groups.log",
    benchmark:
        "<results>/resources/describe_groups.tsv"
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(2000, per_mb=12, but="files"),
        runtime=minutes(15, per_mb=0.1, but="files"),
    params:
        cfg=SLICES.groups(explore=SLICES.keys_of("explore", "suggestions")),
        code=code("describe_groups"),
    message:
        "Describe the groups: their spectra, and what they may be"
    script:
        "../workflow/scripts/describe_groups.py"


rule cluster_map:
    input:
        files=SLICES.scan_files,
        codes=FILES.codes_of,
        scaler=FILES.scalers["latents"],
        m1=f"<results>/m1/{EXPLORED}",
        clusters="<results>/explore/clusters",
    output:
        clusters="<results>/explore/maps/{scene}/clusters.npy",
        picture="<results>/explore/maps/{scene}/picture.npy",
        raster="<results>/explore/maps/{scene}/groups.tif",
    log:
        "<results>/logs/cluster_map/{scene}.log",
    benchmark:
        "<results>/resources/cluster_map/{scene}.tsv"
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=1),
        runtime=minutes(30, per_mb=0.1),
    params:
        cfg=SLICES.cluster_map,
        code=code("cluster_map"),
    message:
        "Map the groups of scene {wildcards.scene}"
    script:
        "../workflow/scripts/cluster_map.py"


if BY_MODEL:

    rule new_groups:
        input:
            latents=LATENTS,
            shards=FILES.pool_of(STUDIED),
            scaler=FILES.scalers["mnf"],
            files=SLICES.groups_files,
            model="<results>/model",
            labels=MAP.path("<results>/labels_per_class/{per_class}/{seed}.parquet"),
        output:
            judged="<results>/explore/judged.parquet",
            groups="<results>/explore/new_groups.json",
        log:
            "<results>/logs/new_groups.log",
        benchmark:
            "<results>/resources/new_groups.tsv"
        priority: 1
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb_of_one(2000, per_mb=12, but="files"),
            runtime=minutes(15, per_mb=0.1, but="files"),
        params:
            cfg=SLICES.groups(explore=SLICES.keys_of("explore", "seed", "suggestions")),
            code=code("new_groups"),
        message:
            "Judge the drawn pixels by the trained model, and group those that it does not know"
        script:
            "../workflow/scripts/new_groups.py"

    rule queue_by_model:
        input:
            clusters="<results>/explore/clusters",
            groups="<results>/explore/groups.json",
            new_groups="<results>/explore/new_groups.json",
            judged="<results>/explore/judged.parquet",
            latents=LATENTS,
            codes=FILES.counted(STUDIED, "npy"),
            rasters=FILES.group_maps("groups.tif"),
            pictures=FILES.group_maps("picture.npy"),
        output:
            queue="<results>/explore/queue.parquet",
            points="<results>/explore/queue.gpkg",
            chips=directory("<results>/explore/chips"),
        log:
            "<results>/logs/queue.log",
        benchmark:
            "<results>/resources/queue.tsv"
        priority: 1
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb_of_one(2000, per_mb=12),
            runtime=minutes(15, per_mb=0.1),
        params:
            cfg=SLICES.queue(explore=SLICES.keys_of("explore", "queue", "least_distance", "seed")),
            code=code("queue_by_model"),
        message:
            "Choose the pixels to label, by the trained model"
        script:
            "../workflow/scripts/queue_by_model.py"

else:

    rule queue:
        input:
            clusters="<results>/explore/clusters",
            groups="<results>/explore/groups.json",
            latents=LATENTS,
            codes=FILES.counted(STUDIED, "npy"),
            rasters=FILES.group_maps("groups.tif"),
            pictures=FILES.group_maps("picture.npy"),
        output:
            queue="<results>/explore/queue.parquet",
            points="<results>/explore/queue.gpkg",
            chips=directory("<results>/explore/chips"),
        log:
            "<results>/logs/queue.log",
        benchmark:
            "<results>/resources/queue.tsv"
        priority: 1
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb_of_one(2000, per_mb=12),
            runtime=minutes(15, per_mb=0.1),
        params:
            cfg=SLICES.queue(explore=SLICES.keys_of("explore", "queue", "least_distance", "seed")),
            code=code("queue"),
        message:
            "Choose the pixels to label: those that stand for the most others first"
        script:
            "../workflow/scripts/queue.py"


rule group_page:
    input:
        files=SLICES.scan_files,
        clusters="<results>/explore/maps/{scene}/clusters.npy",
        groups="<results>/explore/groups.json",
        features=FILES.measured_in_scene("features.json"),
        feature_rasters=FILES.measured_in_scene("features.tif"),
    output:
        "<results>/explore/maps/{scene}/page.html",
    log:
        "<results>/logs/group_page/{scene}.log",
    benchmark:
        "<results>/resources/group_page/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=2),
        runtime=minutes(15, per_mb=0.1),
    params:
        cfg=SLICES.scan_page,
        code=code("group_page"),
    message:
        "Write the page of scene {wildcards.scene} with its groups, to look at and to label"
    script:
        "../workflow/scripts/group_page.py"


rule contact_sheet:
    input:
        clusters="<results>/explore/clusters",
        groups="<results>/explore/groups.json",
        new_groups=["<results>/explore/new_groups.json"] if BY_MODEL else [],
        latents=LATENTS,
        maps=FILES.group_maps("clusters.npy"),
        pictures=FILES.group_maps("picture.npy"),
        queue="<results>/explore/queue.parquet",
    output:
        page="<results>/explore/index.html",
        plane="<results>/explore/plane.png",
    log:
        "<results>/logs/contact_sheet.log",
    benchmark:
        "<results>/resources/contact_sheet.tsv"
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(2000, per_mb=12),
        runtime=minutes(15, per_mb=0.1),
    params:
        cfg=SLICES.contact_sheet(),
        code=code("contact_sheet"),
    message:
        "Write the contact sheet of the groups"
    script:
        "../workflow/scripts/contact_sheet.py"


rule learning_curve:
    input:
        features=expand(FEATURES[MAP.features], seed=MAP.run["seed"], scene=SCORED),
        scaler=FILES.scalers[MAP.features],
        pixels="<results>/splits/main/pixels.parquet",
    output:
        "<results>/evaluation/learning_curve.parquet",
    log:
        "<results>/logs/learning_curve.log",
    benchmark:
        "<results>/resources/learning_curve.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=MEMORY_OF_CURVE(3000, per_mb=12),
        runtime=minutes(30, per_mb=0.1),
    params:
        features=MAP.features,
        cfg=cfg(
            svm=SLICES.keys_of("svm", "cost", "gamma", "balanced"),
            evaluation=SLICES.keys_of("evaluation", "seed"),
        ),
        code=code("learning_curve"),
    message:
        "Score an SVM with more and more of the labels given"
    script:
        "../workflow/scripts/learning_curve.py"
