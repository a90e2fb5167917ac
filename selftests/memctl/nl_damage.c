// SPDX-License-Identifier: GPL-2.0
/*
 * nl_damage - flip bits of one field of the arena's records, see that the
 * self-check names each, and flip them back
 *
 * Usage: nl_damage [--planted] SITE "BIT..." PATTERN [--index N]
 *                  [--region NAME] [--address ADDRESS] [--level N]
 *
 * PATTERN is an extended regular expression: what has to be said of it, whole,
 * as one of the lines
 *
 *   buddy I1: zone 1: nr_free: expected 0x1c, found 0x1d
 *   buddy I1: zone 1: nr_free: off by the bit
 *
 * with what is expected and found in hexadecimal, behind 0x unless it is 0. The
 * second one is there too when both are as far apart as the bit is worth.
 * --planted: the first bit has been flipped already, by the command.
 *
 * Of each bit one process asks what three runs of the command would: plant,
 * verify with the views that it compares, plant. At the end verify has to find
 * nothing. Prints a line behind # for each bit that was not found, and last
 * the bits that were tried and those that were found. Needs root and the
 * module, loaded with plant=1. Exit: 0, or 1 when something was not as it
 * should be.
 */
#include <regex.h>
#include "nl_message.h"

#define SITE(word)                                              \
	{                                                       \
		.name = #word, .site = MEMCTL_PLANT_SITE_##word \
	}

static const struct {
	uint32_t site;
	const char *name;
} sites[] = {
	SITE(FRAME_STATE),
	SITE(FRAME_LINK),
	SITE(FREE_COUNT),
	SITE(SLAB_LINK),
	SITE(SLAB_INUSE),
	SITE(REDZONE),
	SITE(PTE),
	SITE(HANDLE),
	SITE(MAGAZINE_TOP),
	SITE(MAGAZINE_DOOR),
	SITE(MAGAZINE_PREVIOUS),
	SITE(DEPOT_FULL),
	SITE(DEPOT_EMPTY),
	SITE(FCACHE),
	SITE(EXTENT),
	SITE(FRAME_PREV),
	SITE(FRAME_TAG),
	SITE(CHUNK_ORDER),
	SITE(SECTION_PFN),
	SITE(SECTION_ZONE),
	SITE(SECTION_FRAMES),
	SITE(MAP_FN),
	SITE(PAGEBLOCK),
	SITE(LIST_MASK),
	SITE(LIST_SINGLE),
	SITE(LIST_HEAD),
	SITE(LIST_NEXT),
	SITE(LIST_PREV),
	SITE(CLASS_MASK),
	SITE(CLASS_HEAD),
	SITE(CLASS_COUNT),
	SITE(ZONE_FRAMES),
	SITE(ZONE_TIGHT),
	SITE(WATERMARK_MIN),
	SITE(WATERMARK_LOW),
	SITE(WATERMARK_HIGH),
	SITE(RESERVE),
	SITE(ARENA_FRAMES),
	SITE(ARENA_CHUNKS),
	SITE(SLAB_COOKIE),
	SITE(SLAB_FIRST),
	SITE(SLAB_FREE),
	SITE(SLAB_LOST),
	SITE(SLAB_LIST),
	SITE(POISON),
	SITE(CACHE_SLABS),
	SITE(CACHE_INUSE),
	SITE(CACHE_LOST),
	SITE(CACHE_FREED),
	SITE(CACHE_ID),
	SITE(CACHES),
	SITE(MAGAZINE_LIMIT),
	SITE(MAGAZINE_OBJECT),
	SITE(MAGAZINE_MARK),
	SITE(FCACHE_TOP),
	SITE(FCACHE_LIMIT),
	SITE(FCACHE_BLOCK),
	SITE(FCACHE_QUOTA),
	SITE(FCACHE_BUDGET),
	SITE(HANDLE_KIND),
	SITE(HANDLE_ORDER),
	SITE(HANDLE_SERIAL),
	SITE(HANDLE_FREE),
	SITE(HANDLE_COUNT),
	SITE(VMA_START),
	SITE(VMA_END),
	SITE(VMA_RIGHTS),
	SITE(VMA_COUNT),
	SITE(VMA_PAGES),
	SITE(SPACE_FRAMES),
	SITE(SPACE_ZERO),
	SITE(SPACE_LENT),
	SITE(FAMILY_FRAMES),
	SITE(FAMILY_SPACES),
	SITE(SHADOW_MAPPED),
	SITE(SHADOW_TABLES),
	SITE(SHADOW_LIST),
	SITE(SPACES),
	SITE(QUARANTINE),
	SITE(REGIONS),
	SITE(TLB_PAGE),
	SITE(TLB_PFN),
	SITE(TLB_COUNT),
	SITE(TLBS),
	SITE(INJECT_SITES),
	SITE(INJECT_COUNT),
	SITE(INJECT_FAULTS),
	SITE(HWPOISON_COUNT),
	SITE(HWPOISON_ASIDE),
	SITE(SPACE_AWAY),
	SITE(SPACE_READING),
	SITE(SPACE_LIMIT),
	SITE(SPACE_QUARANTINE),
};

