/* Settings of a store: one table. */
#ifndef TERRACE_CLI_SETTINGS_H
#define TERRACE_CLI_SETTINGS_H

#include "core/store.h"

struct setting {
    const char *key;
    const char *fallback; /* "" = none */
    const char *help;
    enum err (*check)(const char *value);
};
const struct setting *setting_at(size_t index); /* NULL past the end */
const struct setting *setting_find(const char *key);
/* As set, else the fallback; in the arena. */
enum err setting_get(struct txn *t, const struct setting *s, struct arena *arena,
                     const char **out) MUST_USE;
/* "" takes the setting away. */
enum err setting_put(struct txn *t, const struct setting *s, const char *value) MUST_USE;
/* ERR_INPUT when it is not http://… or https://… */
enum err setting_check_url(const char *value) MUST_USE;
/* HOST:PORT with a port there is. ERR_INPUT. */
enum err setting_check_listen(const char *v) MUST_USE;
/* From now on https is checked against the setting `ca_file`. ERR_INPUT when there is no such file.
 */
enum err setting_trust(struct store *s) MUST_USE;
/* The setting `lang`, "" when there is none or it cannot be read now. */
void settings_lang(struct store *s, char out[8]);

#endif
