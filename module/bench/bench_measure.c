// SPDX-License-Identifier: GPL-2.0
/*
 * Workers, samples and statistics.
 *
 * Locks: bench_run.barrier is a leaf.
 */
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/topology.h>
#include "bench/bench.h"

/* --- workers -------------------------------------------------------------- */

/**
 * bench_barrier() - wait until all workers have arrived
 * @run: the run
 *
 * Context: Worker thread, may sleep.
 * Return: false if the run was stopped; all workers get the same result.
 */
bool bench_barrier(struct bench_run *run)
{
	unsigned long phase;

	spin_lock(&run->barrier);
	phase = run->phase;
	if (++run->arrived == run->nr_workers) {
		run->arrived = 0;
		run->over = READ_ONCE(run->stop);
		/* Pairs with the load of the waiting workers, which then see @over. */
		smp_store_release(&run->phase, phase + 1);
		spin_unlock(&run->barrier);
		wake_up_all(&run->wait);
	} else {
		spin_unlock(&run->barrier);
		/* Pairs with the store of the last to arrive. */
		wait_event_idle(run->wait, smp_load_acquire(&run->phase) != phase);
	}
	return !run->over;
}

static int worker_main(void *data)
{
	struct bench_worker *worker = data;

	worker->run->work(worker);
	complete(&worker->done);
	return 0;
}

static int worker_create(struct bench_run *run, unsigned int index, unsigned int cpu)
{
	struct bench_worker *worker = &run->workers[index];
	const struct bench_options *options = &run->options;
	const struct bench_path *path = run->path;
	unsigned int next = index;

	if (path && path->mix == BENCH_NEXT)
		next = (index + 1) % run->nr_workers;
	else if (path && path->way != BENCH_ALL)
		next = 0;
	worker->run = run;
	worker->index = index;
	worker->slots = run->slots + (size_t)index * options->batch;
	worker->give = run->slots + (size_t)next * options->batch;
	worker->times = run->times + (size_t)index * options->rounds;
	worker->failed = 0;
	prandom_seed_state(&worker->random, index + 1);
	init_completion(&worker->done);
	worker->task = kthread_create_on_node(worker_main, worker, cpu_to_node(cpu),
					      "memctl_bench/%u", index);
	if (IS_ERR(worker->task))
		return PTR_ERR(worker->task);
	get_task_struct(worker->task);
	kthread_bind(worker->task, cpu);
	return 0;
}

/* A worker that has not been woken yet never starts its work. */
static void worker_destroy(struct bench_worker *worker)
{
	kthread_stop(worker->task);
	put_task_struct(worker->task);
}

/**
 * bench_work() - run workers, and wait for them
 * @run: the run
 * @nr_workers: number of workers, up to options.threads
 * @work: what each of them does
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINTR if the run was stopped, or the error of kthread_create().
 */
int bench_work(struct bench_run *run, unsigned int nr_workers,
	       void (*work)(struct bench_worker *worker))
{
	unsigned int nr = 0, i;
	int cpu, err = 0;

	run->work = work;
	run->nr_workers = nr_workers;
	run->arrived = 0;
	run->turn = 0;
	for_each_online_cpu(cpu) {
		err = worker_create(run, nr, cpu);
		if (err || ++nr == nr_workers)
			break;
	}
	/* CPUs may have gone offline since the options were checked. */
	if (!err && nr < nr_workers)
		err = -ERANGE;
	for (i = 0; i < nr && !err; i++)
		wake_up_process(run->workers[i].task);
	for (i = 0; i < nr; i++) {
		if (!err)
			wait_for_completion_state(&run->workers[i].done, TASK_IDLE);
		worker_destroy(&run->workers[i]);
	}
	if (!err && READ_ONCE(run->stop))
		err = -EINTR;
	return err;
}

/* --- rounds --------------------------------------------------------------- */

/**
 * bench_random() - a random number
 * @worker: whose sequence to use, which is the same in each run
 * @limit: exclusive upper bound
 *
 * Context: Worker thread.
 * Return: 0 to @limit - 1.
 */
