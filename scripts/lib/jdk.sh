# shellcheck shell=bash
# Sourced, after common.sh. Finds a JDK to build with.

oldest_jdk=17

# Print the major version of the JDK in a folder; fail where there is none.
jdk_version() {
  local home=$1 version=''
  [[ -x $home/bin/javac ]] || return 1
  # Reading a file takes a hundredth of the time that javac takes to tell.
  if [[ -r $home/release ]]; then version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$home/release"); fi
  if [[ -z $version ]]; then version=$("$home/bin/javac" -version 2>&1 | sed -n 's/^javac //p'); fi
  version=${version#1.}
  printf '%s\n' "${version%%[!0-9]*}"
}

# Print the folder of the JDK that builds: JAVA_HOME if set, else that of javac on the PATH, else the first one installed.
find_jdk() {
  local home version
  if [[ -n ${JAVA_HOME-} ]]; then
    printf '%s\n' "$JAVA_HOME"
    return
  fi
  while read -r home; do
    if version=$(jdk_version "$home") && ((version >= oldest_jdk)); then
      printf '%s\n' "$home"
      return
    fi
  done < <(jdk_of_path; installed_jdks)
  return 1
}

# Stop at a JAVA_HOME that cannot build: who set it wants to know rather than have it ignored.
check_java_home() {
  local version
  if [[ -z ${JAVA_HOME-} ]]; then return; fi
  version=$(jdk_version "$JAVA_HOME") || die "JAVA_HOME is set to '$JAVA_HOME', where there is no JDK (no bin/javac)." \
    "Point it to a JDK $oldest_jdk or newer, or unset it."
  ((version >= oldest_jdk)) || die "JAVA_HOME points to a JDK $version in '$JAVA_HOME', but JDK $oldest_jdk or newer" \
    "is needed. Point it to one, or unset it."
}

jdk_of_path() {
  local javac home
  javac=$(command -v javac) || return 0
  home=$(readlink -f "$javac" 2>/dev/null || true)
  home=${home%/bin/javac}
  # What is on the PATH may be a version manager's or macOS's stand-in, which only Java itself sees through.
  if [[ ! -e $home/lib/modules ]]; then
    home=$(javac -J-XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
  fi
  printf '%s\n' "$home"
}

installed_jdks() {
  printf '%s\n' /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home
  if has brew; then printf '%s\n' "$(brew --prefix)"/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; fi
}

# Print the folder of an installed JDK of just this version. CI providers name theirs in variables like JAVA_HOME_21_X64.
jdk_of_version() {
  local wanted=$1 variable home
  while read -r home; do
    if [[ $(jdk_version "$home") == "$wanted" ]]; then
      printf '%s\n' "$home"
      return
    fi
  done < <(for variable in "${!JAVA_HOME_@}"; do printf '%s\n' "${!variable}"; done; installed_jdks)
}
