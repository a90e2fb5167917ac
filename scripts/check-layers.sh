#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-layers.sh - fails when a source of the module includes or calls what its wing must not know
#
# Usage: scripts/check-layers.sh [--objects DIRECTORY]
#
# The wings, their floors and the rules, R1 to R10, are in layers.py beside it. Each breach is a line FILE:LINE: text. Calls
# are read from objects: those of the newest complete build, or of the DIRECTORY that scripts/build-module --dir prints.
set -eu
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
case ${1:-} in
-h | --help) usage; exit 0 ;;
'') ;;
--objects) [ $# -eq 2 ] || die "--objects needs a directory" ;;
*) die "unknown argument $1" ;;
esac
exec /usr/bin/python3 "$MEMCTL_TOP/scripts/layers.py" check "$MEMCTL_TOP" "$@"
