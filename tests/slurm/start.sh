#!/usr/bin/env bash
# A private Slurm of one node for the tests: munged, slurmctld and slurmd on loopback, with pretended CPUs, memory and GPUs.
# Usage: start.sh DIR [GPUS]; then `. DIR/env.sh` in every shell that is to use it. All its files are in DIR; stop.sh ends it.
# Needs Debian's packages slurm-wlm and munge; no systemd, no cgroups, no accounting database, no file in /etc.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
mkdir -p "${1:?usage: start.sh DIR [GPUS]}"
dir=$(realpath "$1")
gpus=${2:-1}
node=$(hostname -s)
port=${SLURM_TEST_PORT:-26817} # and the one after it

tail_logs() { tail -n 20 "$dir"/log/*.log >&2; }
wait_for() { # what is waited for, then a command that succeeds once it is there
  for _ in $(seq 150); do "${@:2}" >/dev/null 2>&1 && return; sleep 0.1; done
  echo "start.sh: $1 did not come up within 15 s; its log:" >&2; tail_logs; exit 1
}
ready() { sinfo --noheader --format=%T | grep -qx idle; }

mkdir -p "$dir"/{munge,state,spool,device,log,bin}
chmod 755 "$dir"
chmod 711 "$dir/munge"
[ -s "$dir/munge/key" ] || (umask 077; head -c 1024 /dev/urandom >"$dir/munge/key")

# A GPU is a file with a number at its end: Slurm only counts them, and gives the number as CUDA_VISIBLE_DEVICES.
: >"$dir/gres.conf"
for number in $(seq 0 $((gpus - 1))); do
  ln -sfn /dev/null "$dir/device/gpu$number"
  echo "NodeName=$node Name=gpu File=$dir/device/gpu$number" >>"$dir/gres.conf"
done

# config_overrides: the node has as many CPUs and as much memory as is said here, so that jobs wait for the GPU only.
# Once a second Slurm adds up what the processes of a job hold, and kills it where it asked for less.
# MinJobAge keeps the records of ended jobs for the tests to read.
cat >"$dir/slurm.conf" <<CONF
ClusterName=tests
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
JobCompType=jobcomp/filetxt
JobCompLoc=$dir/log/jobs.log
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,batch_sched_delay=0,sched_interval=2
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=7200
KillWait=3
GresTypes=gpu
NodeName=$node NodeAddr=127.0.0.1 CPUs=12 RealMemory=256000 Gres=gpu:$gpus State=UNKNOWN
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
PartitionName=gpu Nodes=$node MaxTime=INFINITE State=UP
CONF

# A job step of Snakemake's executor `slurm` forgets SLURM_CONF before it calls srun; this srun says it again.
printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$dir/slurm.conf" "$(command -v srun)" >"$dir/bin/srun"
chmod +x "$dir/bin/srun"
printf 'export SLURM_CONF=%s\nexport PATH=%s:$PATH\n' "$dir/slurm.conf" "$dir/bin" >"$dir/env.sh"

export SLURM_CONF=$dir/slurm.conf
munged --force --socket="$dir/munge/socket" --key-file="$dir/munge/key" --seed-file="$dir/munge/seed" \
  --pid-file="$dir/munged.pid" --log-file="$dir/log/munged.log"
slurmctld -c
wait_for slurmctld scontrol ping
slurmd
wait_for slurmd ready
