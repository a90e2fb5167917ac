// SPDX-License-Identifier: GPL-2.0
/*
 * trace_direct_map.c - where the kernel maps physical memory
 *
 * The program headers of /proc/kcore pair virtual and physical addresses, which differ by the same
 * number in all that is mapped directly; the kernel's image, which lies above, does not count. The
 * address is used while recording, to tell which block an object lies in, and goes into no file.
 */
#include "trace_direct_map.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

/**
 * trace_direct_map() - the address where the kernel maps frame 0
 *
 * Return: the address, 0 where /proc/kcore cannot be read.
 */
uint64_t trace_direct_map(void)
{
	const uint64_t image = 0xffffffff80000000ULL;
	uint64_t base = 0;
	Elf64_Ehdr header;
	Elf64_Phdr program;
	unsigned int i;
	int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header))
		header.e_phnum = 0;
	for (i = 0; i < header.e_phnum && !base; i++) {
		if (pread(fd, &program, sizeof(program),
			  (off_t)(header.e_phoff + i * sizeof(program))) !=
		    (ssize_t)sizeof(program))
			break;
		if (program.p_type == PT_LOAD && program.p_paddr != UINT64_MAX &&
		    program.p_vaddr < image && program.p_vaddr > program.p_paddr)
			base = program.p_vaddr - program.p_paddr;
	}
	close(fd);
	return base;
}
