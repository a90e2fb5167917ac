#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The limit of a region bounds all that a process with its descriptor can make
# grow: pages, tables, frames in pipes and sockets; see region_over_limit.c. What
# the command and the self-check say of it. LIMIT_ROUNDS makes it longer.

. "$(dirname "$0")/lib.sh"
begin
user=$(dirname "$0")/region_user
[ -x "$user" ] || skip_all "region_user is not built"
load size=32M plant=1 || exit "$KSFT_FAIL"
start=$(frames)
LIMIT_ROUNDS=${LIMIT_ROUNDS:-$(scaled 5000)}
export MEMCTL LIMIT_ROUNDS

report "$user" limit
wait_until "frames of sockets come back" test "$start" -eq "$(frames)"
equal "every frame is back" "$start" "$(frames)"

# --- what is said of it ---

# cell REGION COLUMN
cell()
{
	"$MEMCTL" region list -r -n -o "NAME,$2" | awk -v name="$1" '$1 == name { print $2 }'
}

check "add one with a limit" "$MEMCTL" region add heap --size 1G --limit 30
levels=$(cell heap LEVELS)
equal "the root is charged" "1 0 1" "$(cell heap CHARGED) $(cell heap AWAY) $(cell heap TABLES)"
check "touch" "$MEMCTL" region touch heap +0 16K --write
equal "pages and tables are" $((levels + 4)) "$(cell heap CHARGED)"
equal "smem has it, too" $((levels + 4)) "$("$MEMCTL" smem heap -r -n -o CHARGED)"
refuse "touch of more than there may be" 2 'all frames that it may have' "$MEMCTL" region touch heap +0 1M --write
equal "has taken all" 30 "$(cell heap CHARGED)"
refuse "touch of one that needs a table" 2 'all frames that it may have' "$MEMCTL" region touch heap +4M 4K
refuse "a limit below what is charged" 2 "has 30 frames, $levels of them tables" "$MEMCTL" region set heap --limit 29
check "one of what is charged" "$MEMCTL" region set heap --limit 30
check "a fork" "$MEMCTL" region fork heap kin
equal "is charged as much" 30 "$(cell kin CHARGED)"
check "remove it" "$MEMCTL" region del kin

# --- the self-check ---

# planted SITE BIT INVARIANT: found, and named
planted()
{
	check "plant $1 in bit $2" "$MEMCTL" plant "$1" --region heap --bit "$2"
	"$MEMCTL" verify >"$work/found" 2>&1
	equal "it is found" 5 "$?"
	check "and named $3" grep -q "$3" "$work/found"
	check "plant it back" "$MEMCTL" plant "$1" --region heap --bit "$2"
}
# 30 without 16 is 14.
planted space-limit 4 "space S6.*over the limit: expected 0[x0]*, found 0x10"
planted space-away 0 "space S6.*nr_away"
planted space-reading 0 "space F2.*frames"
planted space-quarantine 0 "space F4.*nr_quarantine"
check "verify finds nothing" "$MEMCTL" verify
check "remove it" "$MEMCTL" region del heap
equal "every frame is back" "$start" "$(frames)"
unload
clean_log
finish
