/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/command.h"

enum { AGAIN_MS = 1000, LINES_USUAL = 24 };

/* The other screen, no cursor; and back. Home, and what lies below is wiped after the picture, not before: nothing flickers. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define LINE_END "\033[0m\033[K\r\n"
#define WIPE "\033[J"

static volatile sig_atomic_t over, resized;

static void on_end(int number)
{
	over = 1;
}

static void on_resize(int number)
{
	resized = 1;
}

static void put(const char *bytes, size_t len)
{
	while (len) {
		ssize_t written = write(STDOUT_FILENO, bytes, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			over = 1;
			return;
		}
		bytes += written;
		len -= (size_t)written;
	}
}

static unsigned lines_of_terminal(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 2 ? size.ws_row : LINES_USUAL;
}

static void draw(const struct ask_options *options, const json_t *shield)
{
	struct shield_style style = {.brief = true};
	char *text = NULL, *picture = NULL;
	size_t text_len, picture_len;
	FILE *out = open_memstream(&text, &text_len), *screen = open_memstream(&picture, &picture_len);

	style_of(options, &style);
	if (out && screen) {
		shield_text(out, shield, &style);
		fflush(out);
		fputs(HOME, screen);
		/* the last line stays empty: a line end there would scroll */
		lines_cut(screen, text, style.width, lines_of_terminal() - 1, LINE_END);
		fputs("q ends" WIPE, screen);
		fflush(screen);
		put(picture, picture_len);
	}
	if (out)
		fclose(out);
	if (screen)
		fclose(screen);
	free(text);
	free(picture);
}

static void wait_for_key(void)
{
	struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
	char key;

	if (poll(&keys, 1, AGAIN_MS) <= 0)
		return;
	/* no more input is the end of whoever looks */
	if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' || key == 3 || key == 4)
		over = 1;
}

static void catch_signals(void)
{
	struct sigaction end = {.sa_handler = on_end}, resize = {.sa_handler = on_resize};

	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	sigaction(SIGWINCH, &resize, NULL);
}

static int loop(struct control *control, const struct ask_options *options)
{
	while (!over) {
		json_t *answer = ask_over(control, options, json_pack("{s:s, s:s}", "do", "show", "what", "shield"));
		if (!answer)
			return COMMAND_WRONG;
		draw(options, json_object_get(answer, "shield"));
		json_decref(answer);
		resized = 0;
		wait_for_key();
	}
	return COMMAND_DONE;
}

int watch_shield(const struct ask_options *options)
{
	struct control *control = NULL;
	struct termios before, raw;
	struct fault fault = {0};
	int code;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return ask_wrong(options, "--watch", "wants a terminal");
	if (control_open(options->socket, &control, &fault))
		return ask_fault(options, &fault);
	catch_signals();
	raw = before;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	put(ENTER, strlen(ENTER));
	code = loop(control, options);
	put(LEAVE, strlen(LEAVE));
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	control_close(control);
	return code;
}
