# shellcheck shell=bash
# Sourced by every script: the few words they share.

# How a person calls this script in the clone: scripts/setup/qemu, scripts/test, .ci/run.
this_script=$(cd "$(dirname "$0")" && pwd)/${0##*/}
this_script=${this_script#"$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/"}

# Say what went wrong and what to do about it, then end.
die() {
  printf '%s: %s\n' "$this_script" "$*" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}
