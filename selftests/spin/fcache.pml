/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The per-CPU frame cache (module/frames/fcache.c, fcache.h, frame.c): two CPUs,
 * a task on each, interrupts that come in anywhere they may, and somebody who
 * has all caches drained. One order, one slot, one zone.
 *
 *   a cache is claimed     fc = self; self = none      two steps, no lock, interrupts on
 *   and let go of          self = fc
 *   the zone's lock        interrupts of the CPU are off while it is held
 *   drain                  an interrupt on each CPU, which claims as anybody does; who finds the
 *                          cache claimed leaves it, and is sent again
 *
 * Each step that reads or writes what others see is a statement of its own. An
 * interrupt runs between any two of its CPU's task, and to its end before the
 * task goes on; those of the other CPU run at any time.
 *
 * Looked for:
 *   - a frame that is granted is nobody's, and one that is freed is whose it is
 *   - at the end each frame is in one place: the zone, one stack, or an owner's
 *   - no deadlock: every run comes to its end (invalid end states)
 *
 * Each FAULT_* below has to be found; run-spin has their list.
 */
#define NR_CPUS	  2
#define NR_FRAMES 3
#define DEPTH	  2 /* of a stack */
#define BATCH	  2 /* frames that a refill takes */
#define NR_CALLS  2 /* of the first CPU's task; the other one's makes one, and keeps the zone busy */
#define NR_IRQS	  1 /* interrupts of the first CPU that allocate, besides those to drain */
#define NONE	  255

#define IN_ZONE	  0
#define IN_STACK  1
#define IN_USE	  2 /* + who has it: 2 * cpu, + 1 for the CPU's interrupt */

/* Where each frame is, by the state that everybody sees; written when it moves. */
byte place[NR_FRAMES];

/* The zone: frames that are free in it, in the order of their numbers, and its lock. */
bool in_zone[NR_FRAMES];
byte zone_lock = NONE; /* CPU that holds it */

/* The caches: their stacks, and whether the pointer to each is there to be taken. */
typedef cache {
	byte entry[DEPTH + 1]; /* [0] is the sentinel */
	byte top;
	bool there
}
cache c[NR_CPUS];

/* The CPUs. */
bool in_irq[NR_CPUS];	 /* an interrupt is running: the task stands still */
bool irqs_off[NR_CPUS];
bool drain_asked[NR_CPUS];
byte nr_done;		 /* tasks and interrupts that have come to their end */

/* What may run on a CPU now: the task where no interrupt does, or the interrupt itself. */
#define RUN(irq) (in_irq[cpu] == (irq))

/* --- the zone: one critical section, as far as it is from others ------------------------------ */

#ifdef FAULT_ZONE_IRQS_ON
#define IRQS_OFF
#define IRQS_ON
#else
#define IRQS_OFF irqs_off[cpu] = true
#define IRQS_ON	 irqs_off[cpu] = false
#endif

inline zone_lock_get(irq)
{
	atomic { RUN(irq); IRQS_OFF }
	atomic { RUN(irq) && zone_lock == NONE -> zone_lock = cpu }
}

/* An interrupt was not interruptible to begin with, and stays so. */
inline zone_lock_put(irq)
{
	atomic { RUN(irq); zone_lock = NONE }
	atomic { RUN(irq); IRQS_ON }
}

/*
 * What is done under the lock is one step: others wait for the lock, and
 * interrupts of the CPU are off.
 */
inline lowest_free(fn)
{
	fn = 0;
	do
	:: fn < NR_FRAMES && !in_zone[fn] -> fn++
	:: fn == NR_FRAMES -> fn = NONE; break
	:: fn < NR_FRAMES && in_zone[fn] -> break
	od
}

inline zone_take(irq, fn)
{
	d_step {
		RUN(irq);
		lowest_free(fn);
		if
		:: fn != NONE -> in_zone[fn] = false; assert(place[fn] == IN_ZONE); place[fn] = me
		:: else
		fi
	}
}

inline zone_give(irq, fn)
{
	d_step {
		RUN(irq);
		assert(!in_zone[fn] && place[fn] == me);
		in_zone[fn] = true;
		place[fn] = IN_ZONE
	}
}

/* --- the cache -------------------------------------------------------------------------------- */

