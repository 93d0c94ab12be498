/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions compared. Private to advisory/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum order { ORDER_LESS = -1, ORDER_EQUAL = 0, ORDER_GREATER = 1, ORDER_UNKNOWN = 2 };

enum scheme {
	SCHEME_NONE, /* not judged here */
	SCHEME_LOOSE, /* what people write */
	SCHEME_GENERIC,
	SCHEME_SEMVER,
	SCHEME_INTDOT,
	SCHEME_DEB,
	SCHEME_RPM,
	SCHEME_MAVEN,
	SCHEME_PYPI,
	SCHEME_GEM,
	SCHEME_LEXICOGRAPHIC
};

/* Bytes borrowed, no terminator needed. */
struct chars {
	const char *at;
	size_t len;
};

/* By the name in vers:; SCHEME_NONE where it is none that is judged. */
enum scheme version_scheme(struct chars name);
enum order version_order(enum scheme scheme, struct chars left, struct chars right);
/* Versions of documents: integers or semantic; what is neither is older than what is. Below 0, 0, above 0. */
int version_tracking_order(const char *left, const char *right);
/* The first number of a document's version; *out_semantic: there are three. False: neither form. */
bool version_tracking_major(const char *version, unsigned long *out_major, bool *out_semantic);

/* Each of them compares two versions of its scheme. Files: version_packages.c (deb, rpm, maven, pypi, gem), version.c, loose.c. */
enum order version_order_deb(struct chars left, struct chars right);
enum order version_order_rpm(struct chars left, struct chars right);
enum order version_order_maven(struct chars left, struct chars right);
enum order version_order_pypi(struct chars left, struct chars right);
enum order version_order_gem(struct chars left, struct chars right);
enum order version_order_loose(struct chars left, struct chars right);
/* Digits, of any length, as numbers. */
enum order version_order_digits(struct chars left, struct chars right);

enum comparator { COMPARE_EQUAL, COMPARE_NOT, COMPARE_LESS, COMPARE_MOST, COMPARE_GREATER, COMPARE_LEAST };
struct constraint {
	enum comparator comparator;
	struct chars version;
	bool prefix; /* 4.2.x: whatever begins so */
};
