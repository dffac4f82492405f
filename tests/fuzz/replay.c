/* Runs a fuzz target over its corpus without libFuzzer: over the files and directories given, or
 * over tests/fuzz/corpus/NAME for a program called NAME_fuzz. One TAP line for each file. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES (1u << 20)

static size_t done;

/* A crash ends the program, so whoever gets to the "ok" line passed. */
static int replay_file(const char *path)
{
    int result = 1;
    uint8_t *bytes = NULL;
    uint8_t *exact = NULL;
    FILE *file = fopen(path, "rb");
    if (!file) {
        goto done;
    }
    bytes = malloc(FILE_MAX_BYTES);
    if (!bytes) {
        goto done;
    }
    size_t len = fread(bytes, 1, FILE_MAX_BYTES, file);
    /* a block of exactly this size, so that a sanitizer sees a read beyond the end */
    exact = malloc(len ? len : 1);
    if (!exact || ferror(file)) {
        goto done;
    }
    memcpy(exact, bytes, len);
    (void)LLVMFuzzerTestOneInput(exact, len);
    const char *name = strrchr(path, '/');
    printf("ok %zu - %s\n", ++done, name ? name + 1 : path);
    result = 0;
done:
    if (result) {
        printf("not ok %zu - cannot read %s\n", ++done, path);
    }
    if (file) {
        (void)fclose(file);
    }
    free(bytes);
    free(exact);
    return result;
}

static int replay(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir) {
        return replay_file(path);
    }
    int result = 0;
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char file[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        result |= replay_file(file);
    }
    (void)closedir(dir);
    return result;
}

int main(int argc, char **argv)
{
    int result = 0;
    for (int i = 1; i < argc; i++) {
        result |= replay(argv[i]);
    }
    if (argc == 1) {
        const char *name = strrchr(argv[0], '/');
        name = name ? name + 1 : argv[0];
        const char *source = getenv("TERRACE_SOURCE");
        size_t len = strlen(name) > 5 ? strlen(name) - 5 : 0; /* without "_fuzz" */
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%.*s", source ? source : ".",
                       (int)len, name);
        result = replay(path);
    }
    if (done == 0) {
        printf("not ok 1 - the corpus is empty\n");
        result = 1;
    }
    printf("1..%zu\n", done ? done : 1);
    return result;
}
