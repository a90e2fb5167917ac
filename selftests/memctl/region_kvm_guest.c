// SPDX-License-Identifier: GPL-2.0
/*
 * T8: a region as the memory of a virtual machine. KVM takes what a process
 * has mapped for its own tables, and holds no page: it follows the process by
 * an mmu_notifier. What the region takes back the guest must not have either,
 * whether it is asked afterwards or does nothing but write all the time.
 */
#include <linux/kvm.h>
#include <pthread.h>
#include "region_process.h"
#include "region_pinned.h"
#include "region_shared_mm.h"
#include "region_user.h"

/* Where the guest has the region; below it is one page of instructions. */
#define GUEST_MEMORY 0x40000000UL
#define GUEST_SIZE   (2UL << 20)
#define GUEST_READ   0U
#define GUEST_WRITE  16U
#define GUEST_COUNT  32U
/* An answer of guest_run() above all error numbers: why the guest ended. */
#define GUEST_EXIT 1000

/**
 * struct guest - a virtual machine of one processor, in real mode
 * @vm: its file
 * @cpu: the processor's
 * @run: what KVM tells of it
 * @run_size: bytes of that
 * @code: page 0 of its memory
 * @memory: where the process maps the region, GUEST_SIZE of it
 * @ended: what its last KVM_RUN came to, of the one that counts
 */
struct guest {
	int vm;
	int cpu;
	struct kvm_run *run;
	size_t run_size;
	char *code;
	char *memory;
	int ended;
};

static int guest_slot(struct guest *guest, uint32_t slot, uint64_t at, void *start, size_t size)
{
	struct kvm_userspace_memory_region region = { .slot = slot,
						      .guest_phys_addr = at,
						      .memory_size = size,
						      .userspace_addr = (uintptr_t)start };

	return ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &region) ? errno : 0;
}

/* Return: whether the machine is there, without the region. */
static bool guest_make(struct guest *guest)
{
	/* mov al, [bx]; hlt */
	static const char read_byte[] = { (char)0x8a, 0x07, (char)0xf4 };
	/* mov [bx], al; hlt */
	static const char write_byte[] = { (char)0x88, 0x07, (char)0xf4 };
	/* again: inc byte [bx]; jmp again */
	static const char count[] = { (char)0xfe, 0x07, (char)0xeb, (char)0xfc };
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	*guest = (struct guest){ .vm = -1, .cpu = -1, .run = MAP_FAILED };
	if (kvm < 0)
		return false;
	guest->code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(guest->code + GUEST_READ, read_byte, sizeof(read_byte));
	memcpy(guest->code + GUEST_WRITE, write_byte, sizeof(write_byte));
	memcpy(guest->code + GUEST_COUNT, count, sizeof(count));
	guest->run_size = (size_t)ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	guest->vm = ioctl(kvm, KVM_CREATE_VM, 0);
	close(kvm);
	if (guest->vm < 0 || guest_slot(guest, 0, 0, guest->code, PAGE))
		return false;
	guest->cpu = ioctl(guest->vm, KVM_CREATE_VCPU, 0);
	if (guest->cpu >= 0)
		guest->run = mmap(NULL, guest->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
				  guest->cpu, 0);
	return guest->run != MAP_FAILED;
}

static void guest_end(struct guest *guest)
{
	if (guest->run != MAP_FAILED)
		munmap(guest->run, guest->run_size);
	close(guest->cpu);
	close(guest->vm);
	munmap(guest->code, PAGE);
}

/* Let the processor begin with an instruction, and [bx] be a byte of the region. */
static bool guest_begin(struct guest *guest, unsigned int code, uint64_t offset, unsigned char byte)
{
	struct kvm_regs regs = { .rip = code, .rax = byte, .rflags = 2 };
	struct kvm_sregs sregs;

	if (ioctl(guest->cpu, KVM_GET_SREGS, &sregs))
		return false;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	sregs.ds.base = GUEST_MEMORY + offset;
	return !ioctl(guest->cpu, KVM_SET_SREGS, &sregs) && !ioctl(guest->cpu, KVM_SET_REGS, &regs);
}