u32 bench_random(struct bench_worker *worker, u32 limit)
{
	return (u64)prandom_u32_state(&worker->random) * limit >> 32;
}

static void shuffle(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;
	u32 nr = run->nr_workers * run->options.batch;
	u32 i;

	for (i = nr - 1; i > 0; i--) {
		u32 other = bench_random(worker, i + 1);

		swap(run->slots[i], run->slots[other]);
	}
}

static void mix(struct bench_worker *worker)
{
	enum bench_mix mix = worker->run->path->mix;

	if (mix == BENCH_OWN)
		return;
	bench_barrier(worker->run);
	if (mix != BENCH_SHUFFLE)
		return;
	if (!worker->index)
		shuffle(worker);
	bench_barrier(worker->run);
}

/*
 * All workers have the same number of turns. A waiting worker sleeps: its CPU
 * executes no instructions.
 */
static void begin_turn(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;

	if (run->path->in_turn)
		wait_event_idle(run->wait, READ_ONCE(run->turn) == worker->index);
}

static void end_turn(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;

	if (!run->path->in_turn)
		return;
	WRITE_ONCE(run->turn, (worker->index + 1) % run->nr_workers);
	wake_up_all(&run->wait);
}

/* Whether the worker is the one that allocates, or frees, on a path that has such. */
static bool takes_part(const struct bench_worker *worker, bool frees)
{
	const struct bench_run *run = worker->run;

	return run->path->way == BENCH_ALL || worker->index == (frees ? run->nr_workers - 1 : 0);
}

static u64 one_round(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;
	const struct bench_path *path = run->path;
	u64 time = U64_MAX;

	if (path->prepare) {
		begin_turn(worker);
		if (takes_part(worker, false))
			path->prepare(worker);
		end_turn(worker);
		mix(worker);
	}
	begin_turn(worker);
	if (takes_part(worker, path->way == BENCH_CONSUME))
		time = path->sample(worker);
	end_turn(worker);
	if (path->undo) {
		mix(worker);
		begin_turn(worker);
		if (takes_part(worker, true))
			path->undo(worker);
		end_turn(worker);
	}
	return time;
}

/* Samples of a path. Those of workers that do not take part come last in their order. */
static unsigned int nr_samples(const struct bench_run *run, const struct bench_path *path)
{
	return run->options.rounds * (path->way == BENCH_ALL ? run->nr_workers : 1);
}

static void all_rounds(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;
	unsigned int i;

	for (i = 0; i < BENCH_WARM_UP + run->options.rounds; i++) {
		u64 time;

		if (!bench_barrier(run))
			break;
		if (i == BENCH_WARM_UP)
			worker->failed = 0;
		/* While other tasks want the CPU, each preempt_enable() takes more instructions. */
		cond_resched();
		worker->round = i;
		time = one_round(worker);
		if (i < BENCH_WARM_UP)
			continue;
		worker->times[i - BENCH_WARM_UP] = time;
		if (!worker->index)
			WRITE_ONCE(run->done, run->done + 1);
	}
}

/**
 * bench_mix_slots() - put a worker's slots into random order
 * @worker: the worker
 *
 * Context: Worker thread.
 */
void bench_mix_slots(struct bench_worker *worker)
{
	for (u32 i = worker->run->options.batch - 1; i > 0; i--) {
		u32 other = bench_random(worker, i + 1);

		swap(worker->slots[i], worker->slots[other]);
	}
}

/**
 * bench_count_failed() - count allocations that were refused
 * @worker: the worker
 * @slots: its slots, or those of another worker
 *
 * Context: Worker thread.
 */
void bench_count_failed(struct bench_worker *worker, void **slots)
{
	unsigned int i;

	for (i = 0; i < worker->run->options.batch; i++)
		worker->failed += !slots[i];
}

/* --- results -------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	u64 a = *(const u64 *)left, b = *(const u64 *)right;

	return a < b ? -1 : a > b;
}

/**
 * bench_result_add() - add a line to the table
 * @run: the run
 * @name: what was measured
 * @side: "memctl", or the rival
 * @unit: of its figures
 *
 * Context: Process context.
 * Return: the line, with all figures zero.
 */
