/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/veil.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/inspect.h"
#include "fetch/fetch.h"

enum { KEY_FILE_MIN = 16, KEY_FILE_MAX = 1 << 16 };

struct veil {
	struct mask mask;
	char (*names)[MASK_NAME_LEN];
};

int veil_new(const uint8_t key[16], struct veil **out_veil)
{
	struct veil *veil = calloc(1, sizeof(*veil));

	if (!veil)
		return -ENOMEM;
	mask_init(&veil->mask, key);
	*out_veil = veil;
	return 0;
}

void veil_free(struct veil *veil)
{
	if (!veil)
		return;
	free(veil->names);
	explicit_bzero(veil, sizeof(*veil));
	free(veil);
}

const struct mask *veil_mask(const struct veil *veil)
{
	return veil ? &veil->mask : NULL;
}

void veil_engine(struct veil *veil, struct engine *engine)
{
	struct finding *finding;

	for (uint32_t i = 0; veil && i < engine_device_count(engine); i++) {
		/* read only to everybody else; from here on it is only shown */
		struct device *device = (struct device *)engine_device(engine, i);
		if (device)
			mask_device(&veil->mask, device);
	}
	for (uint32_t i = 0; veil && (finding = engine_finding(engine, i)); i++)
		mask_finding(&veil->mask, finding);
}

void veil_junk(struct veil *veil, struct junk *junk)
{
	if (veil)
		mask_junk(&veil->mask, junk);
}

void veil_talk(struct veil *veil, const struct talk_pairs *talk)
{
	if (veil && talk)
		mask_talk(&veil->mask, talk);
}

void veil_verdicts(struct veil *veil, struct policy_verdict *verdicts, size_t count)
{
	for (size_t i = 0; veil && i < count; i++)
		mask_verdict(&veil->mask, &verdicts[i]);
}

int veil_captures(struct veil *veil, struct report_capture *captures, size_t count)
{
	if (!veil)
		return 0;
	veil->names = calloc(count + 1, sizeof(*veil->names));
	if (!veil->names)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		mask_name(&veil->mask, captures[i].file, strlen(captures[i].file), veil->names[i]);
		captures[i].file = veil->names[i];
	}
	return 0;
}

void veil_prefix(struct veil *veil, uint8_t address[16], uint8_t bits)
{
	if (veil)
		mask_prefix(&veil->mask, address, bits);
}

int inspect_read_key(const char *path, uint8_t out_key[16], struct fault *out_fault)
{
	size_t len;
	char *body;
	int error = fetch_file(path, KEY_FILE_MAX, &body, &len, out_fault);

	if (error)
		return error == -ENOMEM ? error : -EINVAL;
	if (len < KEY_FILE_MIN) {
		fault_set(out_fault, path, 0, 0, "a key of %zu bytes; at least %d secret ones are wanted", len, KEY_FILE_MIN);
		error = -EINVAL;
	} else {
		mask_key_of(body, len, out_key);
	}
	explicit_bzero(body, len);
	free(body);
	return error;
}
