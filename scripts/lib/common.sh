# shellcheck shell=bash
# Sourced by every script: the few words they share.

# Say what went wrong and what to do about it, then end.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}
