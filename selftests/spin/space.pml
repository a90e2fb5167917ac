/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fault, unmap and compare of a region that processes map (module/spaces/space*.c):
 * one page of a space, a process and its fork, and all who change what they see
 * at once. Every process but init goes on for ever, so the search ends with
 * every state that there is.
 *
 *   shadow     changes under family->lock; a frame of 2 is in it, or none
 *   entry      of a process: set by its fault under family->lock; taken away by a zap; copied by
 *              fork and stripped of RW by mprotect under mmap_lock alone
 *   TLB        filled from the entry whenever the processor likes; emptied by the zap after the
 *              entry, before the zap returns
 *   zap        every process that is in the file's tree of mappings, in its order
 *
 * Looked for:
 *   - a processor uses no frame but one that backs the page (S1, and M8: flush before free)
 *   - a fault that has let go of the lock stores over nothing, so that no frame is lost
 *   - a compare finds no mismatch that is none: present entries equal what the shadow comes to
 *     under the rights of the process's vma, in one of 2 looks
 *   - once the lock is let go of, no entry has a frame that is free, or somebody else's
 *   - no deadlock
 *
 * Each FAULT_* below has to be found; run-spin has their list.
 */
#define NR_PROCESSES 2 /* 0, and the one that it forks */
#define NR_FRAMES    2
#define NONE	     3

/* What a frame is: free, of the page, or somebody else's. */
#define FREE  0
#define OURS  1
#define OTHER 2
byte frame[NR_FRAMES];

bool family; /* family->lock is held */
byte shadow = NONE; /* frame that the shadow's leaf has */
bool shadow_rw;
bool zapping; /* i_mmap_rwsem, held for reading */

typedef process {
	byte entry; /* frame, or NONE */
	bool rw;    /* of the entry */
	byte tlb;   /* the same as the processor has it */
	bool vma_rw;
	bool alive;
	bool in_tree;	    /* of the file's mappings: a zap comes by */
	bool mmap_reader;   /* mmap_lock: who compares, */
	bool mmap_writer;   /* and the host's system calls */
	bool vma_reader;    /* the lock of the vma: faults, which come without mmap_lock */
	bool vma_writer
}
process p[NR_PROCESSES];

/* --- locks ------------------------------------------------------------------------------------ */

inline lock() { atomic { !family -> family = true } }
inline unlock() { family = false }

inline mmap_read(i) { atomic { p[i].alive && !p[i].mmap_writer -> p[i].mmap_reader = true } }
inline mmap_read_end(i) { p[i].mmap_reader = false }
inline mmap_write(i)
{
	atomic { p[i].alive && !p[i].mmap_writer && !p[i].mmap_reader -> p[i].mmap_writer = true }
}

/* With mmap_lock for writing: whoever faults without it has to be out, and stays out. */
inline vma_write(i) { atomic { !p[i].vma_reader -> p[i].vma_writer = true } }
inline mmap_write_end(i) { d_step { p[i].vma_writer = false; p[i].mmap_writer = false } }

/* --- entries ---------------------------------------------------------------------------------- */

inline clear(i) { p[i].entry = NONE; p[i].rw = false }
inline flush(i) { p[i].tlb = NONE }

/*
 * mctl_space_zap(), family->lock is held: the parent's entry comes before its
 * fork's. That a TLB is emptied also of what somebody else has just taken out
 * of the entries is the host's doing: mm_tlb_flush_nested().
 */
inline zap()
{
#ifdef FAULT_FORK_FIRST_IN_TREE
	zapping = true;
	if
	:: p[1].in_tree -> d_step { clear(1) }; flush(1)
	:: else
	fi;
	d_step { clear(0) };
	flush(0);
#else
	d_step { zapping = true; clear(0) };
	flush(0);
	if
	:: p[1].in_tree -> d_step { clear(1) }; flush(1)
	:: else
	fi;
#endif
	zapping = false
}

/* The same, but that the frame is let go of when the entries are gone and before the TLBs are. */
inline zap_and_put(old)
{
#ifdef FAULT_FREE_BEFORE_FLUSH
	d_step { clear(0); clear(1) };
	put(old);
	flush(0);
	flush(1)
#else
#ifdef FAULT_FREE_BEFORE_ZAP
	put(old);
	zap()
#else
	zap();
	put(old)
#endif
#endif
}

/* mctl_space_frame_put() of the last reference: filled with zeros, and free for anybody. */
inline put(f)
{
	d_step {
		assert(frame[f] == OURS);
		frame[f] = FREE;
		f = NONE
	}
}

/* mctl_space_frame_alloc(): NONE when there is none. */
inline get(f)
{
	d_step {
		if
		:: frame[0] == FREE -> f = 0; frame[0] = OURS
		:: frame[0] != FREE && frame[1] == FREE -> f = 1; frame[1] = OURS
		:: else -> f = NONE
		fi
	}
}

/* --- faults ----------------------------------------------------------------------------------- */

/* mctl_space_resolve() for a file's page: the lock is let go of while it is read. */
inline resolve_file()
{
	get(new);
	if
	:: new != NONE ->
		unlock();
		skip; /* reads */
		lock();
#ifdef FAULT_NO_SECOND_LOOK
		if
		:: true ->
#else
		if
		:: shadow != NONE -> frame[new] = FREE; new = NONE
		:: else ->
#endif
			d_step {
				assert(shadow == NONE);
				shadow = new;
				shadow_rw = false;
				new = NONE
			}
		fi
	:: else
	fi
}

