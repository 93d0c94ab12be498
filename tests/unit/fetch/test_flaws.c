/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that a server may send and that is no answer to our question: one sentence each, and nothing is taken. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "script.h"

enum { AA = 0x8400 };

static struct craft craft;
static struct script script;
static struct craft_signer signer;

static const struct transfer_setup plain = {.kind = TRANSFER_ZONE};

static void begin(uint16_t flags)
{
	craft_begin(&craft, SCRIPT_ID, flags);
	craft_question(&craft, "example.org", 252);
}

static void tsig_error(uint16_t error, bool with_mac)
{
	uint8_t rdata[64] = "\13hmac-sha256"; /* the algorithm, 13 bytes; then time, fudge, MAC, id, error, no other data */
	size_t len = with_mac ? 13 + 16 + 4 : 13 + 16;

	rdata[13 + 9] = with_mac ? 4 : 0;
	rdata[len - 3] = (uint8_t)error;
	begin(0x8009);
	craft_record(&craft, 3, "transfer.key", 250, rdata, len);
	craft.bytes[craft.len - len - 7] = 255; /* class ANY, TTL 0 */
	memset(craft.bytes + craft.len - len - 6, 0, 4);
}

static void case_question(void)
{
	begin(0x0000);
}

static void case_other_id(void)
{
	begin(AA);
	craft.bytes[0] ^= 1;
}

static void case_opcode(void)
{
	begin(AA | 0x2000);
}

static void case_truncated(void)
{
	begin(AA | 0x0200);
}

static void case_two_questions(void)
{
	begin(AA);
	craft_question(&craft, "example.org", 252);
}

static void case_no_question(void)
{
	craft_begin(&craft, SCRIPT_ID, AA);
	craft_soa(&craft, "example.org", 7);
}

static void case_other_question(void)
{
	craft_begin(&craft, SCRIPT_ID, AA);
	craft_question(&craft, "example.net", 252);
}

static void case_other_type(void)
{
	craft_begin(&craft, SCRIPT_ID, AA);
	craft_question(&craft, "example.org", 251);
}

static void case_refused(void)
{
	begin(0x8005);
}

static void case_notauth(void)
{
	begin(0x8009);
}

static void case_servfail_alone(void)
{
	craft_begin(&craft, SCRIPT_ID, 0x8002);
}

static void case_rcode_15(void)
{
	begin(0x800f);
}

static void case_no_soa_first(void)
{
	begin(AA);
	craft_a(&craft, "a.example.org");
}

static void case_soa_of_another(void)
{
	begin(AA);
	craft_soa(&craft, "sub.example.org", 7);
}

static void case_soa_below(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_soa(&craft, "sub.example.org", 7);
}

static void case_outside(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_a(&craft, "a.example.net");
}

static void case_outside_by_a_letter(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_a(&craft, "anexample.org");
}

static void case_above(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_a(&craft, "org");
}

static void case_two_serials(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_soa(&craft, "example.org", 8);
}

static void case_goes_on(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_soa(&craft, "example.org", 7);
	craft_a(&craft, "a.example.org");
}

static void case_meta_type(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_record(&craft, 1, "example.org", 255, "", 0);
}

static void case_opt_in_the_zone(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_record(&craft, 1, "example.org", 41, "", 0);
}

static void case_chaos(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_a(&craft, "a.example.org");
	craft.bytes[craft.len - 11] = 3;
}

static void case_short_soa(void)
{
	begin(AA);
	craft_record(&craft, 1, "example.org", 6, "\0\0aaaaaaaaaaaaaaaaaaa", 21);
}

static void case_trailing(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_raw(&craft, "x", 1);
}

static void case_loop(void)
{
	begin(AA);
	craft_raw(&craft, "\300\35\0\1\0\1\0\0\0\0\0\0", 12); /* at offset 29: a pointer to itself */
	craft.bytes[7] = 1;
}

static void case_forward(void)
{
	begin(AA);
	craft_raw(&craft, "\300\50\0\1\0\1\0\0\0\0\0\0", 12);
	craft.bytes[7] = 1;
}

static void case_label_64(void)
{
	begin(AA);
	craft_raw(&craft, "\100aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0\0\1\0\1\0\0\0\0\0\0", 80);
	craft.bytes[7] = 1;
}

static void case_counts_lie(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft.bytes[6] = craft.bytes[7] = 255;
}

static void case_rdlength_lies(void)
{
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_a(&craft, "a.example.org");
	craft.bytes[craft.len - 5] = 5;
}

static void case_eleven_bytes(void)
{
	begin(AA);
	craft.len = 11;
}

static void case_nothing(void)
{
	craft.len = 0;
}

