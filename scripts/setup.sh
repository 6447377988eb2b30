# shellcheck shell=bash
# Sourced by scripts/run and scripts/test: installs what is missing, configures and builds. Tested on Debian 12 and 13.
# HETSCHED_PRESET selects a preset of CMakePresets.json: release (default), debug, asan.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
set -o pipefail # a build that fails does so through what tells how far it is

# make: for plugins, which CMake builds with it unless told otherwise.
packages=(g++ cmake ninja-build make pkg-config git libsimgrid-dev libboost-dev nlohmann-json3-dev libcli11-dev
  doctest-dev librandom123-dev libmd-dev libzstd-dev zstd python3-matplotlib python3-jsonschema
  libonnx-dev libprotobuf-dev python3-onnx pybind11-dev python3-dev)

preset=${HETSCHED_PRESET:-release}
case $preset in
  release) build_dir=build ;;
  debug | asan) build_dir=build-$preset ;;
  *)
    echo "HETSCHED_PRESET is '$preset'; it must be release, debug or asan." >&2
    exit 2
    ;;
esac

# step WHAT COMMAND...: one line of progress; the command's output only if it fails.
step() {
  local what=$1 log status=0 began=$SECONDS
  shift
  log=$(mktemp)
  printf '%s ... ' "$what"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    printf 'failed after %d s:\n' $((SECONDS - began))
    cat "$log"
    rm -f "$log"
    echo "Failed: $*" >&2
    exit "$status"
  fi
  rm -f "$log"
  printf '%d s\n' $((SECONDS - began))
}

is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Elsewhere it may work, too, but nobody has seen it.
tell_untested_system() {
  local ID=unknown VERSION_ID='' PRETTY_NAME='This system'
  # shellcheck source=/dev/null
  [[ ! -r /etc/os-release ]] || source /etc/os-release
  [[ $ID == debian && $VERSION_ID =~ ^1[23]$ ]] && return
  echo "$PRETTY_NAME: hetsched is tested on Debian 12 and 13 only. If packages are missing here, or too old, build the" >&2
  echo "container of scripts/Containerfile instead: README.md, Elsewhere." >&2
}

install_packages() {
  tell_untested_system
  command -v dpkg-query >/dev/null || return 0 # not Debian: CMake says what it misses
  local missing=() as_root=() package
  for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null; then
      echo "Packages are missing. Install them with this line, then run this script again:" >&2
      echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
      exit 2
    fi
    as_root=(sudo -n)
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120)
  step "Updating the list of packages" "${as_root[@]}" update
  step "Installing ${missing[*]}" "${as_root[@]}" install -y --no-install-recommends "${missing[@]}"
}

# CMake configures again by itself when its own files change; a build tree that was moved here starts afresh.
configure() {
  local fresh=()
  if [[ -f $build_dir/CMakeCache.txt ]] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$build_dir/CMakeCache.txt"; then
    fresh=(--fresh)
  elif [[ $build_dir/build.ninja -nt CMakePresets.json ]]; then
    return 0
  fi
  step "Configuring $build_dir/" cmake --preset "$preset" "${fresh[@]}"
}

# Ninja's lines "[3/80] ...", as one line for every tenth of the way. How many there are is known anew after CMake has run.
every_tenth() {
  local line total=0 tenth=0
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    ((total == BASH_REMATCH[2])) || { total=${BASH_REMATCH[2]} tenth=0; }
    ((10 * BASH_REMATCH[1] / total > tenth)) || continue
    tenth=$((10 * BASH_REMATCH[1] / total))
    ((total < 20)) || printf ' %3d%%  %d of %d\n' $((10 * tenth)) "${BASH_REMATCH[1]}" "$total"
  done
}

# build TARGET...: everything that TARGETs need. Ninja tells how far it is: on a terminal itself.
build() {
  install_packages
  configure
  local command=(cmake --build --preset "$preset" --target "$@") began=$SECONDS status=0 log
  echo "Building $build_dir/"
  if [[ -t 1 ]]; then
    "${command[@]}" </dev/null || status=$?
  else
    log=$(mktemp)
    "${command[@]}" </dev/null 2>&1 | tee "$log" | every_tenth || status=$?
    ((status == 0)) || grep -v '^\[' "$log" || true
    rm -f "$log"
  fi
  if ((status != 0)); then
    printf 'Building failed after %d s: %s\n' $((SECONDS - began)) "${command[*]}" >&2
    exit "$status"
  fi
  printf 'Built in %d s\n' $((SECONDS - began))
}
