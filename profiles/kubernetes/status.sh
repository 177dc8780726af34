#!/bin/sh
# What became of a Job, in the words that Snakemake asks for: running, success or failed.
# A Job that the cluster has forgotten has failed: it is made again. Where the cluster does not answer, it is asked later.
met='{.status.conditions[?(@.status=="True")].type}'
if conditions=$(kubectl get "$1" --output="jsonpath=$met" 2>&1); then
  case " $conditions " in
    *" Complete "*) echo success ;;
    *" Failed "*) echo failed ;;
    *) echo running ;;
  esac
else
  case "$conditions" in
    *NotFound*) echo failed ;;
    *) echo running ;;
  esac
fi