static void case_signed(void)
{
	craft_signer_init(&signer, "hmac-sha256", "transfer.key", CRAFT_SECRET);
	begin(AA);
	craft_soa(&craft, "example.org", 7);
	craft_sign(&signer, &craft);
	craft_signer_done(&signer);
}

static void case_tsig_in_the_middle(void)
{
	case_signed();
	craft_record(&craft, 3, "example.org", 1, "\1\2\3\4", 4);
}

static void case_badsig(void)
{
	tsig_error(16, false);
}

static void case_badkey(void)
{
	tsig_error(17, false);
}

static void case_badtime(void)
{
	tsig_error(18, true);
}

static void case_tsig_rdata(void)
{
	begin(AA);
	craft_record(&craft, 3, "transfer.key", 250, "abc", 3);
}

static const struct {
	const char *what;
	void (*write)(void);
	int result;
	const char *word;
} flaws[] = {
	{"a question", case_question, -EBADMSG, "is a question"},
	{"another id", case_other_id, -EBADMSG, "another number"},
	{"another opcode", case_opcode, -EBADMSG, "another opcode"},
	{"TC over TCP", case_truncated, -EBADMSG, "cut short"},
	{"two questions", case_two_questions, -EBADMSG, "more than one question"},
	{"no question in the first", case_no_question, -EBADMSG, "does not repeat our question"},
	{"another zone", case_other_question, -EBADMSG, "another question"},
	{"another type", case_other_type, -EBADMSG, "another question"},
	{"REFUSED", case_refused, -EACCES, "REFUSED: does it serve"},
	{"NOTAUTH", case_notauth, -EACCES, "NOTAUTH: does it serve"},
	{"SERVFAIL without question", case_servfail_alone, -EREMOTEIO, "SERVFAIL"},
	{"an error that is none", case_rcode_15, -EREMOTEIO, "unknown error"},
	{"no SOA first", case_no_soa_first, -EBADMSG, "record 1 is not the zone's SOA"},
	{"the SOA of another zone first", case_soa_of_another, -EBADMSG, "not the zone's SOA"},
	{"a SOA below", case_soa_below, -EBADMSG, "record 2 is the SOA of another zone"},
	{"outside", case_outside, -EBADMSG, "record 2 lies outside"},
	{"outside by a letter", case_outside_by_a_letter, -EBADMSG, "lies outside"},
	{"above", case_above, -EBADMSG, "lies outside"},
	{"two serials", case_two_serials, -EBADMSG, "begins with serial 7 and ends with 8"},
	{"goes on behind its end", case_goes_on, -EBADMSG, "behind the last SOA"},
	{"type ANY", case_meta_type, -EBADMSG, "no zone holds"},
	{"OPT in the answer", case_opt_in_the_zone, -EBADMSG, "no zone holds"},
	{"class CHAOS", case_chaos, -EBADMSG, "another class"},
	{"a short SOA", case_short_soa, -EBADMSG, "damaged"},
	{"a byte behind", case_trailing, -EBADMSG, "damaged"},
	{"a name that points to itself", case_loop, -EBADMSG, "damaged"},
	{"a name that points ahead", case_forward, -EBADMSG, "damaged"},
	{"a label of 64", case_label_64, -EBADMSG, "damaged"},
	{"65535 records", case_counts_lie, -EBADMSG, "damaged"},
	{"RDATA too long", case_rdlength_lies, -EBADMSG, "damaged"},
	{"eleven bytes", case_eleven_bytes, -EBADMSG, "damaged"},
	{"no bytes", case_nothing, -EBADMSG, "damaged"},
	{"signed, not asked for", case_signed, -EKEYREJECTED, "our question was not"},
	{"TSIG not last", case_tsig_in_the_middle, -EBADMSG, "damaged"},
	{"BADSIG", case_badsig, -EKEYREJECTED, "the secrets differ"},
	{"BADKEY", case_badkey, -EKEYREJECTED, "not known there"},
	{"BADTIME", case_badtime, -EKEYREJECTED, "the clocks differ"},
	{"TSIG of three bytes", case_tsig_rdata, -EBADMSG, "damaged"},
};

static void what_is_no_answer(void **state)
{
	for (size_t i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		struct talk talk = {.server = -1};
		print_message("%s\n", flaws[i].what);
		script.len = 0;
		flaws[i].write();
		script_add(&script, &craft);
		talk_begin(&talk, &plain);
		assert_int_equal(talk_say(&talk, script.bytes, script.len), flaws[i].result);
		if (!strstr(talk.heard.fault.sentence, flaws[i].word))
			fail_msg("'%s' is not in '%s'", flaws[i].word, talk.heard.fault.sentence);
		talk_end(&talk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_no_answer)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
