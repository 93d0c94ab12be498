# SPDX-License-Identifier: GPL-2.0-or-later
# A small front for Meson. Two commands do everything on a fresh Debian 12: make run, make test.
BUILD ?= build
ASAN  ?= build-asan
FUZZ  ?= build-fuzz
ifdef CI
WERROR := --werror
endif

.PHONY: run build test bench lab fuzz lint deb format clean needs-build needs-test needs-bench needs-lab needs-deb

run: build
	@$(BUILD)/src/cli/floodwall inspect --format html -o $(BUILD)/incident.html $(BUILD)/tests/gen/incident.pcapng
	@printf 'The same as a page with charts: %s\n\n' "file://$(abspath $(BUILD))/incident.html"
	@$(BUILD)/src/cli/floodwall inspect $(BUILD)/tests/gen/incident.pcapng
	@printf '\nThe same evening live, in a minute, with a page (no root needed): %s, then http://127.0.0.1:8753/\n' '$(BUILD)/floodwall run --demo'

build: needs-build
	@[ -f $(BUILD)/build.ninja ] || meson setup $(BUILD) $(WERROR) >/dev/null
	@ninja -C $(BUILD) --quiet src/cli/floodwall tests/gen/incident.pcapng
	@ln -sf src/cli/floodwall $(BUILD)/floodwall

# The sanitizers' build is optimised a little, with what a report of theirs names: twice as fast to compile, and its tests run no longer.
test: needs-test
	@[ -f $(BUILD)/build.ninja ] || meson setup $(BUILD) $(WERROR)
	@[ -f $(ASAN)/build.ninja ] || meson setup $(ASAN) $(WERROR) -Dbuildtype=debugoptimized -Doptimization=1 -Dc_args=-g1 -Db_sanitize=address,undefined -Db_lundef=false
	@ln -sf src/cli/floodwall $(BUILD)/floodwall
	@tools/run-tests $(BUILD) $(ASAN)

bench: needs-bench
	@[ -f $(BUILD)/build.ninja ] || meson setup $(BUILD)
	@ninja -C $(BUILD)
	@tests/bench/bench $(BUILD)

# Junk falls on DNS servers, with and without Floodwall before them: needs root, about half an hour, a machine that does nothing else.
lab: needs-lab
	@[ -f $(BUILD)/build.ninja ] || meson setup $(BUILD)
	@ninja -C $(BUILD)
	@tests/lab/lab $(BUILD)
	@tests/lab/guard/guard $(BUILD)

# libFuzzer, all targets together in FUZZ_SECONDS of processor time, or each of them FUZZ_RUNS times.
FUZZ_SECONDS ?= 120
fuzz: needs-test
	@[ -f $(FUZZ)/build.ninja ] || CC=clang meson setup $(FUZZ) -Dfuzz=true -Dbuildtype=debugoptimized -Db_lundef=false
	@ninja -C $(FUZZ) $$(ninja -C $(FUZZ) -t targets rule c_LINKER | grep -E '^tests/fuzz/([^/]*/)*(libfuzzer|fuzz)_[^/]*$$')
	@tools/run-fuzz $(FUZZ) $(if $(FUZZ_RUNS),$(FUZZ_RUNS)x,$(FUZZ_SECONDS))

lint: needs-test
	@tests/lint/layers
	@tests/lint/sources

# A Debian package, in build/deb.
deb: needs-deb
	@tools/deb $(BUILD)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

needs-build:
	@tools/needs build

needs-test:
	@tools/needs build test

needs-bench:
	@tools/needs build test bench

needs-lab:
	@tools/needs build test lab

needs-deb:
	@tools/needs build deb

clean:
	rm -rf $(BUILD) $(ASAN) $(FUZZ)
