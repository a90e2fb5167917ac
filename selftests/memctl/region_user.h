/* SPDX-License-Identifier: GPL-2.0 */
/* region_user.h - the tests of region_user.c, by the file that has them */
#ifndef REGION_USER_H
#define REGION_USER_H

/* region_bad_mmap.c */
void test_mmap(void);

/* region_fault_cost.c */
void test_cost(void);

/* region_fault_race.c */
void test_races(void);
void test_unmap(void);
void test_content(void);

/* region_kvm_guest.c */
void test_kvm(void);

/* region_life.c */
void test_life(void);
void test_holds(void);
void test_large(void);

/* region_memory_error.c */
void test_error(void);

/* region_opened_late.c */
void test_late(void);

/* region_over_limit.c */
void test_limit(void);

/* region_pinned.c */
void test_pins(void);
void test_lend(void);

/* region_random_steps.c */
void test_random(void);

/* region_shared_mm.c */
void test_tasks(void);

/* region_stale_tlb.c */
void test_flush(void);

/* region_vma.c */
void test_vmas(void);

#endif /* REGION_USER_H */
