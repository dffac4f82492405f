#include "cli/secret.h"

#include "core/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = number;
}

/* One line without echo. Whatever ends it, the terminal is as it was. */
static enum err read_hidden(int fd, char *line, size_t size)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    struct sigaction act = {.sa_handler = on_signal}, old[ARRAY_COUNT(signals)];
    struct termios shown, hidden;
    size_t len = 0;
    bool good = true;
    if (tcgetattr(fd, &shown) != 0) {
        return error_set(ERR_IO, _("the terminal cannot be read"));
    }
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    interrupted = 0;
    (void)sigemptyset(&act.sa_mask);
    for (size_t i = 0; i < ARRAY_COUNT(signals); i++) {
        (void)sigaction(signals[i], &act, &old[i]);
    }
    (void)tcsetattr(fd, TCSAFLUSH, &hidden);
    for (char c = 0; good && c != '\n';) {
        good = read(fd, &c, 1) == 1 && !interrupted;
        if (good && c != '\n' && len + 1 < size) {
            line[len++] = c;
        }
    }
    line[len] = '\0';
    (void)tcsetattr(fd, TCSAFLUSH, &shown);
    for (size_t i = 0; i < ARRAY_COUNT(signals); i++) {
        (void)sigaction(signals[i], &old[i], NULL);
    }
    (void)fputc('\n', stderr);
    if (interrupted) {
        (void)raise(interrupted);
    }
    return good ? ERR_OK : error_set(ERR_INPUT, _("no passphrase was given; nothing was changed"));
}

/* ERR_SEALED when nobody is there: with stderr elsewhere, the question would not be seen. */
static enum err ask(const char *question, struct secret *out)
{
    char line[SECRET_MAX_BYTES + 2] = {0};
    int fd = isatty(STDERR_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;
    if (fd < 0) {
        return ERR_SEALED;
    }
    (void)fprintf(stderr, "%s: ", question);
    (void)fflush(stderr);
    enum err e = read_hidden(fd, line, sizeof(line));
    (void)close(fd);
    e = e ? e : secret_passphrase(line, out);
    crypto_wipe(line, sizeof(line));
    return e;
}

enum err cli_secret(void *ctx, const char *dir, bool takes_key, struct secret *out)
{
    struct cli *c = ctx;
    const char *file = c->args.value[OPT_KEY_FILE];
    char question[512];
    *out = (struct secret){0};
    if (c->no_secret) { /* a key file costs neither an answer nor a tenth of a second */
        file = file ? file : getenv("TERRACE_KEY_FILE");
        return file && *file && takes_key ? secret_key_read(file, out) : ERR_SEALED;
    }
    if (file && !c->new_key_file) {
        return takes_key ? secret_key_read(file, out)
                         : error_set(ERR_SEALED, _("this store takes no key file; give its "
                                                   "passphrase"));
    }
    enum err e = secret_from_variables(dir, takes_key, out);
    if (e != ERR_SEALED) {
        return e;
    }
    struct error_detail why = *error_last();
    (void)snprintf(question, sizeof(question), _("Passphrase of the store in %.300s"), dir);
    e = ask(question, out);
    return e == ERR_SEALED ? error_set(ERR_SEALED, "%s", why.text) : e;
}

enum err cli_new_passphrase(const char *variable, struct secret *out)
{
    struct secret again = {0};
    const char *given = getenv(variable);
    enum err e = given && *given ? secret_passphrase(given, out) : ERR_SEALED;
    if (e == ERR_SEALED) {
        e = ask(_("New passphrase. Write it down and lock it away: without it nobody can read the "
                  "store"),
                out);
        e = e ? e : secret_is_strong(out);
        e = e ? e : ask(_("The same again"), &again);
        if (e == ERR_OK &&
            (again.len != out->len || !crypto_equal(again.bytes, out->bytes, sizeof(out->bytes)))) {
            e = error_set(ERR_INPUT, _("the two were not the same; nothing was changed"));
        }
    }
    secret_wipe(&again);
    if (e == ERR_SEALED) {
        e = error_set(ERR_INPUT, _("a new passphrase is asked for on a terminal, or taken from %s"),
                      variable);
    }
    return e ? e : secret_is_strong(out);
}

enum err cli_seal_new(struct cli *c)
{
    const char *file = c->args.value[OPT_KEY_FILE];
    if (!file || !*file) {
        file = getenv("TERRACE_KEY_FILE");
    }
    TRY(cli_new_passphrase("TERRACE_PASSPHRASE", &c->passphrase));
    c->sealing.passphrase = &c->passphrase;
    if (file && *file) {
        TRY(secret_key_make(file, &c->key));
        c->sealing.key = &c->key;
    }
    c->env.sealing = &c->sealing;
    return ERR_OK;
}

void cli_secret_end(struct cli *c)
{
    c->env.sealing = NULL;
    secret_wipe(&c->passphrase);
    secret_wipe(&c->key);
}
