# SPDX-License-Identifier: GPL-2.0
# Makefile - every target in one place; `make` alone lists them.

KERNEL  ?= 6.12
prefix  ?= /usr
sbindir ?= $(prefix)/sbin
mandir  ?= $(prefix)/share/man
compdir ?= $(prefix)/share/bash-completion/completions

# With this in the environment, `cd` of a script would print where it went.
unexport CDPATH

# What goes before a recipe that hands make's jobs on to a script: it runs, as one with $(MAKE) does, but not under make -n.
RUN = $(if $(findstring n,$(firstword -$(MAKEFLAGS))),,+)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help all module cli man demo check check-all check-unit check-long check-cli check-vm spec-check bench bench-check lint format vm deb install uninstall check-mutants check-debug check-instruments check-fuzz check-spin check-models check-kcov check-abuse \
	check-one compile_commands.json clean setup regen

help: ## this list
	@{ echo "make TARGET... [KERNEL=6.1|6.12|rt|latest|debug|kcsan|BUILD-DIR] [CLI_SANITIZE=1] [LLVM=1] [W=1] [C=2] [HARDENING=n] [OWNER_TAGS=n] [KCOV=y]"; \
	sed -n 's/^\([a-z._-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '%-24s%s\n' "$$name" "$$text"; done; } | cat || [ $$? = 141 ]

all: module cli man ## module, tool and manual page

setup: ## installs what Debian packages are missing (GROUPS="module cli vm test lint debug")
	@scripts/setup $(GROUPS)

# --- the kernel module: scripts/build-module keeps a directory for each kernel and compiler --------------------------

# CC=... means the kernel's compiler only if it was asked for; make's own default is not meant.
module: export CC := $(if $(filter command line environment,$(origin CC)),$(CC))
module: ## module/memctl.ko for KERNEL (default 6.12)
	$(RUN)@scripts/build-module $(KERNEL)

# --- the tool --------------------------------------------------------------------------------------------------------

CLI_PKGS  := libnl-genl-3.0 smartcols json-c libtracefs libtraceevent
CLI_WARN  := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition -Wshadow -Wformat=2 \
	-Wpointer-arith -Wwrite-strings -Wvla -Wundef $(if $(WERROR),-Werror)
CLI_SRC   := $(sort $(wildcard cli/*.c cli/*/*.c))
CLI_BUILD := build/cli$(if $(CLI_SANITIZE),-asan)$(if $(WERROR),-werror)
CLI_BIN   := $(if $(WERROR),$(CLI_BUILD)/memctl,cli/memctl$(if $(CLI_SANITIZE),-asan))
# The models of module/core that run in the tool, with what they are made of.
CLI_CORE  := $(sort $(wildcard module/core/fit*.c module/core/model*.c module/core/replace*.c module/core/buddy*.c module/core/table.c))
CLI_OBJ   := $(CLI_SRC:cli/%.c=$(CLI_BUILD)/%.o) $(CLI_CORE:module/%.c=$(CLI_BUILD)/%.o)
CLI_SAN   := $(if $(CLI_SANITIZE),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
CLI_FLAGS = -std=gnu11 -O2 -g $(CLI_WARN) $(CLI_SAN) -D_GNU_SOURCE -Iinclude/uapi -idirafter include -Icli \
	$(shell pkg-config --cflags $(CLI_PKGS))
# What is of module/core, or calls it, sees stubs of the kernel's headers in front of the system's.
CLI_STUBS := -Icli/lab/include -Imodule
CLI_LIBS  = $(shell pkg-config --libs $(CLI_PKGS))

# The lock keeps two builds, started by two virtual machines, from writing the same objects.
cli: ## cli/memctl (CLI_SANITIZE=1: cli/memctl-asan)
	@scripts/setup cli
	@$(if $(CLI_SRC),,echo "cli/ has no source yet" >&2; exit 1)
	@mkdir -p $(CLI_BUILD)
	+@$(if $(RUN),flock $(CLI_BUILD)/lock) $(MAKE) --no-print-directory $(CLI_BIN)

ifneq ($(CLI_SRC),)
$(CLI_BIN): $(CLI_OBJ)
	$(CC) $(CLI_SAN) $(LDFLAGS) -o $@.new $^ $(CLI_LIBS)
	@mv $@.new $@

$(CLI_BUILD)/%.o: cli/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CLI_FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(CLI_BUILD)/lab/%.o: CLI_FLAGS := $(CLI_STUBS) $(CLI_FLAGS)

$(CLI_BUILD)/core/%.o: module/core/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu11 -O2 -g -Wall -Wextra -Wno-sign-compare -fno-strict-aliasing $(if $(WERROR),-Werror) $(CLI_SAN) \
		$(CLI_STUBS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(CLI_OBJ:.o=.d)
endif

MAN := $(patsubst %.scd,%,$(wildcard cli/*.[1-8].scd))

man: $(MAN) ## manual pages (scdoc)

cli/%: cli/%.scd scripts/man-page
	@scripts/man-page $< >$@.new
	@mv $@.new $@

# --- for editors -----------------------------------------------------------------------------------------------------

compile_commands.json: ## how each C file is compiled, for clangd (KERNEL: of which the module's commands are)
	@scripts/setup module cli
	@scripts/compile-commands $(KERNEL)

# --- running and checking --------------------------------------------------------------------------------------------

vm: ## a shell in a virtual machine with KERNEL, the module and the tool
	@scripts/vm --kernel $(KERNEL) shell

demo: ## a guided tour in a virtual machine
	@scripts/demo

check: ## unit, tool, install, packages, netlink spec, models, fuzzers, kselftest in machines: all on 6.12, what depends on the kernel on 6.1 and latest (KERNEL=...: all on that one)
	@scripts/check $(if $(filter command line environment,$(origin KERNEL)),--kernel $(KERNEL))

check-all: ## the same with all of kselftest on every kernel, the debug kernels too: hours
	@scripts/check --all

# The scripts read these themselves; make would hand them on to the makefiles below.
check-one: export MAKEFLAGS :=
check-one: export KERNEL := $(KERNEL)
check-one: ## one test, found by its name and run alone: T=buddy, T=region, T=vm/tlb (scripts/check-one --help)
	@$(if $(T),scripts/check-one $(T),scripts/check-one --help)

check-unit: ## the algorithms on the host: unit tests against naive oracles
	@scripts/check unit

check-long: ## what takes hours: larger searches, 1000 loads, 10^5 steps of processes
	@$(MAKE) --no-print-directory -s -C selftests/unit check-long
	@VM_TIMEOUT=14400 TEST_ENV="CYCLES=1000 RACES=200 STEPS=100000 HOLD_ROUNDS=10000" \
		scripts/kselftest-vm lifetime process
	@scripts/abuse-vm

check-fuzz: ## fuzzers of the algorithms and of what the tool reads, FUZZ_SECONDS=60 each, two at a time
	@scripts/check fuzz

check-spin: ## models of what is done without a lock, and the faults in them that have to be found
	@scripts/check spin

check-models: ## models of memctl model against naive ones, and segmentation against the processor
	@scripts/check models

check-cli: ## the tool on the host: captured dumps against expected text
	@scripts/check cli

check-vm: ## kselftest in a virtual machine with KERNEL
	@scripts/check vm-$(KERNEL)

check-mutants: ## breaks the code in one place at a time, and sees that a test notices (T=name, CORE=1: without machines; RANDOM=100 SEED=n FILES="core tool": at random)
	@scripts/setup test
	@$(if $(CORE)$(RANDOM),,$(MAKE) -s cli)
	@$(if $(RANDOM),selftests/mutants/run-random --nr $(RANDOM) $(if $(SEED),--seed $(SEED)) $(FILES),selftests/mutants/run $(if $(CORE),--core) $(T))

check-debug: ## all kselftests on the kernels with KASAN, lockdep, kmemleak, and with KCSAN
	@scripts/check vm-debug vm-kcsan

check-instruments: ## makes mistakes on purpose, and shows who finds them
	@scripts/check-instruments

check-kcov: ## a fuzzer guided by coverage, on the debug kernel (TIME=180 seconds; MESSAGES=1000000 is the full run)
	@scripts/kcov-vm

check-abuse: ## trinity and stress-ng at the device, on the debug kernel (TIME=600 seconds each)
	@scripts/abuse-vm

spec-check: ## the checked-in netlink code is what the spec generates
	@scripts/check spec

regen: ## generates the netlink header and policies again from the spec
	@scripts/ynl-regen.sh

bench: ## our allocators beside the kernel's, in virtual machines: bench/results-*.json, Documentation/bench-*
	@scripts/bench --docs

bench-check: ## measures again on KERNEL; fails when a count is more than 2 % above bench/results-KERNEL.json
	@scripts/bench-check --kernel $(KERNEL)

lint: ## every style gate; warnings are failures
	@scripts/lint

format: ## puts the C files into the style of .clang-format
	@scripts/lint --format

# --- installing ------------------------------------------------------------------------------------------------------

# Only what was asked for: KERNEL's default is for what runs in machines.
install uninstall: export KERNEL := $(if $(filter command line environment,$(origin KERNEL)),$(KERNEL))
install uninstall: export DESTDIR := $(DESTDIR)
install uninstall: export MODULE := $(MODULE)
install uninstall: export sbindir := $(sbindir)
install uninstall: export mandir := $(mandir)
install uninstall: export compdir := $(compdir)

install: ## installs tool, manual, completion, and the module for the running kernel or KERNEL (DESTDIR, prefix; MODULE=no)
	$(RUN)@scripts/install

uninstall: ## takes away what install put there, for every kernel
	@scripts/install --uninstall

deb: ## the Debian packages, in build/deb
	@scripts/deb

clean: ## takes away what was built here (not the kernels under ~/.cache/memctl)
	rm -rf build compile_commands.json cli/memctl cli/memctl-asan $(MAN) module/*.ko
	@[ ! -e selftests/unit/Makefile ] || $(MAKE) -s -C selftests/unit clean
	@[ ! -e selftests/memctl/Makefile ] || $(MAKE) -s -C selftests/memctl clean
