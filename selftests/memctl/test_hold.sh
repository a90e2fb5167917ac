#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What others keep, and for how long: readers of /proc whose page never comes,
# descriptors of O_PATH, dumps that nobody reads on, users who ask again and
# again. None of them keeps root from removing a region or an arena; what keeps
# the module is named, with its pid; and every command ends.

. "$(dirname "$0")/lib.sh"
hold=$(dirname "$0")/hold
begin
[ -x "$hold" ] || skip_all "hold is not built"
load size=32M

# begin_holding, start NAME COMMAND..., stop_all: holders in the background. The
# output of one is in $work/NAME; their input ends with stop_all. start sets
# holder to its pid.
begin_holding()
{
	holders=
	rm -f "$work/end"
	mkfifo "$work/end"
	# To read as well for a moment: opening it does not wait then.
	exec 9<>"$work/end"
	exec 8>"$work/end"
	exec 9<&-
}

start()
{
	start_name=$1
	shift
	"$@" <"$work/end" >"$work/$start_name" 2>&1 8>&- &
	holder=$!
	holders="$holders $holder"
	wait_until "$start_name is ready" grep -q ready "$work/$start_name"
}

stop_all()
{
	exec 8>&-
	for one in $holders; do wait "$one"; done
}

# in_time SECONDS COMMAND...: 124 when it takes longer, and it is killed
in_time()
{
	timeout -s KILL "$@"
}

# names PID TEXT: status has a line "held: ..." with both
names()
{
	"$MEMCTL" status | grep "^held:.*pid $1\\b" | grep -q -- "$2"
}

# --- nobody ---

check "nobody holds the module" sh -c "'$MEMCTL' status | grep -q '^held: by nobody'"

# --- a reader of /proc whose page never comes ---

check "another arena" "$MEMCTL" arena add second --size 4M
begin_holding
start idle env HOLD_UID=1000 "$hold" file /proc/memctl/second/buddyinfo
idle=$holder
"$hold" page /proc/memctl/second/buddyinfo >"$work/page" 2>&1 8>&- &
reader=$!
wait_until "a reader waits for its page" grep -q ready "$work/page"
sleep 1
check "the arena is deleted while it is read" in_time 300 "$MEMCTL" arena del second
check "and made again" in_time 300 "$MEMCTL" arena add second --size 4M
check "its files are there" grep -q Normal /proc/memctl/second/buddyinfo
check "and deleted" in_time 300 "$MEMCTL" arena del second
check "status names the reader" names "$reader" /proc/memctl/second/buddyinfo
check "and who has a file open" names "$idle" /proc/memctl/second/buddyinfo
refuse "unload says who it is" 2 "EBUSY.*pid $reader" in_time 300 "$MEMCTL" unload
check "the reader can be killed" kill "$reader"
wait "$reader"
stop_all
check "nobody holds the module then" sh -c "'$MEMCTL' status | grep -q '^held: by nobody'"

begin_holding
check "a third arena" "$MEMCTL" arena add third --size 4M
start file "$hold" file /proc/memctl/third/zoneinfo
check "it is deleted while a file of it is open" "$MEMCTL" arena del third
check "made again it is another one" "$MEMCTL" arena add third --size 4M
stop_all
equal "a file of the one that is gone says so" "No such device" "$(tail -n 1 "$work/file")"
check "the third arena goes" "$MEMCTL" arena del third

# --- a path of a region ---

"$MEMCTL" region add kept --size 1M >/dev/null
begin_holding
start path "$MEMCTL" region open kept -- "$hold" path
check "a region is removed while somebody has a path of it" "$MEMCTL" region del kept
check "status names who has the path" names "$holder" kept
refuse "unload does, too" 2 "EBUSY.*pid $holder" "$MEMCTL" unload
stop_all
equal "it cannot be opened any more" gone "$(tail -n 1 "$work/path")"
check "nobody holds the module then" sh -c "'$MEMCTL' status | grep -q '^held: by nobody'"

"$MEMCTL" region add kept --size 1M >/dev/null
begin_holding
start file "$MEMCTL" region open kept -- "$hold" file /dev/null
refuse "a region in use is named with who uses it" 2 "held.*pid $holder" "$MEMCTL" region del kept
stop_all
check "it is removed" "$MEMCTL" region del kept

# --- more and more dumps: to list them takes time by their number, not by its square ---

# list_dumps TIMES: hundredths of a second to list all that hold the module so often
list_dumps()
{
	read -r begun _ </proc/uptime
	for _ in $(seq "$1"); do cat /proc/memctl_holders; done | grep -c dump >"$work/listed"
	read -r ended _ </proc/uptime
	echo $((${ended%.*}${ended#*.} - ${begun%.*}${begun#*.} + 1))
}

begin_holding
start few sh -c 'ulimit -n 20000; exec "$0" dumps 400' "$hold"
few=$(list_dumps 20)
equal "a few dumps are listed" 8000 "$(cat "$work/listed")"
start many sh -c 'ulimit -n 20000; exec "$0" dumps 7600' "$hold"
many=$(list_dumps 1)
equal "many dumps are listed" 8000 "$(cat "$work/listed")"
at_most "a dump of many takes no longer to list (few: $few)" $((few * 3 + 20)) "$many"
stop_all

# --- dumps that nobody reads ---

"$MEMCTL" arena add second --size 4M >/dev/null
begin_holding
start dumps env HOLD_UID=1000 "$hold" dumps 3 second
check "an arena is deleted beside dumps of it" "$MEMCTL" arena del second
equal "status names each dump" 3 "$("$MEMCTL" status | grep -c "^held:.*pid $holder\\b.*dump.*arena-get")"
refuse "unload names who has them" 2 "EBUSY.*pid $holder" "$MEMCTL" unload
check "as JSON" sh -c "'$MEMCTL' -J status | grep -q '\"pid\": *$holder'"
stop_all
equal "a dump of which all was sent ends well" Success "$(tail -n 1 "$work/dumps")"
check "nobody holds the module then" sh -c "'$MEMCTL' status | grep -q '^held: by nobody'"

"$MEMCTL" arena add second --size 4M >/dev/null
begin_holding
start dumps env HOLD_UID=1000 "$hold" dumps 1
check "an arena is deleted beside a dump of all" "$MEMCTL" arena del second
stop_all
equal "a dump of all goes on" Success "$(tail -n 1 "$work/dumps")"

# --- who asks again and again ---

begin_holding
for number in 1 2 3; do
	start "ask$number" env HOLD_UID=1000 "$hold" ask main
	start "asker$number" env HOLD_UID=1000 "$hold" ask second
done
failures=0
for _ in $(seq "$(scaled 20)"); do
	"$MEMCTL" arena add second --size 1M >/dev/null 2>&1 || failures=$((failures + 1))
	"$MEMCTL" arena del second >"$work/out" 2>&1 || failures=$((failures + 1))
done
equal "an arena is deleted each time while others ask for it" 0 "$failures"
[ "$failures" -eq 0 ] || why_not "$work/out"
check "and the module unloaded" in_time 300 "$MEMCTL" unload
stop_all
at_least "they asked" 100 "$(sed -n 's/^asked //p' "$work/ask1")"
load size=16M

unload
clean_log
finish