/* A write to a page without RW: its frame, if nobody else has it, or a copy. */
inline resolve_write()
{
	if
	:: true -> /* make_writable() */
#ifndef FAULT_WRITABLE_WITHOUT_ZAP
		zap();
#endif
		shadow_rw = true
	:: true -> /* write_shared() */
		get(new);
		if
		:: new != NONE ->
			d_step { old = shadow; shadow = new; shadow_rw = true; new = NONE }
#ifdef FAULT_COPY_WITHOUT_ZAP
			put(old)
#else
			zap_and_put(old)
#endif
		:: else
		fi
	fi
}

/* set_entry(): over nothing, or over the same frame with fewer rights. */
inline set_entry(i)
{
	d_step {
		if
		:: shadow != NONE && (p[i].entry == NONE || (p[i].entry == shadow && !p[i].rw)) ->
			p[i].entry = shadow;
			p[i].rw = shadow_rw && p[i].vma_rw
		:: else
		fi
	}
}

/* One that the processor takes as there is no entry, or none that may be written. */
inline fault(i)
{
	lock();
	if
	:: shadow == NONE -> resolve_file()
	:: shadow != NONE && !shadow_rw && p[i].vma_rw -> resolve_write()
	:: shadow != NONE
	fi;
#ifdef FAULT_ENTRY_WITHOUT_LOCK
	old = shadow;
	unlock();
	d_step {
		if
		:: old != NONE && p[i].entry == NONE ->
			p[i].entry = old;
			p[i].rw = shadow_rw && p[i].vma_rw
		:: else
		fi;
		old = NONE
	}
#else
	set_entry(i);
	unlock()
#endif
}

/* A process at its work, on a processor of its own. */
proctype user(byte i)
{
	byte new = NONE, old = NONE;

	do
	:: d_step { p[i].tlb != NONE -> assert(frame[p[i].tlb] == OURS) }
	:: d_step { p[i].tlb == NONE && p[i].entry != NONE -> p[i].tlb = p[i].entry }
	:: atomic {
			p[i].alive && !p[i].vma_writer && (p[i].entry == NONE || !p[i].rw) ->
			p[i].vma_reader = true
		};
		fault(i);
		p[i].vma_reader = false
	od
}

/* --- who takes away --------------------------------------------------------------------------- */

/* mctl_space_drop(): everywhere, then the frame, then the shadow's leaf. */
proctype unmapper()
{
	byte old = NONE;

	do
	:: lock();
		if
		:: shadow != NONE ->
			old = shadow;
			zap_and_put(old);
			d_step { shadow = NONE; shadow_rw = false }
		:: else
		fi;
		unlock()
	od
}

/* The rest of the arena: whoever wants a frame may have a free one. */
proctype others()
{
	do
	:: d_step { frame[0] == FREE -> frame[0] = OTHER }
	:: d_step { frame[0] == OTHER -> frame[0] = FREE }
	od
}

/* --- what the host does under mmap_lock -------------------------------------------------------- */

/* mprotect: our hook, then the host's own change of the vma and of what entries there are. */
proctype protector()
{
	do
	:: mmap_write(0);
#ifndef FAULT_PROTECT_WITHOUT_VMA_LOCK
		vma_write(0);
#endif
#ifndef FAULT_PROTECT_WITHOUT_ZAP
		d_step { clear(0) };
		flush(0);
#endif
		p[0].vma_rw = !p[0].vma_rw;
		d_step {
			if
			:: !p[0].vma_rw -> p[0].rw = false
			:: else
			fi
		};
		flush(0);
		mmap_write_end(0)
	od
}

/* fork: the vma gets into the tree, then the entry is copied; and exit. */
proctype forker()
{
	do
	:: mmap_write(0);
		vma_write(0);
		p[1].vma_rw = p[0].vma_rw;
#ifndef FAULT_FORK_LATE_IN_TREE
		/* i_mmap_rwsem is taken for writing: not while a zap goes over the tree. */
		atomic { !zapping -> p[1].in_tree = true }
#endif
		d_step { p[1].entry = p[0].entry; p[1].rw = p[0].rw };
#ifdef FAULT_FORK_LATE_IN_TREE
		atomic { !zapping -> p[1].in_tree = true }
#endif
		mmap_write_end(0);
		p[1].alive = true;
		mmap_write(1);
		vma_write(1);
		p[1].alive = false;
		d_step { clear(1) };
		flush(1);
		atomic { !zapping -> p[1].in_tree = false }
		mmap_write_end(1)
	od
}

/* --- who looks on ----------------------------------------------------------------------------- */

/* An entry that is there is what the shadow comes to; frames and rights. */
#define EQUAL(i) (p[i].entry == NONE || \
		  (p[i].entry == shadow && p[i].rw == (shadow_rw && p[i].vma_rw)))

inline compare(i)
{
	mmap_read(i);
#ifndef FAULT_COMPARE_WITHOUT_LOCK
	lock();
	/* And all that it may lead to is ours. */
	assert(p[i].entry == NONE || frame[p[i].entry] == OURS);
#endif
	if
	:: EQUAL(i)
	:: else -> assert(EQUAL(i))
	fi;
#ifndef FAULT_COMPARE_WITHOUT_LOCK
	unlock();
#endif
	mmap_read_end(i)
}

proctype verifier()
{
	do
	:: compare(0)
	:: compare(1)
	od
}

init {
	d_step {
		p[0].entry = NONE; p[0].tlb = NONE; p[0].alive = true; p[0].in_tree = true;
		p[0].vma_rw = true;
		p[1].entry = NONE; p[1].tlb = NONE
	}
	atomic {
		run user(0); run user(1); run unmapper(); run others(); run protector();
		run forker(); run verifier()
	}
}
