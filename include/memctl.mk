# SPDX-License-Identifier: GPL-2.0
# memctl.mk - for the Kbuild of a module that uses <linux/memctl.h>:
#
#   include /usr/share/memctl/kernel/memctl.mk
#   obj-m := mine.o
#
# The package memctl-dev has this file and the headers. What memctl.ko exports is in a Module.symvers of each kernel that DKMS
# has built it for (package memctl-dkms); MEMCTL_SYMVERS names another.

memctl-dev := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
MEMCTL_SYMVERS ?= $(lastword $(sort $(wildcard /var/lib/dkms/memctl/*/$(KERNELRELEASE)/*/Module.symvers)))

ifeq ($(wildcard $(MEMCTL_SYMVERS)),)
$(if $(filter %Makefile.clean,$(MAKEFILE_LIST)),,$(error memctl is not built for Linux $(KERNELRELEASE): install memctl-dkms and its headers, or set MEMCTL_SYMVERS))
endif

ccflags-y += -I$(memctl-dev)
KBUILD_EXTRA_SYMBOLS += $(MEMCTL_SYMVERS)
