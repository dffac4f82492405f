/* liblmdb trusts the bytes of its file: torn pages can lead it outside the map, and there is no
 * error for that, only a signal. The file was written by the last good commit and is not touched by
 * ending here; so the user is told, with the status of a damaged store, instead of a crash. */
#include "cli/cli.h"
#include "cli/json.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define STATUS_DAMAGED 6

static char line[1024]; /* made beforehand: a signal handler may hardly do anything */
static size_t line_len;

static void on_fault(int number)
{
    (void)number;
    if (write(STDERR_FILENO, line, line_len) < 0) {
        _exit(STATUS_DAMAGED);
    }
    _exit(STATUS_DAMAGED);
}

void fault_guard(struct cli *c)
{
    const char *text = _("the store's file is damaged beyond what can be read. Nothing more is "
                         "written to it. Keep it, and let an officer look at it before anything "
                         "else");
    struct buf b = {0};
    if (c->json) {
        emit_open(&b, '{');
        emit_put_text(&b, "error", slice_str(error_word(ERR_DAMAGED)));
        emit_put_int(&b, "exit", STATUS_DAMAGED);
        emit_put_text(&b, "message", slice_str(text));
        emit_close(&b, '}');
        buf_add_byte(&b, '\n');
    } else {
        buf_printf(&b, "terrace: %s\n", text);
    }
    line_len = b.len < sizeof(line) ? b.len : sizeof(line);
    memcpy(line, b.ptr, line_len);
    buf_free(&b);
    struct sigaction act = {.sa_handler = on_fault};
    (void)sigemptyset(&act.sa_mask);
    (void)sigaction(SIGSEGV, &act, NULL);
    (void)sigaction(SIGBUS, &act, NULL);
}
