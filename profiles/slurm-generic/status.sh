#!/bin/sh
# What became of a job, in the words that Snakemake asks for: running, success or failed.
# A job that Slurm has forgotten has failed: it is made again. Where Slurm does not answer, it is asked again later.
if state=$(squeue --noheader --states=all --format=%T --jobs="$1" 2>&1); then
  case "$state" in
    COMPLETED) echo success ;;
    "" | BOOT_FAIL | CANCELLED | DEADLINE | FAILED | NODE_FAIL | OUT_OF_MEMORY | REVOKED | TIMEOUT) echo failed ;;
    *) echo running ;;
  esac
else
  case "$state" in
    *"Invalid job id"*) echo failed ;;
    *) echo running ;;
  esac
fi
