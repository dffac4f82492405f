/* The user's language, without any locale that would have to be installed. */
#include "cli/cli.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef TERRACE_LOCALE_DIR
#define TERRACE_LOCALE_DIR "/usr/local/share/locale"
#endif
#define DOMAIN_NAME "terrace"
#define PATH_BYTES 4096

static bool begins_vi(const char *s)
{
    return s && strncmp(s, "vi", 2) == 0;
}

static const char *known(const char *s)
{
    return begins_vi(s) ? "vi" : (s && strncmp(s, "en", 2) == 0) ? "en" : NULL;
}

const char *lang_choose(const char *option, const char *setting)
{
    const char *wishes[] = {option, getenv("TERRACE_LANG"), setting};
    for (size_t i = 0; i < ARRAY_COUNT(wishes); i++) {
        if (known(wishes[i])) {
            return known(wishes[i]);
        }
    }
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const char *v = getenv(names[i]);
        if (v && *v) {
            return begins_vi(v) ? "vi" : "en";
        }
    }
    return "en";
}

static bool has_catalogue(const char *dir)
{
    char path[PATH_BYTES];
    int n = snprintf(path, sizeof(path), "%s/vi/LC_MESSAGES/" DOMAIN_NAME ".mo", dir);
    return n > 0 && (size_t)n < sizeof(path) && access(path, R_OK) == 0;
}

/* $TERRACE_LOCALEDIR; beside the program, where make leaves it; where install puts it. */
static const char *catalogue_dir(char out[PATH_BYTES])
{
    static const char *const beside[] = {"build/locale", "locale", "../share/locale"};
    const char *wish = getenv("TERRACE_LOCALEDIR");
    if (wish && *wish) {
        return wish;
    }
    char self[PATH_BYTES / 2];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash) {
        *slash = '\0';
    }
    for (size_t i = 0; slash && i < ARRAY_COUNT(beside); i++) {
        (void)snprintf(out, PATH_BYTES, "%s/%s", self, beside[i]);
        if (has_catalogue(out)) {
            return out;
        }
    }
    return TERRACE_LOCALE_DIR;
}

void lang_use(const char *lang)
{
    char path[PATH_BYTES];
    static const char *const locales[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};
    /* under "C" gettext looks at no catalogue at all */
    for (size_t i = 0; i < ARRAY_COUNT(locales) && !setlocale(LC_MESSAGES, locales[i]); i++) {
    }
    (void)setenv("LANGUAGE", lang, 1);
    (void)bindtextdomain(DOMAIN_NAME, catalogue_dir(path));
    (void)bind_textdomain_codeset(DOMAIN_NAME, "UTF-8");
    (void)bind_textdomain_codeset("libc", "UTF-8"); /* what strerror says, too */
    (void)textdomain(DOMAIN_NAME);
}
