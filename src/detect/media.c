/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detect/media.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/packet.h"

enum { RTP_HEADER = 12, RTP_VERSION_MASK = 0xc0, RTP_VERSION_2 = 0x80, LOST_MAX = 16, SECONDS_MAX = 255 };

/* Ten seconds at the fastest clock that is in use; pictures may be sent in another order than they are shown, a second at most. */
static const int32_t ahead_max = 900000, back_max = -90000;

/* Different streams may share one; then they are not in order, and no media. */
static uint32_t key_of(const struct fw_packet *p, uint32_t ssrc)
{
	uint32_t source, target, key;

	memcpy(&source, p->src + 12, sizeof(source));
	memcpy(&target, p->dst + 12, sizeof(target));
	key = ssrc ^ source * 2654435761u ^ target * 2246822519u ^ ((uint32_t)p->src_port << 16 | p->dst_port);
	return key ? key : 1;
}

static struct media_stream *stream_of(struct media *media, uint32_t key)
{
	for (unsigned i = 0; i < MEDIA_STREAMS; i++)
		if (media->streams[i].key == key)
			return &media->streams[i];
	return NULL;
}

static bool follows(const struct media_stream *stream, uint16_t sequence, uint32_t timestamp)
{
	uint16_t step = (uint16_t)(sequence - stream->sequence);
	int32_t later = (int32_t)(timestamp - stream->timestamp);

	return step >= 1 && step <= LOST_MAX && later >= back_max && later <= ahead_max;
}

void media_see(struct media *media, const struct sighting *seen)
{
	const uint8_t *header = seen->payload.bytes;
	struct media_stream *stream, now = {0};

	if (seen->payload.len < RTP_HEADER || (header[0] & RTP_VERSION_MASK) != RTP_VERSION_2)
		return;
	now.sequence = fw_be16(header + 2);
	now.timestamp = fw_be32(header + 4);
	now.key = key_of(seen->packet, fw_be32(header + 8));
	stream = stream_of(media, now.key);
	if (!stream) {
		stream = &media->streams[media->next];
		media->next = (uint8_t)((media->next + 1) % MEDIA_STREAMS);
	} else if (follows(stream, now.sequence, now.timestamp)) {
		media->in_order++;
	}
	*stream = now;
}

void media_close(struct media *media, uint32_t packets)
{
	bool is_media = (uint64_t)media->in_order * 10 >= (uint64_t)packets * 9;

	media->in_order = 0;
	if (!is_media)
		media->seconds = 0;
	else if (media->seconds < SECONDS_MAX)
		media->seconds++;
}
