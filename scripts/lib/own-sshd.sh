# shellcheck shell=bash
# Sourced, after common.sh. An OpenSSH server of our own on the loopback, for the user who runs this.

# start_sshd <folder>: writes keys and configuration there, starts the server, sets sshd_pid.
# Afterwards, "ssh -F <folder>/ssh_config far" logs in.
start_sshd() {
  local folder=$1 sshd port attempt
  sshd=$(command -v sshd) # it wants to be started by its full path
  ssh-keygen -q -t ed25519 -N '' -f "$folder/host_key"
  ssh-keygen -q -t ed25519 -N '' -f "$folder/user_key"
  cp "$folder/user_key.pub" "$folder/authorized_keys"
  # What root's server gives up its rights in; the distribution's service makes it.
  if ((EUID == 0)); then mkdir -p /run/sshd; fi

  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    cat >"$folder/sshd_config" <<END
ListenAddress 127.0.0.1:$port
HostKey $folder/host_key
AuthorizedKeysFile $folder/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
END
    cat >"$folder/ssh_config" <<END
Host far
  HostName 127.0.0.1
  Port $port
  User $(id -un)
  IdentityFile $folder/user_key
  IdentitiesOnly yes
  UserKnownHostsFile $folder/known_hosts
  BatchMode yes
  ConnectTimeout 20
END
    printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 "$folder/host_key.pub")" >"$folder/known_hosts"
    "$sshd" -D -e -f "$folder/sshd_config" >"$folder/sshd.log" 2>&1 &
    sshd_pid=$!
    if wait_until "$sshd_pid" ssh -F "$folder/ssh_config" far true; then return; fi
    printf 'attempt %d to start sshd failed:\n%s\n' "$attempt" "$(<"$folder/sshd.log")" >&2
    stop_process "$sshd_pid"
  done
  die "no sshd came up; its words are above."
}
