/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS towards a broker. libmosquitto would read the files at each connection, when nobody here may read them any more; and it would check the
 * certificate against what we connect to, which is an address. So the context is ours: files read once, the configured host checked.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "tell/link.h"

static int told(struct fault *out_fault, const char *file, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	fault_set(out_fault, file, 0, 0, "%s: %s", what, why ? why : "no reason is known");
	ERR_clear_error();
	return -EINVAL;
}

static bool is_address(const char *host)
{
	uint8_t address[16];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* libmosquitto would name the address; servers that hold many certificates want the name, and an address must not be named at all. */
static void name_server(const SSL *ssl, int where, int result)
{
	char *host = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (where & SSL_CB_HANDSHAKE_START)
		SSL_set_tlsext_host_name((SSL *)(uintptr_t)ssl, is_address(host) ? NULL : host);
}

static int check_host(SSL_CTX *tls, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(tls);

	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return is_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(param, host) : X509_VERIFY_PARAM_set1_host(param, host, 0);
}

int link_tls(const struct mqtt_setup *setup, SSL_CTX **out_tls, struct fault *out_fault)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	int error = 0;

	ERR_clear_error();
	if (!tls || !SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) || !check_host(tls, setup->host))
		error = told(out_fault, "", "TLS cannot be set up");
	else if (!SSL_CTX_load_verify_locations(tls, setup->ca, NULL))
		error = told(out_fault, setup->ca, "holds no certificates that can be read");
	else if (*setup->certificate && SSL_CTX_use_certificate_chain_file(tls, setup->certificate) != 1)
		error = told(out_fault, setup->certificate, "holds no certificate that can be read");
	else if (*setup->certificate &&
		(SSL_CTX_use_PrivateKey_file(tls, setup->key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(tls) != 1))
		error = told(out_fault, setup->key, "holds no key of that certificate");
	if (error) {
		SSL_CTX_free(tls);
		return error;
	}
	SSL_CTX_set_info_callback(tls, name_server);
	*out_tls = tls;
	return 0;
}