/* @got: whether it was there to be taken. */
#ifdef FAULT_NO_MARK
#define CLAIMED skip
#else
#define CLAIMED c[cpu].there = false
#endif

inline claim(irq, got)
{
	atomic { RUN(irq); got = c[cpu].there }
	atomic { RUN(irq); CLAIMED }
}

inline release(irq, got)
{
	atomic { RUN(irq); c[cpu].there = got }
}

/* mctl_fcache_pop(): @fn is NONE where there is nothing. */
inline pop(irq, fn)
{
#ifdef FAULT_TOP_BEFORE_CLAIM
	atomic { RUN(irq); t = c[cpu].top }
	claim(irq, got);
#else
	claim(irq, got);
	atomic { RUN(irq); t = c[cpu].top }
#endif
	atomic {
		RUN(irq);
		fn = NONE;
		if
		:: got -> fn = c[cpu].entry[t]
		:: else
		fi
	}
#ifdef FAULT_RELEASE_BEFORE_POP
	release(irq, got);
#endif
	if
	:: fn != NONE ->
		atomic { RUN(irq); c[cpu].top = t - 1 }
		atomic { RUN(irq); assert(place[fn] == IN_STACK); place[fn] = me }
	:: else
	fi;
#ifndef FAULT_RELEASE_BEFORE_POP
	release(irq, got);
#endif
	t = 0
}

/* mctl_fcache_push(): @ok says whether it was taken. The count first, then the entry. */
inline push(irq, fn, ok)
{
	claim(irq, got);
	atomic {
		RUN(irq);
		ok = got && c[cpu].top < DEPTH;
		t = c[cpu].top
	}
	if
	:: ok ->
		atomic { RUN(irq); c[cpu].top = t + 1 }
		atomic { RUN(irq); c[cpu].entry[t + 1] = fn }
		atomic { RUN(irq); assert(place[fn] == me); place[fn] = IN_STACK }
	:: else
	fi;
	release(irq, got);
	t = 0
}

/* mctl_fcache_fill(), the cache is claimed: frames behind the top under the lock, then the count. */
inline fill(irq)
{
	zone_lock_get(irq);
	d_step {
		RUN(irq);
		n = c[cpu].top;
		do
		:: n < BATCH && n < DEPTH ->
			lowest_free(f);
			if
			:: f == NONE -> break
			:: else ->
				assert(place[f] == IN_ZONE);
				in_zone[f] = false;
				place[f] = IN_STACK;
				n++;
				c[cpu].entry[n] = f
			fi
		:: else -> break
		od;
		f = 0
	}
	zone_lock_put(irq);
	atomic { RUN(irq); c[cpu].top = n; n = 0 }
}

/* give_back(), the cache is claimed: the @nr oldest under the lock, then the rest moves. */
inline give_back(irq, nr)
{
	zone_lock_get(irq);
	d_step {
		RUN(irq);
		n = 1;
		do
		:: n <= nr ->
			f = c[cpu].entry[n];
			assert(f != NONE && !in_zone[f] && place[f] == IN_STACK);
			in_zone[f] = true;
			place[f] = IN_ZONE;
			n++
		:: else -> break
		od;
		f = 0
	}
	zone_lock_put(irq);
	d_step {
		RUN(irq);
		n = 1;
		do
		:: n + nr <= c[cpu].top -> c[cpu].entry[n] = c[cpu].entry[n + nr]; n++
		:: else -> break
		od;
		c[cpu].top = c[cpu].top - nr;
		n = 0
	}
}

/* drain_this_cpu() */
inline drain(irq)
{
#ifdef FAULT_DRAIN_WITHOUT_CLAIM
	got = true;
#else
	claim(irq, got);
#endif
	if
	:: got ->
		give_back(irq, c[cpu].top);
#ifndef FAULT_DRAIN_WITHOUT_CLAIM
		release(irq, got)
#endif
	:: else
	fi;
	got = false
}

/* --- calls ------------------------------------------------------------------------------------ */

