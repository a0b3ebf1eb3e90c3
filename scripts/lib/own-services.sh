# shellcheck shell=bash
# Sourced. Starts and stops servers that live no longer than the script.

# Print a port of the loopback at which nobody listens.
free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000)) # below those that the system hands out
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
}

# wait_until <pid> <command>...: try until the command succeeds, for as long as the process lives, and some thirty times at most.
wait_until() {
  local pid=$1
  shift
  for _ in {1..30}; do
    if timeout 10 "$@" >/dev/null 2>&1; then return; fi
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.5
  done
  return 1
}

# SIGTERM, and after five seconds SIGKILL.
stop_process() {
  local pid=$1
  kill "$pid" 2>/dev/null || return 0
  for _ in {1..50}; do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}
