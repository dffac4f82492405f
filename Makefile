# Terrace. `make help` lists the targets.
CC ?= cc
BUILD ?= build
PKGS = lmdb msgpack libcurl zlib libmicrohttpd libsodium libutf8proc jansson popt
WARN = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Wvla -Wstrict-prototypes \
       -Wmissing-prototypes -Wwrite-strings -Wformat=2
CFLAGS ?= -O2 -g
CPPFLAGS += -I. -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700
ALL_CFLAGS = -std=c11 $(WARN) $(if $(CI),-Werror) $(CFLAGS)
LIBS = $(shell pkg-config --libs $(PKGS)) -lcsv
INCS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)

core_src := $(wildcard core/*.c)
sync_src := $(wildcard sync/*.c)
cli_src := $(wildcard cli/*.c)
lib_obj := $(patsubst %.c,$(BUILD)/%.o,$(core_src) $(sync_src))
cli_obj := $(patsubst %.c,$(BUILD)/%.o,$(cli_src))
unit_src := $(wildcard tests/unit/*_test.c)
unit_bin := $(patsubst %.c,$(BUILD)/%,$(unit_src))

all: terrace

terrace: $(cli_obj) $(BUILD)/libterrace.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libterrace.a: $(lib_obj)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(CPPFLAGS) $(INCS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/libterrace.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(CPPFLAGS) $(INCS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libterrace.a $(LIBS) -lcmocka

unit: $(unit_bin)
	@set -e; for t in $(unit_bin); do $$t; done

clean:
	rm -rf $(BUILD) terrace

.PHONY: all unit clean
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
