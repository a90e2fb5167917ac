#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Memory errors in pages of an arena, as the host's own switch makes them: the
# frame is never handed out again, by whatever way it comes back, and goes to
# no list of the host; all that was beside it can be had; what a region has
# there is refused to those who ask for it.
# HOST: what it does with a page that has an error

. "$(dirname "$0")/lib.sh"
begin
offline=/sys/devices/system/memory/hard_offline_page
[ -w $offline ] || skip_all "this kernel has no memory errors (CONFIG_MEMORY_FAILURE)"
bad=

# damage PFN: the page gets a memory error. The host says that it can do nothing about it.
damage()
{
	bad="$bad $1"
	echo $(($1 * 4096)) >$offline 2>/dev/null
	true
}

# flag PFN NUMBER: a bit, of the lower 32, of the page in /proc/kpageflags
flag()
{
	flags=$(dd if=/proc/kpageflags bs=8 skip="$1" count=1 2>/dev/null | od -An -N4 -tu4)
	echo $((flags >> $2 & 1))
}

# hex PFN: as verify prints it
hex()
{
	printf 0x%x "$1"
}

# state KEY
state()
{
	"$MEMCTL" what "$1" -r -n -o STATE
}

# take_all OWNER: every frame there is; prints how many
take_all()
{
	"$MEMCTL" page alloc --order 0 --count 20000 --memalloc --owner "$1" 2>/dev/null | wc -l
}

# of OWNER PFN: how many pages of an owner are that one
of()
{
	"$MEMCTL" page list -r -n -o OWNER,PFN | awk -v o="$1" -v p="$2" '$1 == o && $2 == p' | wc -l
}

load size=32M || exit "$KSFT_FAIL"
shrink_caches
start=$(frames)

# --- a page in use, and what comes of it
"$MEMCTL" page alloc --order 0 --owner 3 >"$work/handle"
pfn=$("$MEMCTL" page list -r -n -o PFN)
"$MEMCTL" monitor -J >"$work/events" 2>/dev/null &
monitor=$!
sleep 1
damage "$pfn"
equal "what says so of a page in use" used,hwpoison "$(state "$pfn")"
"$MEMCTL" verify >"$work/verify"
equal "verify says so" 5 $?
check "verify names it" grep -q "pfn $(hex "$pfn"), has a hardware memory error: used" "$work/verify"
check "free the page" "$MEMCTL" page free "$(cat "$work/handle")" --owner 3
equal "then it is set aside" hwpoison "$(state "$pfn")"
"$MEMCTL" verify >"$work/verify"
equal "verify has nothing against it" 0 $?
check "and names it" grep -q "pfn $(hex "$pfn"), has a hardware memory error: set aside" "$work/verify"
kill $monitor
wait $monitor 2>/dev/null
check "an event told it" grep -q memory-error "$work/events"
equal "status counts it" "1 1" "$("$MEMCTL" status -r -n -o HWPOISON,ASIDE)"
equal "all others can be had" $((start - 1)) "$(take_all 4)"
equal "that one cannot" 0 "$(of 4 "$pfn")"
check "free them" "$MEMCTL" page free --owner 4 --all
equal "all but one are back" $((start - 1)) "$(frames)"

# --- inside of a block in use, freed by its owner
"$MEMCTL" page alloc --order 4 --owner 3 >"$work/handle"
block=$("$MEMCTL" page list -r -n -o PFN)
damage $((block + 5))
check "free a block of 16 with one" "$MEMCTL" page free "$(cat "$work/handle")" --owner 3
equal "it is set aside" hwpoison "$(state $((block + 5)))"
equal "the page before it is free" 0 "$(state $((block + 4)) | grep -c hwpoison)"
equal "the others of the block are back" $((start - 2)) "$(frames)"

