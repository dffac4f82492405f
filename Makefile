# Terrace. `make help` lists the targets.
#
# One Makefile for the whole tree, never recursive into folders. A variant (sanitizers, coverage)
# is the same rules with another BUILD directory. Libraries are asked for only when a compiler
# runs, so that this file works on a machine with git and make alone: `make test` and `make demo`
# set the machine up first and then build in a sub-make.
VERSION = 0.1.0
CC ?= cc
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= 2
FUZZ_SECONDS ?= 20
SAN_SEEDS ?= 60

WARN = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Wvla -Wstrict-prototypes \
       -Wmissing-prototypes -Wwrite-strings -Wformat=2
CFLAGS ?= -O2 -g
CPPFLAGS += -I. -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 \
            -DTERRACE_VERSION='"$(VERSION)"' -DTERRACE_LOCALE_DIR='"$(PREFIX)/share/locale"'
ALL_CFLAGS = -std=c11 $(WARN) $(if $(CI),-Werror) $(CFLAGS)

# The msgpack library has two names; libcsv has no .pc file. Each answer is asked for once.
PKGS = lmdb libcurl zlib libmicrohttpd libsodium libutf8proc jansson popt libqrencode \
       xlsxwriter libzip expat \
       $(shell pkg-config --exists msgpack 2>/dev/null && echo msgpack || echo msgpack-c)
INCS = $(eval INCS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS))))$(INCS)
LIBS = $(eval LIBS := $(shell pkg-config --libs $(PKGS)) -lcsv)$(LIBS)
# short lines; `make V=1` shows the commands
Q = $(if $(V),,@)
COMPILE = $(CC) $(ALL_CFLAGS) $(CPPFLAGS) $(INCS) -MMD -MP

