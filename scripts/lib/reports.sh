# shellcheck shell=bash
# Sourced. Reads Surefire's XML reports.

# sum_reports <attribute> <report>...
sum_reports() {
  local attribute=$1
  shift
  sed -n "s/^<testsuite .*[[:space:]]$attribute=\"\([0-9]*\)\".*/\1/p" "$@" | awk '{ sum += $1 } END { print sum + 0 }'
}

# Print how many tests have passed: a green build may have run nothing at all.
passed_tests() {
  printf '%s\n' "$(($(sum_reports tests "$@") - $(sum_reports skipped "$@") - $(sum_reports failures "$@") - $(sum_reports errors "$@")))"
}