_Static_assert(sizeof(sites) / sizeof(sites[0]) == MEMCTL_PLANT_SITE_MAX + 1, "a site is missing");

/**
 * struct place - the field, as the arguments say
 * @site: enum memctl_plant_site
 * @words: the arguments behind PATTERN, in pairs
 * @nr_words: how many
 * @pattern: which invariants may be named
 */
struct place {
	uint32_t site;
	char **words;
	int nr_words;
	regex_t pattern;
};

/* Whether a word of the command line is a name of the interface. */
static bool same(const char *word, const char *name)
{
	for (; *name && (*word == '-' ? '_' : *word - 'a' + 'A') == *name; name++)
		word++;
	return !*word && !*name;
}

static bool find_site(const char *word, uint32_t *site)
{
	for (unsigned int i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		*site = sites[i].site;
		if (same(word, sites[i].name))
			return true;
	}
	return false;
}

static bool put_words(const struct place *place)
{
	for (int i = 0; i + 1 < place->nr_words; i += 2) {
		const char *option = place->words[i], *value = place->words[i + 1];

		if (!strcmp(option, "--index"))
			put_u64(&request, MEMCTL_A_PLANT_INDEX, strtoull(value, NULL, 0));
		else if (!strcmp(option, "--address"))
			put_u64(&request, MEMCTL_A_PLANT_ADDRESS, strtoull(value, NULL, 0));
		else if (!strcmp(option, "--level"))
			put_u32(&request, MEMCTL_A_PLANT_LEVEL, strtoul(value, NULL, 0));
		else if (!strcmp(option, "--region"))
			put_text(&request, MEMCTL_A_PLANT_REGION, value);
		else
			return false;
	}
	return place->nr_words % 2 == 0;
}

static bool plant(int fd, const struct place *place, uint32_t bit)
{
	begin(&request, family, MEMCTL_CMD_PLANT, 0);
	put_u32(&request, MEMCTL_A_PLANT_SITE, place->site);
	put_words(place);
	put_u32(&request, MEMCTL_A_PLANT_BIT, bit);
	if (!finish(fd, &request, &reply))
		return true;
	printf("#   bit %u: error %d, %s\n", bit, reply.error, reply.text);
	return false;
}

/* Whether what was damaged can be looked at as "memctl verify" looks at it. */
static bool view(int fd)
{
	begin(&request, family, MEMCTL_CMD_ARENA_GET, 0);
	if (finish(fd, &request, &reply))
		return false;
	begin(&request, family, MEMCTL_CMD_ZONE_GET, NLM_F_DUMP);
	put_text(&request, MEMCTL_A_ZONE_ARENA, "main");
	return !finish(fd, &request, &reply);
}

/* The next problem of the reply to verify behind @problem, the first behind NULL; or NULL. */
static const struct nlattr *next_problem(const struct nlattr *problem)
{
	const uint8_t *at = reply.data + NLMSG_HDRLEN + GENL_HDRLEN;

	if (reply.len < NLMSG_HDRLEN + GENL_HDRLEN)
		return NULL;
	if (problem)
		at = (const uint8_t *)problem + NLA_ALIGN(problem->nla_len);
	return at < reply.data + reply.len ?
		       find(at, reply.data + reply.len - at, MEMCTL_A_VERIFY_PROBLEM) :
		       NULL;
}

/* Return: problems, or -1 when verify failed. */
static long verify(int fd)
{
	begin(&request, family, MEMCTL_CMD_VERIFY, 0);
	if (finish(fd, &request, &reply) || !replied(&reply, MEMCTL_A_VERIFY_NR_PROBLEMS))
		return -1;
	return replied_number(&reply, MEMCTL_A_VERIFY_NR_PROBLEMS);
}

static const char *text_of(const struct nlattr *problem, uint16_t type)
{
	const struct nlattr *text = find(payload(problem), problem->nla_len - NLA_HDRLEN, type);

	return text ? payload(text) : "(none)";
}

/* Return: the number, or one that no test expects when there is none. */
static uint64_t number_of(const struct nlattr *problem, uint16_t type)
{
	const struct nlattr *at = find(payload(problem), problem->nla_len - NLA_HDRLEN, type);
	uint64_t number = 0;

	if (!at)
		return 0xbad;
	memcpy(&number, payload(at), at->nla_len - NLA_HDRLEN < 8 ? at->nla_len - NLA_HDRLEN : 8);
	return number;
}

