#!/usr/bin/env bash
# Ends the Slurm that start.sh started: its jobs first, then its daemons, each by the number in its own pid file.
# Usage: stop.sh DIR
set -uo pipefail
dir=$(realpath "${1:?usage: stop.sh DIR}")
export SLURM_CONF=$dir/slurm.conf

scancel --user="$(id -un)" 2>/dev/null
for _ in $(seq 100); do [ -z "$(squeue --noheader 2>/dev/null)" ] && break; sleep 0.1; done
for daemon in slurmd slurmctld munged; do
  [ -s "$dir/$daemon.pid" ] || continue
  pid=$(cat "$dir/$daemon.pid")
  kill "$pid" 2>/dev/null
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null
  rm -f "$dir/$daemon.pid"
done
exit 0