lib_src := $(wildcard core/*.c sync/*.c)
cli_src := $(wildcard cli/*.c)
unit_src := $(wildcard tests/unit/*_test.c)
# what tests share; a test links what it uses of it
unit_lib_src := $(filter-out %_test.c,$(wildcard tests/unit/*.c))
fuzz_src := $(wildcard tests/fuzz/*_fuzz.c)
helper_src := $(wildcard tests/lib/*.c)
bench_src := $(wildcard tests/bench/*.c)
tool_src := $(wildcard tools/*.c)
po_src := $(wildcard cli/po/*.po)
all_src := $(lib_src) $(cli_src) $(unit_src) $(unit_lib_src) $(wildcard tests/fuzz/*.c) \
           $(helper_src) $(bench_src) $(tool_src)

lib_obj := $(lib_src:%.c=$(BUILD)/%.o)
cli_obj := $(cli_src:%.c=$(BUILD)/%.o)
unit_bin := $(unit_src:%.c=$(BUILD)/%)
unit_lib_obj := $(unit_lib_src:%.c=$(BUILD)/%.o)
unit_lib := $(BUILD)/libunit.a
fuzz_bin := $(fuzz_src:%.c=$(BUILD)/%)
helper_bin := $(helper_src:%.c=$(BUILD)/%)
bench_bin := $(bench_src:%.c=$(BUILD)/%)
# tools/NAME_*.c are parts of tools/NAME.c
tool_main := $(foreach f,$(tool_src),$(if $(findstring _,$(f)),,$(f)))
tool_bin := $(tool_main:%.c=$(BUILD)/%)
mo := $(po_src:cli/po/%.po=$(BUILD)/locale/%/LC_MESSAGES/terrace.mo)
lib := $(BUILD)/libterrace.a

scripts := $(filter-out %/lib.sh,$(wildcard tests/e2e/*.sh tests/tools/*.sh))
# what the sanitizers run of the end-to-end scripts: the ones that touch every part, quickly
short_scripts := $(wildcard tests/e2e/three_levels.sh tests/e2e/bad_input.sh)

all: terrace ## build ./terrace (the default)

terrace: $(BUILD)/terrace $(mo)
	@cp -f $< $@

$(BUILD)/terrace: $(cli_obj) $(lib)
	$(if $(V),,@echo '  link' $@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(lib): $(lib_obj)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(unit_lib): $(unit_lib_obj)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo '  cc  ' $<)
	$(Q)$(COMPILE) -c -o $@ $<

$(unit_bin): $(BUILD)/%: $(BUILD)/%.o $(unit_lib) $(lib)
	$(if $(V),,@echo '  link' $@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

# A fuzz target is a function; replay.c runs it over files, so that the corpus is a test.
$(fuzz_bin): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/fuzz/replay.o $(lib)
	$(if $(V),,@echo '  link' $@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(lib) $(LIBS)
# the one decoder that lies in cli/
$(BUILD)/tests/fuzz/sheet_fuzz $(BUILD)/libfuzzer/sheet: \
    $(addprefix $(BUILD)/cli/sheet_,read.o parts.o xml.o zip.o)

$(helper_bin): $(BUILD)/%: $(BUILD)/%.o $(lib)
	$(if $(V),,@echo '  link' $@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(foreach t,$(tool_main),$(eval $(t:%.c=$(BUILD)/%): \
    $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(t:.c=_*.c)))))
$(tool_bin): $(BUILD)/%: $(BUILD)/%.o
	$(if $(V),,@echo '  link' $@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^

# A bench may look at what goes into LMDB.
$(BUILD)/tests/bench/merge: WRAP = -Wl,--wrap=mdb_put,--wrap=mdb_del,--wrap=mdb_txn_commit
$(bench_bin): $(BUILD)/%: $(BUILD)/%.o $(lib)
	$(if $(V),,@echo '  link' $@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(WRAP) -o $@ $^ $(LIBS)

$(BUILD)/locale/%/LC_MESSAGES/terrace.mo: cli/po/%.po
	@mkdir -p $(@D)
	$(Q)msgfmt -c -o $@ $<

# The program writes its own manual; -C, lest the store of whoever builds is opened.
man: $(BUILD)/man/done ## the manual pages in both languages, in build/man
$(BUILD)/man/done: $(BUILD)/terrace $(mo)
	@rm -rf $(@D) && mkdir -p $(@D)
	$(Q)for l in en vi; do $< -C $(@D)/none --lang $$l help --man $(@D)/$$l || exit 1; done
	@touch $@

.PRECIOUS: $(BUILD)/%.o

test: setup ## set the machine up, build, run every test
	@$(MAKE) -s --no-print-directory test-run

check: setup-check ## tidy, lint, format, and the tests under asan and ubsan
	@MAKE='$(MAKE)' tools/check.sh tidy lint format asan ubsan

demo: setup ## the story of three levels, told by the real commands
	@$(MAKE) -s --no-print-directory -j$(JOBS) all $(BUILD)/tools/workload
	@TERRACE=./terrace BUILD=$(BUILD) tools/demo.sh

# Everything `make test` and the sanitizers run; the inside of those targets.
test-build: $(BUILD)/terrace $(mo) $(unit_bin) $(fuzz_bin) $(helper_bin) $(tool_bin)

test-run:
	@$(MAKE) -s --no-print-directory -j$(JOBS) test-build $(if $(filter build,$(BUILD)),terrace)
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/run.sh $(unit_bin) $(fuzz_bin) $(scripts)

unit: $(unit_bin) ## only the unit tests
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/run.sh $(unit_bin)

# fewer of the random histories: they are slow under a sanitizer
SAN_RUN = TERRACE_SEEDS=$(SAN_SEEDS) $(MAKE) -s --no-print-directory scripts='$(short_scripts)' test-run

asan: ## unit tests, fuzz corpus and short end-to-end runs under AddressSanitizer
	@ASAN_OPTIONS=abort_on_error=0:detect_leaks=1 $(SAN_RUN) BUILD=build/asan \
	    CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address'

ubsan: ## the same under UndefinedBehaviorSanitizer
	@UBSAN_OPTIONS=print_stacktrace=1 $(SAN_RUN) BUILD=build/ubsan \
	    CFLAGS='-O1 -g -fsanitize=undefined -fno-sanitize-recover=all'

tsan: ## the same under ThreadSanitizer
	@TSAN_OPTIONS=halt_on_error=1 $(SAN_RUN) BUILD=build/tsan \
	    CFLAGS='-O1 -g -fsanitize=thread'

valgrind: ## the short end-to-end runs under valgrind: no leak, no error
	@tools/setup.sh valgrind
	@$(MAKE) -s --no-print-directory -j$(JOBS) test-build
	@rm -rf $(BUILD)/valgrind && mkdir -p $(BUILD)/valgrind
	@TERRACE_REAL=$(CURDIR)/$(BUILD)/terrace TERRACE=$(CURDIR)/tests/lib/valgrind.sh MANGLED=100 \
	    VALGRIND_LOGS=$(CURDIR)/$(BUILD)/valgrind BUILD=$(BUILD) JOBS=$(JOBS) \
	    tests/run.sh $(short_scripts)
	@! grep -l . $(BUILD)/valgrind/* || { cat $(BUILD)/valgrind/*; exit 1; }

sealed: ## end-to-end runs in which every store is sealed
	@$(MAKE) -s --no-print-directory -j$(JOBS) test-build
	@rm -rf $(BUILD)/sealed && mkdir -p -m 700 $(BUILD)/sealed
	@TERRACE_REAL=$(CURDIR)/$(BUILD)/terrace TERRACE=$(CURDIR)/tests/lib/sealed.sh \
	    TERRACE_PASSPHRASE='bốn con suối chảy ngược' TERRACE_KEY_FILE=$(CURDIR)/$(BUILD)/sealed/key \
	    BUILD=$(BUILD) JOBS=$(JOBS) tests/run.sh $(filter-out %/at_rest.sh,$(filter tests/e2e/%,$(scripts)))

fuzz: ## fuzz each decoder for FUZZ_SECONDS with clang's libFuzzer
	@tools/setup.sh fuzz
	@$(MAKE) -s --no-print-directory fuzz-run BUILD=build/fuzz CC=clang \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined'

fuzz_lib_bin := $(fuzz_src:tests/fuzz/%_fuzz.c=$(BUILD)/libfuzzer/%)
$(fuzz_lib_bin): $(BUILD)/libfuzzer/%: $(BUILD)/tests/fuzz/%_fuzz.o $(lib)
	@mkdir -p $(@D)
	$(if $(V),,@echo '  link' $@)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter %.o,$^) $(lib) $(LIBS)

fuzz-run: $(fuzz_lib_bin)
	@set -e; for t in $(fuzz_lib_bin); do \
	    name=$$(basename $$t); new=$(BUILD)/corpus/$$name; mkdir -p $$new; \
	    echo "fuzzing $$name for $(FUZZ_SECONDS) s"; \
	    $$t -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=512 -verbosity=0 -print_final_stats=1 \
	        -artifact_prefix=$(BUILD)/crash-$$name- $$new tests/fuzz/corpus/$$name; done

bench: setup ## measure what the project promises, each figure beside its goal
	@$(MAKE) -s --no-print-directory -j$(JOBS) all $(bench_bin) $(helper_bin) $(tool_bin)
	@TERRACE=./terrace BUILD=$(BUILD) tests/bench/run.sh $(BENCH)

tidy: ## the rules of the layout that a machine can check
	@tools/tidy.sh .

format: ## is every file as clang-format would write it? (`make format FIX=1` writes)
	@git ls-files '*.c' '*.h' | xargs -r clang-format $(if $(FIX),-i,--dry-run -Werror)

lint_src := $(lib_src) $(cli_src) $(helper_src) $(tool_src) $(bench_src)
lint: compile_commands.json ## clang-tidy over the sources, shellcheck over the scripts
	@printf '%s\n' $(lint_src) | xargs -P $(JOBS) -n 1 clang-tidy --quiet -p . 2>/dev/null
	@git ls-files '*.sh' .ci/run | xargs -r shellcheck -x -S warning -e SC1111

cover: ## line coverage of the tests, in build/cover/report
	@tools/setup.sh cover
	@$(MAKE) -s --no-print-directory BUILD=build/cover CFLAGS='-O0 -g --coverage' \
	    scripts='$(filter-out %/lib.sh,$(wildcard tests/e2e/*.sh))' test-run
	@lcov --quiet --capture --directory build/cover --output-file build/cover/all.info
	@lcov --quiet --extract build/cover/all.info '*/core/*' '*/sync/*' '*/cli/*' \
	    --output-file build/cover/own.info
	@genhtml --quiet --output-directory build/cover/report build/cover/own.info
	@lcov --list build/cover/own.info

# of each language the folder in which man(1) looks for it
man_en = $(DESTDIR)$(PREFIX)/share/man
man_vi = $(DESTDIR)$(PREFIX)/share/man/vi
install: all man ## into DESTDIR and PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/terrace
	install -m 755 $(BUILD)/terrace $(DESTDIR)$(PREFIX)/bin/terrace
	install -m 644 README.md LICENSE CHANGELOG.md sync/FORMAT.md \
	    $(DESTDIR)$(PREFIX)/share/doc/terrace
	for mo in $(mo:$(BUILD)/locale/%=%); do \
	    install -d $(DESTDIR)$(PREFIX)/share/locale/$$(dirname $$mo); \
	    install -m 644 $(BUILD)/locale/$$mo $(DESTDIR)$(PREFIX)/share/locale/$$mo; done
	install -d $(foreach d,$(man_en) $(man_vi),$(d)/man1 $(d)/man7)
	install -m 644 $(BUILD)/man/en/*.1 $(man_en)/man1
	install -m 644 $(BUILD)/man/en/*.7 $(man_en)/man7
	install -m 644 $(BUILD)/man/vi/*.1 $(man_vi)/man1
	install -m 644 $(BUILD)/man/vi/*.7 $(man_vi)/man7

uninstall: ## take it out again
	rm -f $(DESTDIR)$(PREFIX)/bin/terrace
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/terrace
	rm -f $(foreach d,$(man_en) $(man_vi),$(d)/man1/terrace.1 $(d)/man1/terrace-*.1 \
	    $(d)/man7/terrace-kinds.7)
	rm -f $(mo:$(BUILD)/%=$(DESTDIR)$(PREFIX)/share/%)

dist: ## the committed tree as dist/terrace-VERSION.tar.gz
	@mkdir -p dist
	git archive --prefix=terrace-$(VERSION)/ -o dist/terrace-$(VERSION).tar.gz HEAD

compile_commands.json: Makefile $(all_src) ## for editors and language servers
	@{ printf '['; sep=''; for f in $(all_src); do \
	    printf '%s\n{"directory":"%s","file":"%s","command":"%s"}' "$$sep" '$(CURDIR)' "$$f" \
	        '$(subst ",\\\",$(CC) $(ALL_CFLAGS) $(subst ',,$(CPPFLAGS)) $(INCS)) -c '"$$f"; \
	    sep=','; done; printf '\n]\n'; } > $@

setup: ## install what building and testing need, when it may
	@tools/setup.sh

setup-check:
	@tools/setup.sh check

clean: ## remove everything built
	rm -rf build dist terrace compile_commands.json

help: ## this list
	@awk -F ':.*## ' '/^[a-z_.-]+:.*## / { printf "%-22s %s\n", $$1, $$2 }' Makefile

.PHONY: all man test check demo test-build test-run unit asan ubsan tsan valgrind sealed fuzz fuzz-run bench tidy \
        format lint cover install uninstall dist setup setup-check clean help

-include $(all_src:%.c=$(BUILD)/%.d)
