# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# How the tool ends and complains: readers that go away, files that are full, signals that it
# inherits. Sourced by run.sh, whose variables and report() it uses.
# shellcheck disable=SC2154

# What a signal number is in the masks of /proc/PID/status.
signal_bit() { # NAME
	echo $((1 << ($(kill -l "$1") - 1)))
}

# has_signals PID FIELD NAME...: all of these are in the mask
has_signals() {
	local mask pid=$1 field=$2 name
	shift 2
	mask=$((16#$(sed -n "s/^$field:\t//p" "/proc/$pid/status")))
	for name; do
		((mask & $(signal_bit "$name"))) || return 1
	done
}

# lacks_signals PID FIELD NAME...: none of them is
lacks_signals() {
	local pid=$1 field=$2 name
	shift 2
	for name; do
		! has_signals "$pid" "$field" "$name" || return 1
	done
}

# A pipe whose reader has gone away, as descriptor $pipe.
broken_pipe() {
	local reader
	rm -f "$work/fifo"
	mkfifo "$work/fifo"
	exec {reader}<>"$work/fifo"
	exec {pipe}>"$work/fifo"
	exec {reader}>&-
}

readers() {
	local name status pipe
	# A reader that has gone away before anything is written, or meanwhile.
	for name in "page list" "-J page list" "-r page list"; do
		# shellcheck disable=SC2086 # words
		MEMCTL_REPLAY=$work/bad-rows.cap env --default-signal=PIPE "$memctl" $name 2>"$work/stderr" | true
		status=${PIPESTATUS[0]}
		[ "$status" = 141 ] && [ ! -s "$work/stderr" ]
		report $? "${label}closed pipe, $name" "$work/stderr"
	done
	broken_pipe
	for name in status "-J status" "region trace heap" monitor; do
		# shellcheck disable=SC2086 # words
		{
			MEMCTL_REPLAY=$work/$(capture_of "$name").cap MEMCTL_MODULES=$here/modules \
				env --default-signal=PIPE "$memctl" $name >&"$pipe"
		} 2>"$work/stderr"
		status=$?
		[ "$status" = 141 ] && [ ! -s "$work/stderr" ]
		report $? "${label}closed pipe, $name" "$work/stderr"
	done
	exec {pipe}>&-
	# Where the caller ignores SIGPIPE it is an error, as in other programs.
	MEMCTL_REPLAY=$work/bad-rows.cap env --ignore-signal=PIPE "$memctl" page list 2>"$work/stderr" | true
	[ "${PIPESTATUS[0]}" = 1 ] && grep -q 'could not be written: Broken pipe' "$work/stderr"
	report $? "${label}closed pipe, ignored" "$work/stderr"
}

capture_of() {
	case $1 in
	*status) echo status ;;
	region*) echo traces ;;
	monitor) echo events ;;
	esac
}

full() {
	local option
	for option in '' -J -r; do
		# shellcheck disable=SC2086 # nothing or a word
		MEMCTL_REPLAY=$work/zones.cap "$memctl" $option zoneinfo >/dev/full 2>"$work/stderr"
		[ $? = 1 ] && grep -q 'could not be written' "$work/stderr"
		report $? "${label}full device $option" "$work/stderr"
	done
	(ulimit -f 8; MEMCTL_REPLAY=$work/bad-rows.cap exec "$memctl" page list >"$work/limited" 2>"$work/stderr")
	[ $? = 1 ] && grep -q 'could not be written: File too large' "$work/stderr"
	report $? "${label}file at its limit" "$work/stderr"
	MEMCTL_REPLAY=$work/zones.cap "$memctl" zoneinfo >&- 2>"$work/stderr"
	[ $? = 1 ] && grep -q 'could not be written' "$work/stderr"
	report $? "${label}closed output" "$work/stderr"
}

# A command that waits for a pipe which nobody writes, so that its masks can be looked at.
waiting() { # COMMAND...: sets $waiter
	local fifo=$work/fifo
	rm -f "$fifo"
	mkfifo "$fifo"
	MEMCTL_REPLAY=$fifo env "${signals[@]}" "$memctl" "$@" >/dev/null 2>&1 &
	waiter=$!
	for _ in $(seq 100); do
		[ "$(cat "/proc/$waiter/comm")" = "$(basename "$memctl")" ] &&
			grep -q 'State:.S' "/proc/$waiter/status" && return
		sleep 0.05
	done
}