# --- free, and in a frame cache
for _ in 1 2 3 4; do "$MEMCTL" page alloc --order 0 --owner 3 >/dev/null; done
cached=$("$MEMCTL" page list -r -n -o PFN | tail -n 1)
check "pages go to a frame cache" "$MEMCTL" page free --owner 3 --all
damage "$cached"
equal "one there is set aside" hwpoison "$(state "$cached")"
"$MEMCTL" page alloc --order 9 --owner 3 >"$work/handle"
free=$("$MEMCTL" page list -r -n -o PFN)
check "free a block of 2 MiB" "$MEMCTL" page free "$(cat "$work/handle")" --owner 3
damage $((free + 77))
equal "one in a free block is set aside" hwpoison "$(state $((free + 77)))"
check "verify" "$MEMCTL" verify
equal "all others can be had" $((start - 4)) "$(take_all 4)"
for page in "$pfn" $((block + 5)) "$cached" $((free + 77)); do
	equal "but for pfn $page" 0 "$(of 4 "$page")"
done
check "free them" "$MEMCTL" page free --owner 4 --all

# --- a slab: no object of it is handed out any more, and it goes with its last one
check "a cache" "$MEMCTL" cache add objects --size 512
"$MEMCTL" cache alloc objects --count 20 --owner 5 >"$work/objects"
slab=$("$MEMCTL" what "$(head -n 1 "$work/objects")" -r -n -o PFN)
damage "$slab"
equal "what says so of a slab" slab,hwpoison "$(state "$slab")"
check "objects are freed" "$MEMCTL" page free --owner 5 --all
"$MEMCTL" cache alloc objects --count 200 --owner 6 >"$work/objects"
equal "200 others are had" 200 "$(wc -l <"$work/objects")"
equal "the slab is set aside" hwpoison "$(state "$slab")"
check "free them" "$MEMCTL" page free --owner 6 --all
check "verify" "$MEMCTL" verify
check "remove the cache" "$MEMCTL" cache del objects

# --- a region of processes
report "$(dirname "$0")/region_user" error
sed -n 's/^# pfn //p' "$work/report" >"$work/pfns"
while read -r word; do
	frame=$((word))
	bad="$bad $frame"
	equal "the region's frame is set aside" hwpoison "$(state "$frame")"
done <"$work/pfns"
check "verify" "$MEMCTL" verify
check "a region" "$MEMCTL" region add r --size 4M
address=0x100000000000
check "a page of it is written" sh -c "echo something | $MEMCTL region write r $address"
frame=$("$MEMCTL" pt walk $address --region r | sed -n 's/^physical address //p')
frame=$((frame / 4096))
damage "$frame"
refuse "region read of it" 2 'memory error' "$MEMCTL" region read r $address 10
"$MEMCTL" verify >"$work/verify"
check "verify names the region's frame" \
	grep -q "pfn $(hex "$frame"), has a hardware memory error: region" "$work/verify"
check "remove the region" "$MEMCTL" region del r
equal "its frame is set aside" hwpoison "$(state "$frame")"
check "verify" "$MEMCTL" verify

# --- a page below a leaf of 2 MiB
check "a region of leaves of 2 MiB" "$MEMCTL" region add large --size 4M --order 9
check "one of them is written" "$MEMCTL" region touch large $address 4K --write
leaf=$("$MEMCTL" pt walk $address --region large | sed -n 's/^physical address //p')
equal "it is one leaf" 0 $((leaf % (2 << 20)))
large=$((leaf / 4096 + 77))
damage $large
refuse "region read of the page" 2 'memory error' "$MEMCTL" region read large $((address + 77 * 4096)) 10
"$MEMCTL" verify >"$work/verify"
equal "verify says so" 5 $?
check "verify names the page, not the leaf" \
	grep -q "pfn $(hex $large), has a hardware memory error: region" "$work/verify"
check "remove the region" "$MEMCTL" region del large
equal "the page is set aside" hwpoison "$(state $large)"
equal "the one beside it is not" 0 "$(state $((large - 1)) | grep -c hwpoison)"
check "verify" "$MEMCTL" verify

