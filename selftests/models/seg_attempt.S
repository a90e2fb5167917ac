/* SPDX-License-Identifier: GPL-2.0 */
/*
 * seg_attempt.S - one operation on segments; see seg_attempt.h.
 *
 * EAX is the operation, ECX the selector, EBX the offset, EDX the size, ESI the selector of flat
 * data, EDI the stack pointer. While SS is another one nothing may be pushed.
 */
	.text
	.globl	seg_attempt, seg_done

/* Read or write as many bytes as EDX says. */
	.macro	sized reg, write
	cmp	$1, %edx
	je	71f
	cmp	$2, %edx
	je	72f
	.if	\write
	mov	%eax, %\reg:(%ebx)
	jmp	79f
71:	mov	%al, %\reg:(%ebx)
	jmp	79f
72:	mov	%ax, %\reg:(%ebx)
	.else
	mov	%\reg:(%ebx), %eax
	jmp	79f
71:	mov	%\reg:(%ebx), %al
	jmp	79f
72:	mov	%\reg:(%ebx), %ax
	.endif
79:
	.endm

seg_attempt:
	push	%ebp
	push	%ebx
	push	%esi
	push	%edi
	mov	20(%esp), %eax
	mov	24(%esp), %ecx
	mov	28(%esp), %ebx
	mov	32(%esp), %edx
	mov	36(%esp), %esi
	push	%ecx			/* offset and selector, as lcall takes them */
	push	%ebx
	mov	%esp, %edi
	jmp	*operations(, %eax, 4)

load_es:
	mov	%ecx, %es
	jmp	seg_done
load_fs:
	mov	%ecx, %fs
	jmp	seg_done
load_ss:
	mov	%ecx, %ss
	mov	%esi, %ss
	jmp	seg_done
read_fs:
	mov	%ecx, %fs
	sized	fs, 0
	jmp	seg_done
write_fs:
	mov	%ecx, %fs
	sized	fs, 1
	jmp	seg_done
read_ss:
	mov	%ecx, %ss
	sized	ss, 0
	mov	%esi, %ss
	jmp	seg_done
write_ss:
	mov	%ecx, %ss
	sized	ss, 1
	mov	%esi, %ss
	jmp	seg_done
call:
	lcall	*(%edi)

seg_done:
	mov	%esi, %es
	xor	%eax, %eax
	mov	%eax, %fs
	add	$8, %esp
	pop	%edi
	pop	%esi
	pop	%ebx
	pop	%ebp
	ret

	.section .rodata
operations:
	.long	load_es, load_fs, load_ss, read_fs, write_fs, read_ss, write_ss, call

	.section .note.GNU-stack, "", @progbits
