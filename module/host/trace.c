// SPDX-License-Identifier: GPL-2.0
/* The tracepoints of trace.h, as the kernel makes them. */
#define CREATE_TRACE_POINTS
#include "host/trace.h"