/* Return: 0 when it halted, or an error number, or GUEST_EXIT and a reason. */
static int guest_run(struct guest *guest)
{
	if (ioctl(guest->cpu, KVM_RUN, 0))
		return errno;
	if (guest->run->exit_reason == KVM_EXIT_HLT)
		return 0;
	return GUEST_EXIT + (int)guest->run->exit_reason;
}

/* The byte that the guest finds, or minus what guest_run() says. */
static int guest_read(struct guest *guest, uint64_t offset)
{
	struct kvm_regs regs;
	int ret;

	if (!guest_begin(guest, GUEST_READ, offset, 0x5a))
		return -errno;
	ret = guest_run(guest);
	if (ret || ioctl(guest->cpu, KVM_GET_REGS, &regs))
		return ret ? -ret : -errno;
	return (int)(regs.rax & 0xff);
}

static int guest_write(struct guest *guest, uint64_t offset, unsigned char byte)
{
	if (!guest_begin(guest, GUEST_WRITE, offset, byte))
		return errno;
	return guest_run(guest);
}

static void kvm_map(struct guest *guest, int fd)
{
	void *start = mmap(guest->memory, GUEST_SIZE, PROT_READ | PROT_WRITE,
			   MAP_SHARED | (guest->memory ? MAP_FIXED : 0), fd, 0);

	if (start == MAP_FAILED)
		die("map the guest's memory");
	guest->memory = start;
}

static void kvm_discard(int fd, uint64_t offset, uint64_t size)
{
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size))
		die("discard");
}

/* --- one after the other -------------------------------------------------------------------- */

static void kvm_shares(struct guest *guest)
{
	volatile unsigned char *memory = (void *)guest->memory;
	bool good;

	expect(guest_read(guest, 0) == 0 && verified(), "the guest's first read finds zeros");
	good = !guest_write(guest, 0, 0x11) && memory[0] == 0x11 && memory[PAGE] == 0;
	expect(good && guest_read(guest, 2 * PAGE) == 0 && verified(),
	       "what it writes is in the process, and in no other page");
	memory[0] = 0x12;
	memory[2 * PAGE] = 0x13;
	expect(guest_read(guest, 0) == 0x12 && guest_read(guest, 2 * PAGE) == 0x13,
	       "what the process writes is in the guest, over zeros too");
}

static void kvm_taken(struct guest *guest, int fd)
{
	volatile unsigned char *memory = (void *)guest->memory;
	bool good;

	good = !guest_write(guest, 3 * PAGE, 0x21) && !guest_write(guest, 4 * PAGE, 0x22);
	kvm_discard(fd, 3 * PAGE, PAGE);
	good &= guest_read(guest, 3 * PAGE) == 0 && guest_read(guest, 4 * PAGE) == 0x22;
	expect(good && verified(), "the guest has zeros for a page that was discarded");
	good = !mprotect(guest->memory, GUEST_SIZE, PROT_READ) &&
	       guest_write(guest, 4 * PAGE, 0x23) == EFAULT && memory[4 * PAGE] == 0x22 &&
	       guest_read(guest, 4 * PAGE) == 0x22;
	good &= !mprotect(guest->memory, GUEST_SIZE, PROT_READ | PROT_WRITE) &&
		!guest_write(guest, 4 * PAGE, 0x24);
	expect(good && verified(), "mprotect takes the right to write from the guest: EFAULT");
}

/* Frames are shared with the fork from then on: the guest's own table is no way around that. */
static void kvm_fork(struct guest *guest)
{
	volatile unsigned char *memory = (void *)guest->memory;
	bool good = !guest_write(guest, 5 * PAGE, 0x31) && !guest_write(guest, 6 * PAGE, 0x32);
	unsigned char *copy;
	int fd;

	expect(good && !memctl("region fork kvm kvm2"), "fork the region");
	fd = bind_region("kvm2", O_RDWR);
	copy = map_region(fd, GUEST_SIZE, PROT_READ | PROT_WRITE, 0);
	good = !guest_write(guest, 5 * PAGE, 0x33) && copy[5 * PAGE] == 0x31 &&
	       memory[5 * PAGE] == 0x33;
	expect(good && verified(), "the guest's writes are not in the fork");
	copy[6 * PAGE] = 0x34;
	expect(guest_read(guest, 6 * PAGE) == 0x32 && verified(), "nor the fork's in the guest");
	munmap(copy, GUEST_SIZE);
	close(fd);
	expect(!memctl("region del kvm2"), "remove the fork");
}

