/* A fuzz target is LLVMFuzzerTestOneInput in NAME_fuzz.c. Linked with -fsanitize=fuzzer it fuzzes;
 * linked with replay.c it runs once for each file given, or in a directory given. */
#ifndef TERRACE_TESTS_FUZZ_FUZZ_H
#define TERRACE_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