# --- in quarantine: a socket has it, and the region is gone
check "a region to lend of" "$MEMCTL" region add lend --size 1M
mkfifo "$work/ask" "$work/answer"
"$(dirname "$0")/region_user" lend <"$work/ask" >"$work/answer" &
lender=$!
exec 7>"$work/ask" 8<"$work/answer"
while read -r line <&8 && [ "$line" != "# lent" ]; do :; done
lent=$("$MEMCTL" pt walk $address --region lend | sed -n 's/^physical address //p')
lent=$((lent / 4096))
check "remove it, with its frames in a socket" "$MEMCTL" region del lend
damage $lent
"$MEMCTL" verify >"$work/verify"
check "verify names the page" grep -q "pfn $(hex $lent), has a hardware memory error" "$work/verify"
equal "it is not set aside while the socket has it" 0 "$(state $lent | grep -c '^hwpoison')"
echo >&7
cat <&8 >"$work/out"
exec 7>&- 8<&-
wait "$lender"
# set_aside PFN: it has come back
set_aside()
{
	"$MEMCTL" region list >/dev/null
	[ "$(state "$1")" = hwpoison ]
}
wait_until "it is set aside once the socket has let go of it" set_aside $lent
equal "and then it is" hwpoison "$(state $lent)"
check "verify" "$MEMCTL" verify
rm "$work/ask" "$work/answer"

# --- a frame that a file is being read into, when the error comes
# scripts/kselftest-vm puts the module beside us, if the kernel has it.
[ -e /dev/fuse ] || modprobe fuse 2>/dev/null || insmod "$(dirname "$0")/fuse.ko" 2>/dev/null
stall=$(dirname "$0")/region_stall
if [ -c /dev/fuse ]; then
	mkdir "$work/fuse"
	mkfifo "$work/tell" "$work/told"
	"$stall" late "$work/fuse" <"$work/tell" >"$work/told" &
	exec 7>"$work/tell" 8<"$work/told"
	read -r word server <&8
	equal "a server begins" ready "$word"
	check "a region" "$MEMCTL" region add filed --size 1M --empty
	check "with its file" "$MEMCTL" region map filed 64K --rights rw --file "$work/fuse/page"
	check "and memory" "$MEMCTL" region map filed 64K --address 0x100000010000 --rights rw
	check "and its tables" "$MEMCTL" region touch filed 0x100000010000 4K --write
	# All that can be had but a few frames, which are known: the read takes one of them.
	"$MEMCTL" page alloc --order 0 --count 200 --memalloc --owner 9 >/dev/null
	"$MEMCTL" page list -r -n -o OWNER,PFN | awk '$1 == 9 { print $2 }' >"$work/few"
	take_all 8 >/dev/null
	check "a few frames are free" "$MEMCTL" page free --owner 9 --all
	echo 'r 0' >"$work/fault"
	"$MEMCTL" region open filed -- "$(dirname "$0")/region_hold" <"$work/fault" >"$work/answer" 2>&1 7>&- 8<&- &
	reader=$!
	sleep 1
	while read -r page; do echo $((page * 4096)) >$offline; done <"$work/few" 2>/dev/null
	# Nobody is answered before they were looked at.
	"$MEMCTL" status >"$work/out"
	kill -USR1 "$server"
	wait "$reader"
	equal "the process gets SIGBUS, and not what was read" SIGBUS "$(cat "$work/answer")"
	exec 7>&- 8<&-
	check "remove it" "$MEMCTL" region del filed
	check "free the others" "$MEMCTL" page free --owner 8 --all
	check "verify" "$MEMCTL" verify
else
	skip "a file that is read late" "no FUSE"
fi

# --- back to the host
check "shrink" "$MEMCTL" arena shrink main --size 8M
check "verify" "$MEMCTL" verify
check "a second arena" "$MEMCTL" arena add other --size 8M
"$MEMCTL" -a other page alloc --order 0 --owner 3 >"$work/handle"
other=$("$MEMCTL" -a other page list -r -n -o PFN)
damage "$other"
check "free its page" "$MEMCTL" -a other page free "$(cat "$work/handle")" --owner 3
check "verify it" "$MEMCTL" -a other verify
check "delete it" "$MEMCTL" arena del other
unload
for page in $bad; do
	equal "pfn $page goes to no list of the host, and is marked" "1 0" \
		"$(flag "$page" 19) $(flag "$page" 10)"
done
log_lines=$(dmesg | grep -vc 'Memory failure\|hardware memory error')
clean_log
finish
