# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# lib.sh - what the other scripts share: where things are, and how to say that something went wrong.
# Usage: . "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2034
MEMCTL_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
MEMCTL_CACHE=${MEMCTL_CACHE:-${HOME:-/root}/.cache/memctl}
MEMCTL_ME=${0##*/}
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s: %s\n' "$MEMCTL_ME" "$*" >&2; }

die() {
	say "$@"
	exit "${DIE_STATUS:-1}"
}

# usage: prints the comment block at the head of the calling script.
usage() { sed -n '3,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"; }

# kernel_flavour WORD: the Debian flavour behind a kernel word, nothing when it is no Debian kernel.
kernel_flavour() {
	case $1 in
	6.1) echo cloud-amd64 ;;
	6.12) echo 6.12-cloud-amd64 ;;
	rt) echo 6.12-rt-amd64 ;;
	esac
}