/* Where the problem is, and the start of what is said of its values. Return: length */
static int write_place(char *line, size_t room, const struct nlattr *problem)
{
	int length = snprintf(line, room,
			      "%s: %s %llu: %s: ", text_of(problem, MEMCTL_A_PROBLEM_INVARIANT),
			      text_of(problem, MEMCTL_A_PROBLEM_OBJECT),
			      (unsigned long long)number_of(problem, MEMCTL_A_PROBLEM_INDEX),
			      text_of(problem, MEMCTL_A_PROBLEM_FIELD));

	return length < (int)room ? length : (int)room - 1;
}

static const char *write_line(char *line, size_t room, const struct nlattr *problem)
{
	int length = write_place(line, room, problem);

	snprintf(line + length, room - length, "expected %#llx, found %#llx",
		 (unsigned long long)number_of(problem, MEMCTL_A_PROBLEM_EXPECTED),
		 (unsigned long long)number_of(problem, MEMCTL_A_PROBLEM_FOUND));
	return line;
}

/* Whether @pattern is what the problem says, in one of its two lines. */
static bool says(const struct nlattr *problem, const regex_t *pattern, uint32_t bit)
{
	uint64_t difference = number_of(problem, MEMCTL_A_PROBLEM_EXPECTED) -
			      number_of(problem, MEMCTL_A_PROBLEM_FOUND);
	uint64_t value = 1ULL << bit % 64;
	char line[256];
	int length;

	if (!regexec(pattern, write_line(line, sizeof(line), problem), 0, NULL, 0))
		return true;
	length = write_place(line, sizeof(line), problem);
	snprintf(line + length, sizeof(line) - length, "off by the bit");
	return (difference == value || -difference == value) && !regexec(pattern, line, 0, NULL, 0);
}

static void print_problems(void)
{
	const struct nlattr *problem = NULL;
	char line[256];

	while ((problem = next_problem(problem)))
		printf("#     %s\n", write_line(line, sizeof(line), problem));
}

/* Flip a bit unless it is, look, flip it back. Return: whether it was found and named. */
static bool try_bit(int fd, const struct place *place, uint32_t bit, bool planted)
{
	const struct nlattr *problem = NULL;
	bool named = false, viewed;
	long nr;

	if (!planted && !plant(fd, place, bit))
		return false;
	nr = verify(fd);
	while (nr > 0 && !named && (problem = next_problem(problem)))
		named = says(problem, &place->pattern, bit);
	if (!named) {
		printf("#   bit %u: %ld problems, none as expected:\n", bit, nr);
		if (nr > 0)
			print_problems();
	}
	viewed = view(fd);
	if (!viewed)
		printf("#   bit %u: no view of the arena: error %d, %s\n", bit, reply.error,
		       reply.text);
	return plant(fd, place, bit) && named && viewed;
}

static bool read_pattern(regex_t *pattern, const char *word)
{
	char all[1024];

	return snprintf(all, sizeof(all), "^(%s)$", word) < (int)sizeof(all) &&
	       !regcomp(pattern, all, REG_EXTENDED | REG_NOSUB);
}

static int usage(void)
{
	fprintf(stderr, "nl_damage: see the top of nl_damage.c\n");
	return KSFT_FAIL;
}

int main(int argc, char **argv)
{
	bool planted = argc > 1 && !strcmp(argv[1], "--planted");
	unsigned int nr_tried = 0, nr_found = 0;
	struct place place;
	char *bits, *end;
	long nr;
	int fd;

	argc -= planted;
	argv += planted;
	if (argc < 4 || !find_site(argv[1], &place.site) || !read_pattern(&place.pattern, argv[3]))
		return usage();
	place.words = argv + 4;
	place.nr_words = argc - 4;
	begin(&request, 0, 0, 0);
	if (!put_words(&place))
		return usage();
	fd = open_socket();
	if (fd < 0 || !find_family(fd)) {
		printf("#   the module is not loaded\n");
		return KSFT_FAIL;
	}
	for (bits = argv[2]; *bits; bits = end + strspn(end, " ")) {
		uint32_t bit = strtoul(bits, &end, 10);

		if (end == bits)
			return usage();
		nr_tried++;
		nr_found += try_bit(fd, &place, bit, planted && nr_tried == 1);
	}
	nr = verify(fd);
	if (nr) {
		printf("#   %ld problems afterwards:\n", nr);
		if (nr > 0)
			print_problems();
	}
	printf("%u %u\n", nr_tried, nr_found);
	return nr || nr_found < nr_tried ? KSFT_FAIL : KSFT_PASS;
}