static void kvm_unmapped(struct guest *guest, int fd)
{
	bool good = !guest_write(guest, 7 * PAGE, 0x41);
	int answer;

	munmap(guest->memory + 7 * PAGE, PAGE);
	answer = guest_write(guest, 7 * PAGE, 0x42);
	good &= answer == EFAULT && guest_read(guest, 7 * PAGE) == -EFAULT;
	expect(good, "a page that is unmapped: %s", strerror(answer));
	munmap(guest->memory, GUEST_SIZE);
	good = guest_read(guest, 0) == -EFAULT && guest_write(guest, 0, 1) == EFAULT;
	expect(good, "all of it: EFAULT");
	kvm_map(guest, fd);
	expect(guest_read(guest, 7 * PAGE) == 0x41 && verified(), "mapped again it is as it was");
}

/* --- while others take the frames ----------------------------------------------------------- */

/**
 * struct other - the process that takes frames, see reuse()
 * @tell: write to it
 * @told: what it answers
 * @stale: bytes it should not have seen, pages that were changed
 * @pid: its pid
 */
struct other {
	int tell;
	int told;
	volatile uint64_t *stale;
	int pid;
};

static void other_start(struct other *other)
{
	int to[2], from[2];

	other->stale = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(!memctl("region add reuse --size %lu", PINS_SIZE), "make a region for another");
	if (pipe(to) || pipe(from))
		die("pipe");
	other->pid = fork();
	if (!other->pid) {
		close(to[1]);
		close(from[0]);
		reuse(to[0], from[1], other->stale);
	}
	close(to[0]);
	close(from[1]);
	other->tell = to[1];
	other->told = from[0];
}

/* By turns: it takes frames and fills them; it looks whether they are as they were. */
static bool other_turn(const struct other *other)
{
	char word = 'r';

	return write(other->tell, &word, 1) == 1 && read(other->told, &word, 1) == 1;
}

static void other_end(struct other *other)
{
	close(other->tell);
	waitpid(other->pid, NULL, 0);
	close(other->told);
	munmap((void *)other->stale, PAGE);
	expect(!memctl("region del reuse"), "remove it");
}

/* Return: 1 when an answer is not the one that it has to be, and say so; else 0. */
static unsigned int kvm_wrong(const char *when, int round, uint64_t page, int answer, int right)
{
	if (answer == right)
		return 0;
	printf("# round %d, page %llu: %s: %d, not %d\n", round, (unsigned long long)page, when,
	       answer, right);
	return 1;
}

/* Return: what is wrong with the guest, which had pages that another has now. */
static unsigned int kvm_round(struct guest *guest, const struct other *other, int fd, int round)
{
	unsigned char byte = (unsigned char)(1 + round % 200);
	bool unmap = round % 2;
	unsigned int bad = 0;
	int answer;

	for (uint64_t i = 0; i < REUSE_PAGES; i++) {
		answer = guest_write(guest, i * PAGE, byte);
		bad += kvm_wrong("write", round, i, answer, 0);
		answer = guest_read(guest, i * PAGE);
		bad += kvm_wrong("read", round, i, answer, byte);
	}
	if (unmap)
		munmap(guest->memory, GUEST_SIZE);
	kvm_discard(fd, 0, GUEST_SIZE);
	bad += !other_turn(other);
	for (uint64_t i = 0; i < REUSE_PAGES; i++) {
		answer = guest_read(guest, i * PAGE);
		bad += kvm_wrong("read of what is gone", round, i, answer, unmap ? -EFAULT : 0);
		answer = guest_write(guest, i * PAGE, 0x77);
		bad += kvm_wrong("write to what is gone", round, i, answer, unmap ? EFAULT : 0);
	}
	bad += !other_turn(other);
	if (unmap)
		kvm_map(guest, fd);
	kvm_discard(fd, 0, GUEST_SIZE);
	return bad;
}