struct bench_result *bench_result_add(struct bench_run *run, const char *name, const char *side,
				      const char *unit)
{
	struct bench_result *result;

	if (WARN_ON_ONCE(run->nr_results == BENCH_MAX_RESULTS))
		run->nr_results--;
	result = &run->results[run->nr_results++];
	*result = (struct bench_result){ .name = name, .side = side, .unit = unit };
	return result;
}

/* Hundredths of a ns per operation, minus the time of a sample without operations. */
static u64 per_operation(u64 time, u64 empty, unsigned int batch)
{
	return time > empty ? div_u64((time - empty) * 100, batch) : 0;
}

static void add_times(struct bench_run *run, const struct bench_path *path)
{
	unsigned int batch = run->options.batch;
	unsigned int nr = nr_samples(run, path);
	u64 empty = path->call ? run->empty_clock : run->empty_loop;
	struct bench_result *result = bench_result_add(run, path->name, path->side, "ns");
	unsigned int i;

	for (i = 0; i < run->nr_workers; i++)
		result->failed += run->workers[i].failed;
	result->operations = (u64)nr * batch;
	result->min = per_operation(run->times[0], empty, batch);
	result->median = per_operation(run->times[nr / 2], empty, batch);
	result->p99 = per_operation(run->times[nr - 1 - nr / 100], empty, batch);
}

/* Locks taken per 1000 operations; a round allocates and frees. */
static void add_locks(struct bench_run *run, const struct bench_path *path, u64 nr_locks)
{
	u64 rounds = (u64)(run->options.rounds + BENCH_WARM_UP) * run->nr_workers;
	struct bench_result *result = bench_result_add(run, path->locks_name, path->side, "1/1000");

	result->operations = rounds * run->options.batch * 2;
	result->median = div64_u64(nr_locks * 1000 * 100, result->operations);
	result->min = result->median;
	result->p99 = result->median;
}

static int measure_path(struct bench_run *run, const struct bench_path *path,
			unsigned int nr_workers)
{
	unsigned int nr = nr_workers * run->options.rounds;
	int err;

	run->path = path;
	err = bench_work(run, nr_workers, all_rounds);
	if (path->end)
		path->end(run);
	if (!err)
		sort(run->times, nr, sizeof(*run->times), compare, NULL);
	return err;
}

static u64 sample_loop(struct bench_worker *worker)
{
	return BENCH_SAMPLE(worker, (void)i);
}

static u64 sample_clock(struct bench_worker *worker)
{
	u64 start = ktime_get_ns();

	return ktime_get_ns() - start;
}

static int measure_empty(struct bench_run *run)
{
	static const struct bench_path loop = { .name = "loop", .sample = sample_loop };
	static const struct bench_path clock = { .name = "clock", .sample = sample_clock };
	int err;

	err = measure_path(run, &loop, 1);
	if (err)
		return err;
	run->empty_loop = run->times[run->options.rounds / 2];
	err = measure_path(run, &clock, 1);
	run->empty_clock = run->times[run->options.rounds / 2];
	return err;
}

/**
 * bench_measure() - measure paths
 * @run: the run; everything that the paths need is set up
 * @paths: the paths, terminated by one without a name
 *
 * Context: Process context, may sleep.
 * Return: 0, or the error of bench_work().
 */
int bench_measure(struct bench_run *run, const struct bench_path *paths)
{
	unsigned long done = run->done;
	const struct bench_path *path;
	int err;

	err = measure_empty(run);
	WRITE_ONCE(run->done, done);
	for (path = paths; !err && path->name; path++) {
		u64 nr_locks = path->locks ? path->locks(run) : 0;

		err = measure_path(run, path, run->options.threads);
		if (err)
			break;
		add_times(run, path);
		if (path->locks)
			add_locks(run, path, path->locks(run) - nr_locks);
	}
	return err;
}
