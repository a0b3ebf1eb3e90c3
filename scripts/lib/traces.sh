# shellcheck shell=bash
# Sourced. Finds what our tests have on this machine while they run: temporary folders, and QEMUs that work in one.

# Java on Linux takes /tmp whatever TMPDIR says, unless it is told otherwise.
temp_folders=(/tmp)
if [[ -n ${TMPDIR-} && ${TMPDIR%/} != /tmp ]]; then temp_folders+=("${TMPDIR%/}"); fi

# Print one line per folder and per process, sorted.
traces() {
  { folder_traces; process_traces; } | LC_ALL=C sort
}

# Print the traces that were not there before. A killed process needs a moment to be gone.
new_traces() {
  local before=$1 new
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    new=$(LC_ALL=C comm -13 <(printf '%s\n' "$before") <(traces))
    if [[ -z $new ]]; then return; fi
    sleep 0.2
  done
  printf '%s\n' "$new"
}

folder_traces() {
  local folder
  for folder in "${temp_folders[@]}"; do
    find "$folder/" -maxdepth 1 \( -name 'qmp-junit-*' -o -name 'qmp-scripted-*' \) 2>/dev/null | sed 's/^/folder  /' || true
  done
}

process_traces() {
  local file argv pid command
  if [[ -e /proc/self/cmdline ]]; then
    for file in /proc/[0-9]*/cmdline; do
      # It may be gone by now.
      { mapfile -d '' -t argv <"$file"; } 2>/dev/null || continue
      pid=${file#/proc/}
      process_trace "${pid%/cmdline}" "${argv[0]-}" "${argv[*]}"
    done
  else
    ps -A -ww -o pid=,command= | while read -r pid command; do process_trace "$pid" "${command%% *}" "$command"; done
  fi
}

process_trace() {
  local pid=$1 program=$2 command=$3 folder
  if [[ ${program##*/} != *qemu* ]]; then return; fi
  for folder in "${temp_folders[@]}"; do
    if [[ $command == *"$folder/qmp-junit-"* ]]; then
      printf 'process %s %s\n' "$pid" "$command"
      return
    fi
  done
}
