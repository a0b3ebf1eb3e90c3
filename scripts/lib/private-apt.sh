# shellcheck shell=bash
# Sourced, after common.sh. Lets apt download from the mirrors that the machine's own sources name, without touching the system:
# apt works in folders of its own, and nothing is installed.

# debian_codename <what is wanted from Debian>
# Print the codename of this Debian release; fail, with a sentence, where the system is none or has not its tools.
debian_codename() {
  local wanted=$1 id='' codename=''
  if [[ -r /etc/os-release ]]; then
    # shellcheck source=/dev/null
    read -r id codename < <(. /etc/os-release && printf '%s %s\n' "${ID-}" "${VERSION_CODENAME-}")
  fi
  if [[ $id != debian || -z $codename ]] || ! has apt-get || ! has dpkg-deb; then
    printf "%s is known to be had on a Debian release only; this system is '%s'.\n" "$wanted" "${id:-$(uname)}"
    return 1
  fi
  printf '%s\n' "$codename"
}

# private_apt <work folder>
# Make apt-get and apt-cache of this script work in that folder. It must be readable for apt's own unprivileged user, who does
# the downloading when root runs this.
private_apt() {
  local work=$1 status parts
  mkdir -p "$work"/{lists,archives}/partial "$work/sources.list.d"
  eval "$(apt-config shell parts Dir::Etc::sourceparts/d status Dir::State::status/f)"
  cp "$status" "$work/status"
  find "$parts" -maxdepth 1 \( -name '*.list' -o -name '*.sources' \) -exec cp {} "$work/sources.list.d/" \;
  # Read after the system's apt.conf.d, which may name a proxy that is needed; its hooks would touch the system.
  cat >"$work/apt.conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourceparts "$work/sources.list.d";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache::archives "$work/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
END
  printf 'Dir::Etc::main "%s";\n' "$work/apt.conf" >"$work/first.conf"
  export APT_CONFIG=$work/first.conf
}
