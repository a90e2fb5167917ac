/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_MINMAX_H
#define MCTL_STUB_MINMAX_H

#define min(x, y)                       \
	({                              \
		__typeof__(x) _x = (x); \
		__typeof__(y) _y = (y); \
		_x < _y ? _x : _y;      \
	})
#define max(x, y)                       \
	({                              \
		__typeof__(x) _x = (x); \
		__typeof__(y) _y = (y); \
		_x > _y ? _x : _y;      \
	})
#define min3(x, y, z)			min(min(x, y), z)
#define max3(x, y, z)			max(max(x, y), z)
#define min_t(type, x, y)		min((type)(x), (type)(y))
#define max_t(type, x, y)		max((type)(x), (type)(y))
#define clamp(value, low, high)		min(max(value, low), high)
#define clamp_t(type, value, low, high) clamp((type)(value), (type)(low), (type)(high))
#define swap(a, b)                      \
	do {                            \
		__typeof__(a) _t = (a); \
		(a) = (b);              \
		(b) = _t;               \
	} while (0)

#endif /* MCTL_STUB_MINMAX_H */
