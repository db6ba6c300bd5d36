# The one list of what the scripts install, for Debian 12. Sourced, not run.

# To build and use wasm-oci.
build_packages=(
  ca-certificates ccache cmake g++ ninja-build pkg-config
  libarchive-dev libcli11-dev libcurl4-openssl-dev libdeflate-dev libssl-dev libzstd-dev nlohmann-json3-dev
  zlib1g-dev
)

# To test it: libraries, then the programs that the interop tests compare it with, then the tools that check the source.
test_packages=(
  libbenchmark-dev libcpp-httplib-dev libgmock-dev libgtest-dev
  apache2-utils buildah containerd curl docker-registry git oci-image-tool openssl podman skopeo umoci wabt
  clang-19 clang-format-19 clang-tidy-19 hyperfine libclang-rt-19-dev
)

# Commands rather than packages: Debian's packages conflict with those of other sources that may be installed already.
test_commands=(docker:docker.io dockerd:docker.io node:nodejs npm:npm)

# Prints those of the packages in "$@" that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

# Prints the packages of those COMMAND:PACKAGE in "$@" whose command is absent.
packages_of_missing_commands() {
  local pair
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || echo "${pair#*:}"
  done
}

# Installs the packages in "$@"; says which. Nothing to install: no apt, no root, no network.
install_packages() {
  (($# > 0)) || return 0
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || { echo "error: not root, and there is no sudo; install: $*" >&2; return 1; }
    as_root=(sudo)
  fi
  echo "installing with apt: $*"
  "${as_root[@]}" apt-get update -q >/dev/null
  # The daemons of docker-registry, containerd and docker are not to be started: the tests run their own.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -q --no-install-recommends "$@" >/dev/null
}
