// SPDX-License-Identifier: GPL-2.0
/*
 * family.c - the module's netlink family, or why it is not there
 *
 * The family is there where the module is loaded, but only in the initial network namespace, and
 * not while the module is on its way in or out.
 */
#include "family.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <netlink/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>

#define MODULES	   "/sys/module"
#define STATE_FILE MODULES "/memctl/initstate"

static const char unknown[] = "unknown";

static const char not_to_be_seen[] =
	"it does not answer: it is not loaded, or this process is in another network namespace; "
	"without /sys and /proc nobody can say which";

static const char other_namespace[] =
	"it is loaded, but answers in the initial network namespace alone, and this process is in "
	"another one";

static int refuse(struct client_error *error, enum client_fault fault, int number, const char *text)
{
	memset(error, 0, sizeof(*error));
	error->fault = fault;
	error->error = number;
	snprintf(error->text, sizeof(error->text), "%s", text);
	return -number;
}

/*
 * By a list of all families: to ask for one by its name has the kernel load
 * the module, and a question must not take memory from the host.
 */
static int look_up(struct nl_sock *socket, int *id, unsigned int *version,
		   struct client_error *error)
{
	struct genl_family *family;
	struct nl_cache *cache;
	char text[128];
	int ret = genl_ctrl_alloc_cache(socket, &cache);

	if (ret < 0) {
		snprintf(text, sizeof(text), "cannot list netlink families: %s", nl_geterror(ret));
		return refuse(error, CLIENT_IMPOSSIBLE, ret == -NLE_NOMEM ? ENOMEM : EIO, text);
	}
	family = genl_ctrl_search_by_name(cache, MEMCTL_FAMILY_NAME);
	if (family) {
		*id = (int)genl_family_get_id(family);
		*version = genl_family_get_version(family);
		genl_family_put(family);
	}
	nl_cache_free(cache);
	return 0;
}

/* The same by /proc/modules, whose lines have a name first and a state fifth. */
static void read_listed(char *state, size_t size)
{
	FILE *file = fopen("/proc/modules", "re");
	char line[512], name[64], listed[16];

	if (!file) {
		snprintf(state, size, "%s", unknown);
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %*s %*s %*s %15s", name, listed) != 2 ||
		    strcmp(name, MEMCTL_FAMILY_NAME))
			continue;
		snprintf(state, size, "%s",
			 !strcmp(listed, "Loading")   ? "coming" :
			 !strcmp(listed, "Unloading") ? "going" :
							"live");
		break;
	}
	fclose(file);
}

/*
 * What the kernel says of the module itself: "live", "coming" or "going"; "" if it is not there,
 * and unknown where neither /sys nor /proc is.
 */
static void read_state(char *state, size_t size)
{
	FILE *file = fopen(STATE_FILE, "re");

	state[0] = '\0';
	if (!file && access(MODULES, F_OK)) {
		read_listed(state, size);
		return;
	}
	if (!file || !fgets(state, (int)size, file))
		state[0] = '\0';
	state[strcspn(state, "\n")] = '\0';
	if (file)
		fclose(file);
}

/**
 * family_module_is_loaded() - is the module there, whether or not it can be talked to?
 *
 * Return: true if it is.
 */
bool family_module_is_loaded(void)
{
	char state[16];

	read_state(state, sizeof(state));
	return state[0] && strcmp(state, unknown) != 0;
}

/**
 * family_find() - find the module's family
 * @socket: a connected socket
 * @id: set to its number
 * @version: set to its version
 * @error: set where it is not found
 *
 * Return: 0 or -errno.
 */
int family_find(struct nl_sock *socket, int *id, unsigned int *version, struct client_error *error)
{
	char state[16];
	int ret;

	*id = 0;
	ret = look_up(socket, id, version, error);
	if (ret || *id)
		return ret;
	read_state(state, sizeof(state));
	if (!strcmp(state, "coming"))
		return refuse(error, CLIENT_NO_MODULE, ENOENT,
			      "the module is being loaded: try again");
	if (!strcmp(state, "going"))
		return refuse(error, CLIENT_NO_MODULE, ENOENT,
			      "the module is being removed: try again");
	if (!state[0])
		return refuse(error, CLIENT_NO_MODULE, ENOENT,
			      "the module is not loaded: run 'modprobe memctl'");
	if (!strcmp(state, unknown))
		return refuse(error, CLIENT_NO_MODULE, ENOENT, not_to_be_seen);
	/* It may have come between the two questions. */
	ret = look_up(socket, id, version, error);
	if (ret || *id)
		return ret;
	return refuse(error, CLIENT_IMPOSSIBLE, EOPNOTSUPP, other_namespace);
}
