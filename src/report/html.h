/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the HTML page and what they write with. html.c calls the parts; each writes nothing where it has nothing to show.
 *
 * Whatever may hold network bytes goes out through html_raw() (as it came) or html_text() (a phrase: text_escape() has been over it),
 * in text and in attributes alike. html_add() writes our own markup: only numbers and static words may be its arguments.
 */
#pragma once

#include "report/say.h"

/*
 * The page stays under two million bytes whatever was captured. Lists have ceilings that no honest report reaches; names made up of
 * characters that grow sixfold when escaped are met by a budget: a list that has used up its part of the page ends there.
 */
enum { HTML_STORIES_END = 800000, HTML_TALK_END = 1000000, HTML_CARDS_END = 1500000, HTML_DEVICES_END = 1700000 };

struct html {
	FILE *out;
	const struct page *page;
	uint64_t written; /* bytes */
};

void html_add(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));
void html_text(struct html *html, const char *text);
void html_raw(struct html *html, const char *raw, size_t len); /* SIZE_MAX: up to its terminator */
void html_number(struct html *html, uint64_t number); /* 37,600 */
void html_count(struct html *html, uint64_t number, const char *noun);
void html_bytes(struct html *html, uint64_t bytes);
/* "12.34%" of whole, as a coordinate or a length. */
void html_percent(struct html *html, uint64_t part, uint64_t whole);
/* A device's name, or what stands for one; its direction of writing kept to itself. */
void html_call(struct html *html, const struct device *device);
/* The mark beside a word such as "hijacked": its shape says the same as its colour. */
void html_mark(struct html *html, const char *label);
/* "and 12 more: see --format json", as a paragraph; nothing for 0. */
void html_more(struct html *html, uint64_t count);

/* 21:10:05, with the day where the captures span more than one. */
void html_clock(struct html *html, uint64_t time_ns);

/* html_event.c: what happened, in order; the same events are marked on the line of time. */
enum { EVENT_MAX = 12 };
struct event {
	uint64_t time_ns;
	size_t block;
	const struct finding *finding;
	size_t same; /* findings of this kind in the block */
};
/* The first EVENT_MAX above low; *out_left: how many more there are. */
size_t events_find(const struct page *page, struct event out[EVENT_MAX], size_t *out_left);
void html_events(struct html *html);

void html_head(struct html *html, const struct phrase *title); /* html.c: doctype to </head> */
void html_marks(struct html *html); /* the shapes that html_mark() shows; once, in the body */
void html_title(const struct report_view *view, struct phrase *out); /* adds ": incident.pcap and 2 more" */
void html_figures(struct html *html); /* html_figure.c: the numbers at the head */
void html_time(struct html *html); /* html_time.c */
void html_axis(struct html *html, const struct timeline *line, unsigned y); /* html_axis.c: ticks and their times, y pixels down */
void html_stories(struct html *html); /* html_story.c */
void html_talk(struct html *html); /* html_talk.c */
void html_devices(struct html *html); /* html_device.c */
void html_junk(struct html *html); /* html_junk.c */
void html_policed(struct html *html); /* policed.c */
void html_captures(struct html *html); /* html_note.c */
void html_notes(struct html *html);

/* page.css, and its SHA-256 in base64 as the page's policy names it; made by tools/embed-style. */
extern const char page_style[], page_style_hash[];
