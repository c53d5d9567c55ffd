#!/usr/bin/env bash
# A bare machine for `npm start`: Debian with git, npm and Node, and nothing else, in a folder of its own.
#   bare-machine.sh make DIR            builds it with debootstrap from this machine's own package sources (as root)
#   bare-machine.sh run DIR COMMAND…    runs a command there: own mounts and processes, this machine's network
#   bare-machine.sh remove DIR
set -euo pipefail
usage() { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
what=$1 dir=$2
shift 2

make() {
  command -v debootstrap >/dev/null || { echo 'debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }
  . /etc/os-release
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE)' 'Codename: '"$VERSION_CODENAME" 2>/dev/null | head -n 1)
  debootstrap --variant=minbase --include=ca-certificates "$VERSION_CODENAME" "$dir" "$mirror"
  # Registries and package sources are this machine's own; how it reaches them is not the project's business.
  rm -rf "$dir/etc/apt/sources.list" "$dir/etc/apt/sources.list.d"
  cp -a /etc/apt/sources.list.d "$dir/etc/apt/"
  [ ! -f /etc/apt/sources.list ] || cp /etc/apt/sources.list "$dir/etc/apt/"
  cp -a /usr/share/keyrings/. "$dir/usr/share/keyrings/"
  cp /etc/hosts /etc/resolv.conf "$dir/etc/"
  # debootstrap resolves no alternatives, which npm's packages need; apt does.
  chroot "$dir" sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends git npm nodejs procps' >/dev/null
  cp /etc/ssl/certs/ca-certificates.crt "$dir/etc/ssl/certs/"
  { npm config get registry | sed 's/^/registry=/'; echo 'cafile=/etc/ssl/certs/ca-certificates.crt'; } >"$dir/root/.npmrc"
}

run() {
  # A root of its own (pivot_root, not chroot: containers must be able to pivot again), with fresh /proc and this /sys.
  local script='set -e
    mount --bind "$1" "$1"; cd "$1"; mkdir -p .old proc sys dev run tmp
    mount -t proc proc proc; mount --rbind /sys sys; mount --rbind /dev dev; mount -t tmpfs tmpfs run; mount -t tmpfs tmpfs tmp
    pivot_root . .old; umount -l /.old; rmdir /.old 2>/dev/null || true
    shift; cd /root; exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM="${TERM:-dumb}" "$@"'
  exec unshare --mount --propagation private --pid --fork --kill-child sh -c "$script" sh "$(realpath "$dir")" "$@"
}

case $what in
make) make ;;
run) [ $# -ge 1 ] || usage; run "$@" ;;
remove) rm -rf --one-file-system "$dir" ;;
*) usage ;;
esac
