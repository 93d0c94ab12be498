/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "home.h"

#include <string.h>

struct home home_make(void)
{
	return (struct home){
		.gateway = gen_host("98:9b:cb:10:20:01", "192.168.1.1"),
		.laptop = gen_host("60:8b:0e:5a:11:20", "192.168.1.20"),
		.recorder = gen_host("a0:a0:a0:3c:7f:64", "192.168.1.64"),
		.camera = gen_host("44:47:cc:22:91:70", "192.168.1.70"),
		.printer = gen_host("00:80:77:4e:0a:80", "192.168.1.80"),
		.tv = gen_host("8c:79:f5:61:d2:90", "192.168.1.90"),
	};
}

struct host home_host(const char *address)
{
	struct host gateway = home_make().gateway, host = gen_outside(&gateway, address);

	if (strncmp(address, "192.168.1.", 10) == 0)
		memcpy(host.mac, (uint8_t[]){2, 0, 0, 0, 1, host.address[15]}, 6);
	return host;
}

void home_morning(struct gen *gen, const struct home *home)
{
	gen_dhcp(gen, &home->laptop, &home->gateway, "annas-laptop", NULL);
	gen_wait(gen, 2 * GEN_S);
	gen_dhcp(gen, &home->recorder, &home->gateway, "LocalHost", "udhcp 1.15.2");
	gen_wait(gen, GEN_S);
	gen_dhcp(gen, &home->camera, &home->gateway, "frontdoor-cam", "udhcp 1.19.4");
	gen_wait(gen, GEN_S);
	gen_dhcp(gen, &home->printer, &home->gateway, "BRN0080774E0A80", NULL);
	gen_wait(gen, GEN_S);
	gen_dhcp(gen, &home->tv, &home->gateway, "LivingRoomTV", NULL);
	gen_wait(gen, GEN_S);
	gen_mdns(gen, &home->printer, "BRN0080774E0A80", "_ipp._tcp.local");
	gen_wait(gen, 300 * GEN_MS);
	gen_ssdp_notify(gen, &home->tv, "SHP, UPnP/1.0, Samsung UPnP SDK/1.0", "urn:schemas-upnp-org:device:MediaRenderer:1");
}

void home_advertise(struct gen *gen, const struct host *router)
{
	struct host all = gen_host("00:00:00:00:00:00", "ff02::1");
	uint8_t body[48] = {134, 0, 0, 0, 64, 0, 7, 8, [16] = 3, 4, 64, 0xc0, 0, 1, 0x51, 0x80, 0, 0, 0x38, 0x40};

	/* RFC 4861 sections 4.2 and 4.6.2; the checksum is left zero, as offloading leaves it in captures */
	memcpy(body + 32, (uint8_t[]){0x20, 0x01, 0x0d, 0xb8, 0, 1}, 6);
	gen_ip(gen, router, &all, 58, body, sizeof(body));
}

void home_browse(struct gen *gen, const struct home *home, const struct host *who, const char *name, const char *address, size_t len)
{
	struct host server = gen_outside(&home->gateway, address);
	struct talk talk;

	gen_dns(gen, who, &home->gateway, name, GEN_NOERROR, server.address);
	gen_wait(gen, 5 * GEN_MS);
	talk = gen_open(gen, who, &server, 443, 20 * GEN_MS);
	gen_tls(gen, &talk, name, len);
	gen_close(gen, &talk);
}

void home_ordinary_life(struct gen *gen, const struct home *home, uint64_t from_ns, uint64_t to_ns)
{
	struct host ntp = gen_outside(&home->gateway, "192.0.2.123");
	struct talk talk;

	for (uint64_t at = from_ns; at < to_ns; at += 30 * GEN_S) {
		gen_at(gen, at);
		home_browse(gen, home, &home->camera, "cloud.camera.example", "203.0.113.9", 900);
		gen_at(gen, at + 11 * GEN_S);
		home_browse(gen, home, &home->tv, "tv.example", "203.0.113.30", 8000);
		gen_at(gen, at + 17 * GEN_S + gen_jitter(gen, 5 * GEN_S));
		home_browse(gen, home, &home->laptop, "news.example", "198.51.100.80", 30000 + gen_below(gen, 20000));
	}
	gen_at(gen, from_ns + 25 * GEN_S);
	gen_ntp(gen, &home->camera, &ntp);
	gen_at(gen, from_ns + 40 * GEN_S);
	talk = gen_open(gen, &home->laptop, &home->printer, 631, GEN_MS);
	gen_text(gen, &talk, true, "POST /ipp/print HTTP/1.1\r\nHost: 192.168.1.80:631\r\nContent-Length: 40000\r\n\r\n");
	gen_bulk(gen, &talk, true, 40000, 2);
	gen_text(gen, &talk, false, "HTTP/1.1 200 OK\r\nServer: debut/1.20\r\nContent-Length: 0\r\n\r\n");
	gen_close(gen, &talk);
}