inherited() {
	local name signals waiter
	for name in monitor "region trace heap"; do
		signals=(--ignore-signal={INT,HUP} --default-signal={TERM,PIPE})
		# shellcheck disable=SC2086 # words
		waiting $name
		has_signals "$waiter" SigIgn INT HUP && lacks_signals "$waiter" SigCgt INT HUP &&
			has_signals "$waiter" SigCgt TERM
		report $? "${label}ignored signals stay ignored, $name"
		kill -KILL "$waiter"
		wait "$waiter" 2>/dev/null
		signals=(--default-signal={INT,HUP,TERM,PIPE})
		# shellcheck disable=SC2086 # words
		waiting $name
		has_signals "$waiter" SigCgt INT HUP TERM
		report $? "${label}signals ask to stop, $name"
		kill -KILL "$waiter"
		wait "$waiter" 2>/dev/null
	done
	# A program that is run finds what the caller of the tool had.
	mkdir -p "$work/bin"
	printf '#!/bin/sh\ncat /proc/$$/status >%q\nexit 9\n' "$work/masks" >"$work/bin/modprobe"
	chmod +x "$work/bin/modprobe"
	PATH=$work/bin:$PATH env --ignore-signal=INT,CHLD,PIPE --default-signal=TERM,XFSZ "$memctl" load 2>"$work/stderr"
	[ $? = 2 ] && masks_have INT PIPE && ! masks_have TERM && ! masks_have XFSZ
	report $? "${label}signals of a program that is run" "$work/stderr"
	PATH=$work/bin:$PATH env --default-signal=INT,CHLD,PIPE "$memctl" load 2>"$work/stderr"
	[ $? = 2 ] && ! masks_have INT && ! masks_have PIPE
	report $? "${label}default signals of a program that is run" "$work/stderr"
	# What the kernel says under Secure Boot of a module that nobody signed, or with a key of one's own.
	for words in "Key was rejected by service" "Required key not available"; do
		printf '#!/bin/sh\necho "modprobe: ERROR: could not insert '"'memctl'"': %s" >&2\nexit 1\n' "$words" >"$work/bin/modprobe"
		PATH=$work/bin:$PATH "$memctl" load 2>"$work/stderr"
		[ $? = 3 ] && grep -q 'Secure Boot.*mokutil --import' "$work/stderr"
		report $? "${label}load says what Secure Boot wants: $words" "$work/stderr"
	done
}

masks_have() { # NAME: it is ignored, by what was kept of a program that ran
	local mask
	mask=$((16#$(sed -n 's/^SigIgn:\t//p' "$work/masks")))
	((mask & $(signal_bit "$1")))
}

# one_write NAME COMMAND...: what it says on standard error comes in one piece
one_write() {
	local name=$1
	shift
	MEMCTL_REPLAY=$work/bad-error.cap "$here/packets.py" "$memctl" "$@" >"$work/packets"
	[ "$(head -n 1 "$work/packets")" = "1 writes" ] && grep -q '^memctl: ' "$work/packets"
	report $? "${label}one write, $name" "$work/packets"
}

# Tracefs instances of recordings, in a directory that stands in for tracefs.
recordings() {
	local instances=$work/tracefs/instances start
	rm -rf "$work/tracefs"
	start=$(sed 's/.*) //' "/proc/$$/stat" | cut -d ' ' -f 20)
	mkdir -p "$instances"/{memctl-99999999-5,"memctl-$$-$start","memctl-$$-1",memctl-5,memctl-5-6-7,other}
	export MEMCTL_TRACEFS=$work/tracefs
	run status status
	grep '^recording' "$work/out" | sed "s/$$/PID/g; s/-$start/-START/" | sort >"$work/lines"
	diff - "$work/lines" >"$work/diff" <<-'LINES'
		recording: killed (process 99999999), its events are still on in the tracefs instance memctl-99999999-5; load, unload or record removes it
		recording: killed (process PID), its events are still on in the tracefs instance memctl-PID-1; load, unload or record removes it
		recording: process PID
	LINES
	report $? "${label}recordings" "$work/diff"
	json recordings-json '.[0].status.recordings | map(select(.running)) | length == 1 and (.[0].pid | type) == "number"' \
		status status -J
	json recordings-killed '.[0].status.recordings | map(select(.running | not)) | length == 2' status status -J
	PATH=$work/bin:$PATH "$memctl" load 2>"$work/stderr"
	[ "$(cd "$instances" && echo *)" = "$(printf '%s\n' memctl-5 memctl-5-6-7 "memctl-$$-$start" other | sort | xargs)" ] &&
		[ "$(grep -c 'removed the tracefs instance' "$work/stderr")" = 2 ]
	report $? "${label}load tidies" "$work/stderr"
	mkdir -p "$instances/memctl-99999999-5/held"
	PATH=$work/bin:$PATH "$memctl" load 2>"$work/stderr"
	grep -q 'memctl-99999999-5 .* cannot be removed' "$work/stderr"
	report $? "${label}load says what it cannot tidy" "$work/stderr"
	unset MEMCTL_TRACEFS
}

# A trace without an event, and what "replay --dry-run" says of it.
traces() {
	golden trace-empty status replay --dry-run "$here/empty.mct"
	golden trace-empty-json status replay --dry-run -J "$here/empty.mct"
}

# Standard input that cannot be read is not one without bytes.
inputs() {
	(MEMCTL_REPLAY=$work/space-ok.cap "$memctl" region write heap +0 <&-) >"$work/stdout" 2>"$work/stderr"
	[ $? = 1 ] && grep -q 'standard input, behind 0 bytes: Bad file descriptor (EBADF)' "$work/stderr"
	report $? "${label}closed input" "$work/stderr"
	MEMCTL_REPLAY=$work/space-ok.cap "$memctl" region write heap +0 <"$work" >"$work/stdout" 2>"$work/stderr"
	[ $? = 1 ] && grep -q 'standard input, .*EISDIR' "$work/stderr"
	report $? "${label}a directory as input" "$work/stderr"
}

endings() {
	inputs
	recordings
	traces
	readers
	full
	inherited
	one_write usage arena add
	one_write refusal buddyinfo
	one_write option --bogus
	one_write file replay "$work/none"
}
