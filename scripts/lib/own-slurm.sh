# shellcheck shell=bash
# Sourced, after common.sh. A Slurm cluster of our own: this machine as its only node, for the user who runs this.

# start_slurm <folder>: writes the configuration there, starts munged, slurmctld and slurmd, sets slurm_pids and SLURM_CONF.
start_slurm() {
  local folder=$1 host user
  host=$(hostname -s)
  user=$(id -un)
  slurm_pids=()
  mkdir -p "$folder"/{state,spool}

  # It asks for a private folder below trusted ones; --force is for the world-writable folder above ours.
  (umask 077 && dd if=/dev/urandom of="$folder/munge.key" bs=1024 count=1 status=none)
  munged --foreground --force --num-threads=2 --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
    --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" --seed-file="$folder/munged.seed" \
    >"$folder/munged.out" 2>&1 &
  slurm_pids+=($!)
  wait_until $! munge -S "$folder/munge.socket" -n -o "$folder/munge.out" || die "munged did not start:" "$(<"$folder/munged.out")"

  # More processors than there are, so that tests do not wait for each other.
  cat >"$folder/slurm.conf" <<END
ClusterName=qmpjunit
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SwitchType=switch/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
MailProg=/bin/true
NodeName=$host NodeAddr=127.0.0.1 CPUs=64
PartitionName=all Nodes=$host Default=YES State=UP
END
  # slurmd wants a plugin even where nothing is to be confined; this one touches nothing before it has to.
  printf 'CgroupPlugin=cgroup/v1\n' >"$folder/cgroup.conf"
  export SLURM_CONF=$folder/slurm.conf

  slurmctld -D >"$folder/slurmctld.log" 2>&1 &
  slurm_pids+=($!)
  slurmd -D >"$folder/slurmd.log" 2>&1 &
  slurm_pids+=($!)
  wait_until $! srun --quiet --immediate=5 true || die "no Slurm came up:" "$(tail -n 20 "$folder/slurmctld.log" "$folder/slurmd.log")"
}

# The steps' keepers outlive slurmd by design: end the jobs first, and wait until they are gone.
stop_slurm() {
  local pid
  if [[ -n ${SLURM_CONF-} ]]; then
    scancel --full --signal=KILL --user="$(id -un)" 2>/dev/null || true
    for _ in {1..50}; do
      [[ -n $(squeue --noheader 2>/dev/null) ]] || break
      sleep 0.1
    done
  fi
  for pid in "${slurm_pids[@]}"; do stop_process "$pid"; done
}
