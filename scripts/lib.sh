# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# lib.sh - what the other scripts share: where things are, and how to say that something went wrong.
# Usage: . "$(dirname "$0")/lib.sh"

# What these change would change what scripts print, find or make: cd prints with CDPATH, guests get no file for users with
# umask 077, apt-cache answers in the user's language, and a shell without PATH has one that its programs do not see.
unset CDPATH LANGUAGE
umask 022
export LC_ALL=C.UTF-8 PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}"
case :$PATH: in
*:/usr/sbin:*) ;;
*) PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin ;;
esac

# shellcheck disable=SC2034
MEMCTL_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Without HOME, ~ is what the user's entry says.
MEMCTL_CACHE=${MEMCTL_CACHE:-~/.cache/memctl}
MEMCTL_ME=${0##*/}

say() { printf '%s: %s\n' "$MEMCTL_ME" "$*" >&2; }

die() {
	say "$@"
	exit "${DIE_STATUS:-1}"
}

# need_groups GROUP...: installs what is missing of these groups of scripts/setup, each once for a script and all that it runs.
need_groups() {
	local group groups=()
	for group; do
		case " ${MEMCTL_READY:-} " in
		*" $group "*) ;;
		*) groups+=("$group") ;;
		esac
	done
	[ ${#groups[@]} -gt 0 ] || return 0
	"$MEMCTL_TOP/scripts/setup" "${groups[@]}" || exit "${DIE_STATUS:-1}"
	export MEMCTL_READY="${MEMCTL_READY:-} ${groups[*]}"
}

# usage: prints the comment block at the head of the calling script.
usage() { sed -n '3,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"; }

# llvm_suffix: what stands behind the names of clang and its tools here: -14 where it is there, as on Debian 12.
llvm_suffix() {
	local suffix
	for suffix in -14 -19 ''; do
		if command -v "clang$suffix" >/dev/null; then break; fi
	done
	echo "$suffix"
}

# debian_mirror: where this machine has Debian's packages from, or where everybody can have them.
debian_mirror() {
	local mirror
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m 1 -E '^https?://[^ ]*/debian/?$' || true)
	mirror=${mirror%/}
	echo "${mirror:-http://deb.debian.org/debian}"
}

# The versions of Linux that the tests have passed on. What Debian 13's backports have, latest, moves on by itself.
MEMCTL_SUPPORTED="6.1 6.12 7.3"

# unsupported KERNEL: whether its version is none of these; prints that in words.
unsupported() {
	local release version
	release=$("$MEMCTL_TOP/scripts/fetch-kernel" --print release "$1") || return 1
	version=$(cut -d. -f1,2 <<<"${release%%[!0-9.]*}")
	case " $MEMCTL_SUPPORTED " in
	*" $version "*) return 1 ;;
	esac
	echo "kernel $1 is Linux $release, and $version is not among the tested ones (${MEMCTL_SUPPORTED// /, })"
}