static void *kvm_count(void *data)
{
	struct guest *guest = data;

	do
		guest->ended = guest_run(guest);
	while (guest->ended == EINTR);
	return NULL;
}

/* Until the guest has written to a page that it did not have. */
static bool has_counted(const volatile unsigned char *byte)
{
	for (int i = 0; i < 20000; i++) {
		if (*byte)
			return true;
		usleep(100);
	}
	return false;
}

/* The guest writes one byte without end. Only what unmaps it ends it. */
static void kvm_races(struct guest *guest, const struct other *other, int fd, unsigned int rounds)
{
	const volatile unsigned char *memory = (void *)guest->memory;
	uint64_t before = *other->stale;
	unsigned int bad = 0;
	pthread_t thread;

	kvm_discard(fd, 0, GUEST_SIZE);
	bad += !guest_begin(guest, GUEST_COUNT, 0, 0);
	if (pthread_create(&thread, NULL, kvm_count, guest))
		die("thread");
	for (unsigned int round = 0; round < rounds; round++) {
		bad += !has_counted(memory);
		if (round == rounds - 1)
			munmap(guest->memory, GUEST_SIZE);
		kvm_discard(fd, 0, GUEST_SIZE);
		bad += !other_turn(other);
		bad += !other_turn(other);
	}
	pthread_join(thread, NULL);
	expect(!bad && *other->stale == before,
	       "%u rounds of a guest that writes all the time: %u bad, %llu stale pages", rounds,
	       bad, (unsigned long long)(*other->stale - before));
	expect(guest->ended == EFAULT, "unmapped it ends: %s", strerror(guest->ended));
	kvm_map(guest, fd);
}

static void kvm_on(struct guest *guest, const struct other *other, int order, unsigned int rounds)
{
	unsigned int bad = 0;
	int fd;

	if (!expect(!memctl("region add kvm --size %lu --order %d", GUEST_SIZE, order),
		    "make a region of order %d", order))
		return;
	fd = bind_region("kvm", O_RDWR);
	guest->memory = NULL;
	kvm_map(guest, fd);
	expect(!guest_slot(guest, 1, GUEST_MEMORY, guest->memory, GUEST_SIZE),
	       "it is the memory of a guest");
	kvm_shares(guest);
	kvm_taken(guest, fd);
	kvm_fork(guest);
	kvm_unmapped(guest, fd);
	for (unsigned int round = 0; round < rounds; round++)
		bad += kvm_round(guest, other, fd, (int)round);
	expect(!bad && !*other->stale,
	       "%u rounds of unmap, free and reuse: %u bad, %llu stale pages", rounds, bad,
	       (unsigned long long)*other->stale);
	kvm_races(guest, other, fd, rounds / 2 + 1);
	expect(nothing_held("kvm") && verified(), "nothing is held");
	expect(!guest_slot(guest, 1, GUEST_MEMORY, guest->memory, 0), "take it from the guest");
	munmap(guest->memory, GUEST_SIZE);
	close(fd);
	expect(!memctl("region del kvm"), "remove it");
}

void test_kvm(void)
{
	const char *text = getenv("HOLD_ROUNDS");
	unsigned int rounds = text ? (unsigned int)strtoul(text, NULL, 0) : 300;
	struct guest guest;
	struct other other;

	if (access("/dev/kvm", F_OK)) {
		expect(!getenv("HAS_KVM"), "this kernel has no KVM");
		return;
	}
	other_start(&other);
	if (expect(guest_make(&guest), "make a guest")) {
		kvm_on(&guest, &other, 0, rounds);
		kvm_on(&guest, &other, 9, rounds / 10 + 4);
	}
	guest_end(&guest);
	other_end(&other);
}
