/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linked with --wrap=malloc,--wrap=calloc,--wrap=free into programs that make and free an engine thousands of times.
 *
 * Its tables take 60 MB of address space, of which a small capture touches little. AddressSanitizer writes the shadow of all of
 * it at each allocation and each release: 15 of the 17 milliseconds of a run. So large blocks are kept here when they are freed, and
 * given out again for the same size; pages of the largest go back to the system, which gives zeroed ones when they are next touched,
 * what is smaller is cleared here, which takes less time than a page fault for each of its
 * pages. Their red zones stay as they were. Lost is the detection of use after free in blocks above KEEP_FROM.
 */
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { KEEP_FROM = 16 << 10, GIVE_BACK_FROM = 64 << 10, KEPT_MAX = 256, PAGE = 4096 };

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_free(void *block);

static struct kept {
	void *block;
	size_t size;
	uint64_t freed; /* which release of all it was */
} kept[KEPT_MAX];

static void *find(size_t size)
{
	for (size_t i = 0; i < KEPT_MAX; i++) {
		void *block = kept[i].block;
		if (!block || kept[i].size != size)
			continue;
		kept[i].block = NULL;
		return block;
	}
	return NULL;
}

/* All zero again. */
static void clear(uint8_t *block, size_t size)
{
	size_t head = (PAGE - (uintptr_t)block % PAGE) % PAGE, whole = (size - head) / PAGE * PAGE;

	if (size < GIVE_BACK_FROM) {
		memset(block, 0, size);
		return;
	}
	memset(block, 0, head);
	if (madvise(block + head, whole, MADV_DONTNEED))
		memset(block + head, 0, whole);
	memset(block + head + whole, 0, size - head - whole);
}

void *__wrap_malloc(size_t size)
{
	void *block = size >= KEEP_FROM ? find(size) : NULL;

	return block ? block : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	size_t bytes;
	void *block;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes < KEEP_FROM || !(block = find(bytes)))
		return __real_calloc(count, size);
	return block;
}

/*
 * One that is free, else that of the block that lies here longest. A run takes 118 blocks, and finds them young: what grew by realloc() is
 * freed here, too, but asked for by nobody, and pushes out its like.
 */
static struct kept *place(void)
{
	struct kept *oldest = kept;

	for (size_t i = 0; i < KEPT_MAX; i++) {
		if (!kept[i].block)
			return &kept[i];
		if (kept[i].freed < oldest->freed)
			oldest = &kept[i];
	}
	return oldest;
}

void __wrap_free(void *block)
{
	static uint64_t freed;
	size_t size = block ? malloc_usable_size(block) : 0;
	struct kept *at;

	if (size < KEEP_FROM) {
		__real_free(block);
		return;
	}
	at = place();
	__real_free(at->block);
	clear(block, size);
	*at = (struct kept){block, size, ++freed};
}
