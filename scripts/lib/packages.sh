# shellcheck shell=bash
# Sourced, after common.sh. Installs packages through the machine's own package manager.

package_manager() {
  local manager
  for manager in apt-get dnf pacman zypper apk brew; do
    if has "$manager"; then
      printf '%s\n' "$manager"
      return
    fi
  done
  return 1
}

# install_packages <what is missing> <manager>=<package>...
# Of the packages, those of this machine's package manager are installed.
install_packages() {
  local missing=$1 manager package
  shift
  manager=$(package_manager) || die "$missing: not found, and neither was a package manager (apt-get, dnf, pacman," \
    "zypper, apk, brew) to install it with. Install it by hand, then start again."

  local refresh='' install
  case $manager in
    # Package lists may be old or, in a container, absent. Somebody else's apt may be at work: wait for it.
    apt-get)
      refresh='apt-get update --quiet --quiet'
      install='env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install --yes --quiet --no-install-recommends'
      ;;
    dnf) install='dnf install --assumeyes --setopt=install_weak_deps=False' ;;
    pacman)
      [[ -e /var/lib/pacman/sync/core.db ]] || refresh='pacman --sync --refresh'
      install='pacman --sync --needed --noconfirm'
      ;;
    zypper) install='zypper --non-interactive install --no-recommends' ;;
    apk) install='apk add --update-cache' ;;
    brew) install='brew install' ;;
  esac

  local names=''
  for package; do
    if [[ $package == "$manager="* && "$names " != *" ${package#*=} "* ]]; then names+=" ${package#*=}"; fi
  done
  [[ -n $names ]] || die "$missing: not found, and no package of $manager is known to bring it." \
    "Install it by hand, then start again."

  local sudo=''
  if ((EUID != 0)) && [[ $manager != brew ]]; then
    has sudo || die "$missing: not found, and installing it takes root's rights, which you do not have (no sudo either)." \
      "Ask an administrator to run: ${refresh:+$refresh && }$install$names"
    sudo='sudo '
  fi

  # A refresh that fails (somebody's broken extra source) does not hinder the installation; if it does, that one tells.
  if [[ -n $refresh ]]; then announce_and_run "$sudo$refresh" || true; fi
  announce_and_run "$sudo$install$names" || die "$missing: not found, and the command above could not install it." \
    "Look at its output, repair the cause or install it by hand, then start again."
  hash -r
}

announce_and_run() {
  local words
  read -ra words <<<"$1"
  printf 'about to run: %s\n' "$1"
  "${words[@]}"
}
