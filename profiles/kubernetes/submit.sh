#!/bin/sh
# Starts one stage as a Job and says its name. IMAGE, CLAIM and MOUNT come from config.yaml.
# Usage: submit.sh RULE CPUS MEMORY_MB MINUTES GPUS SCRIPT
set -eu
: "${IMAGE:?the image that holds the environment; set it in profiles/kubernetes/config.yaml}"
: "${CLAIM:?the claim of the shared volume; set it in profiles/kubernetes/config.yaml}"
: "${MOUNT:?where the shared volume is mounted; set it in profiles/kubernetes/config.yaml}"
rule=$1 cpus=$2 memory_mb=$3 minutes=$4 gpus=$5 script=$6

# A GPU is had by a limit; a Job that says nothing of GPUs sees none.
gpu_limit=
[ "$gpus" -eq 0 ] || gpu_limit=", nvidia.com/gpu: \"$gpus\""

kubectl create --output=name --filename=- <<JOB
apiVersion: batch/v1
kind: Job
metadata:
  generateName: semispectral-$(echo "$rule" | tr _ -)-
  labels: {app: semispectral, rule: $rule}
spec:
  backoffLimit: 0 # Snakemake itself tries again, with more memory
  activeDeadlineSeconds: $((minutes * 60))
  ttlSecondsAfterFinished: 86400
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: stage
          image: "$IMAGE"
          command: [/bin/sh, "$script"]
          workingDir: "$PWD"
          resources:
            requests: {cpu: "$cpus", memory: "${memory_mb}M"}
            limits: {memory: "${memory_mb}M"$gpu_limit}
          volumeMounts: [{name: shared, mountPath: "$MOUNT"}]
      volumes: [{name: shared, persistentVolumeClaim: {claimName: "$CLAIM"}}]
JOB
