# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# memctl.bash - completion for bash. Objects, commands, options and columns
# are asked of the program itself, so that none can be missing here.

# Words of a comma list: what stands before the last comma stays.
_memctl_list() { # WORD-SO-FAR CANDIDATES
	local prefix=
	case $1 in
	*,*) prefix=${1%,*}, ;;
	+*) prefix=+ ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$2" -- "${1#"$prefix"}")
	compopt -o nospace
}

# The first two words that are no option and no option's value: object and command.
_memctl_words() {
	local i
	object=
	verb=
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-a | --arena | -o | --output) i=$((i + 1)) ;;
		-*) ;;
		*)
			if [ -z "$object" ]; then
				object=${COMP_WORDS[i]}
			else
				verb=${COMP_WORDS[i]}
				return
			fi
			;;
		esac
	done
}

_memctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} object verb words=
	local me=${COMP_WORDS[0]}
	COMPREPLY=()
	_memctl_words
	case $prev in
	-a | --arena)
		words=$("$me" arena show -o ARENA -r -n 2>/dev/null)
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		return
		;;
	-o | --output)
		case $object in
		record) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
		*) _memctl_list "$cur" "$("$me" help --columns "$object" ${verb:+"$verb"} 2>/dev/null)" ;;
		esac
		return
		;;
	--zone) words="DMA DMA32 Normal" ;;
	--migratetype) words="Unmovable Movable Reclaimable" ;;
	--rights) words="r rw -" ;;
	--cpu-caches) words="on off" ;;
	--site) words="alloc slab table map record" ;;
	--policies)
		_memctl_list "$cur" "$("$me" help "$object" 2>/dev/null | sed -n '/^Policies: /,/\.$/{s/^Policies: //;s/\..*//;p}' | tr -d ,)"
		return
		;;
	--cache) words=$("$me" cache list -o NAME -r -n 2>/dev/null) ;;
	--region) words=$("$me" region list -o NAME -r -n 2>/dev/null) ;;
	--file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--*)
		case $("$me" help "$object" 2>/dev/null) in
		*"$prev "[A-Z]*) return ;;
		esac
		;;
	esac
	if [ -n "$words" ]; then
		:
	elif [[ $cur == -* ]]; then
		words=$("$me" help ${object:+"$object"} 2>/dev/null | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)
	elif [ -z "$object" ] || { [ "$object" = help ] && [ -z "$verb" ]; }; then
		words=$("$me" help --objects 2>/dev/null)
	elif { [ "$object" = region ] && [[ $verb != list && $verb != add && -n $verb ]]; } ||
		[[ $object == @(maps|smaps|pmap|smem) ]] || [[ "$object $verb" == "pt "@(dump|verify) ]]; then
		words=$("$me" region list -o NAME -r -n 2>/dev/null)
	elif [ "$object" = plant ]; then
		words=$("$me" help plant 2>/dev/null | sed -n '/^Sites: /,/\.$/{s/^Sites: //;p}' | tr -d .)
	elif [ "$object" = replace ]; then
		[ -z "$verb" ] || words=$("$me" help replace 2>/dev/null | grep -oE '(^ |,) +[a-z]+=' | tr -d ' ,')
		compopt -o nospace
	elif [ "$object" = model ] && [ -n "$verb" ]; then
		words=$("$me" help model 2>/dev/null | sed -n "s/^  $verb \([a-z0-9]\+=\).*/\1/p")
		compopt -o nospace
	elif [ -z "$verb" ]; then
		words=$("$me" help "$object" 2>/dev/null | sed -n "s/^  $object \([a-z0-9]\+\).*/\1/p")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	case $object in
	replay | record | replace | compare | model) [ ${#COMPREPLY[@]} != 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -F _memctl memctl