/* mctl_frame_alloc(): the stack, a refill of it and the stack again, the zone. */
inline alloc(irq)
{
	pop(irq, fn);
	if
	:: fn == NONE ->
		claim(irq, got);
		if
		:: got -> fill(irq)
		:: else
		fi;
		release(irq, got);
		pop(irq, fn)
	:: else
	fi;
	if
	:: fn == NONE ->
		zone_lock_get(irq);
		zone_take(irq, fn);
		zone_lock_put(irq)
	:: else
	fi
}

/* mctl_frame_free() of a frame that we have: the stack, room in it and the stack again, the zone. */
inline free(irq)
{
	push(irq, fn, ok);
	if
	:: !ok ->
		claim(irq, got);
		if
		:: got && c[cpu].top == DEPTH -> give_back(irq, 1)
		:: else
		fi;
		release(irq, got);
		push(irq, fn, ok)
	:: else
	fi;
	if
	:: !ok ->
		zone_lock_get(irq);
		zone_give(irq, fn);
		zone_lock_put(irq)
	:: else
	fi;
	fn = NONE;
	ok = false
}

/* Whoever has a frame frees it, or keeps it for good; whoever has none takes one. */
proctype task(byte cpu)
{
	byte fn = NONE, f, t, n, calls, me = IN_USE + 2 * cpu;
	bool got, ok;

	do
	:: calls < NR_CALLS - cpu ->
		calls++;
		if
		:: fn == NONE -> alloc(false)
		:: else -> free(false)
		fi
	:: else -> break
	od;
	atomic { RUN(false); nr_done++ }
}

proctype interrupts(byte cpu)
{
	byte fn = NONE, f, t, n, calls, me = IN_USE + 2 * cpu + 1;
	bool got, ok;

	do
	:: atomic { calls < NR_IRQS - cpu && !irqs_off[cpu] -> in_irq[cpu] = true };
		calls++;
		alloc(true);
		/* What it took it gives back, or hands on. */
		if
		:: fn != NONE -> free(true)
		:: fn != NONE -> fn = NONE
		:: fn == NONE
		fi;
		in_irq[cpu] = false
	:: atomic { drain_asked[cpu] && !irqs_off[cpu] -> in_irq[cpu] = true };
		drain(true);
		atomic { drain_asked[cpu] = false; in_irq[cpu] = false }
	:: atomic { nr_done == NR_CPUS + 1 && calls == NR_IRQS - cpu && !drain_asked[cpu] -> break }
	od
}

/* mctl_fcache_drain_all(): while a cache holds something, its CPU is asked; so many times at most. */
#define MAY_HOLD (c[0].top || c[1].top)
#define NR_TRIES 2

proctype drainer()
{
	byte tries, f;

	do
	:: tries < NR_TRIES && MAY_HOLD ->
		tries++;
		atomic {
			drain_asked[0] = c[0].top > 0;
			drain_asked[1] = c[1].top > 0
		}
#ifdef FAULT_REMOTE_TAKES
		/* A CPU's cache emptied from outside of it. */
		if
		:: c[0].there && c[0].top ->
			f = c[0].entry[c[0].top];
			atomic { zone_lock == NONE -> in_zone[f] = true; place[f] = IN_ZONE }
			c[0].top = c[0].top - 1
		:: else
		fi;
#endif
		!drain_asked[0] && !drain_asked[1]
	:: else -> break
	od;
	nr_done++
}

/* Nobody is at work any more: count, and let the caches be drained once more. */
init {
	byte i, f, n, cpu;
	bool got;

	d_step {
		i = 0;
		do
		:: i < NR_FRAMES -> in_zone[i] = true; i++
		:: else -> break
		od;
		c[0].there = true; c[0].entry[0] = NONE;
		c[1].there = true; c[1].entry[0] = NONE;
		i = 0
	}
	atomic {
		run task(0); run task(1); run interrupts(0); run interrupts(1); run drainer()
	}
	_nr_pr == 1;
	assert(c[0].there && c[1].there && zone_lock == NONE);
	cpu = 0;
	drain(false);
	cpu = 1;
	drain(false);
	d_step {
		i = 0;
		do
		:: i < NR_FRAMES ->
			/* One place each, as everybody sees it and as it is. */
			assert(in_zone[i] == (place[i] == IN_ZONE) && place[i] != IN_STACK);
			i++
		:: else -> break
		od;
		assert(!c[0].top && !c[1].top)
	}
}
