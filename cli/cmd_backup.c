/* backup, restore, compact */
#include "cli/cmd.h"
#include "cli/json.h"
#include "core/store_backup.h"

static uint64_t kilobytes(const struct backup_report *r)
{
    return (r->bytes + 1023) / 1024;
}

static void put_report(struct cli *c, const struct backup_report *r)
{
    emit_open(&c->out, '{');
    emit_put_text(&c->out, "path", slice_str(r->path));
    emit_put_int(&c->out, "bytes", (int64_t)r->bytes);
    emit_put_int(&c->out, "records", (int64_t)r->records);
    emit_key(&c->out, "verified");
    buf_add_str(&c->out, "true");
    emit_close(&c->out, '}');
    buf_add_byte(&c->out, '\n');
}

enum err cmd_backup(struct cli *c)
{
    struct backup_report report;
    int64_t keep = 0;
    TRY(args_number(&c->args, OPT_KEEP, 1, 100000, 0, &keep));
    TRY(store_backup(c->store, c->args.words[0], (size_t)keep, &report));
    if (c->json) {
        put_report(c, &report);
    } else {
        buf_printf(&c->out, _("%s: %llu records, %llu kB, every one verified.\n"), report.path,
                   (unsigned long long)report.records, (unsigned long long)kilobytes(&report));
    }
    TRY(cli_flush(c));
    cli_say(c, _("It holds this computer's secret key: keep it where only you can read it. "
                 "terrace -C NEW_FOLDER restore FOLDER brings it back."));
    return ERR_OK;
}

enum err cmd_restore(struct cli *c)
{
    struct restore_report report;
    char actor[DOT_TEXT_SIZE];
    TRY(store_may_create(c->dir));
    TRY(cli_make_parents(c));
    TRY(store_restore(&c->env, c->args.words[0], c->dir, &report));
    dot_format_actor(report.actor, actor);
    if (c->json) {
        emit_open(&c->out, '{');
        emit_put_text(&c->out, "actor", slice_str(actor));
        emit_put_int(&c->out, "records", (int64_t)report.records);
        emit_close(&c->out, '}');
        buf_add_byte(&c->out, '\n');
        return cli_flush(c);
    }
    buf_printf(&c->out, _("%llu records are back in %s, every one verified.\n"),
               (unsigned long long)report.records, c->dir);
    TRY(cli_flush(c));
    cli_say(c,
            _("It goes on under a new name (%s). terrace sync brings what it had since; what "
              "was never sent is lost with the old disk."),
            actor);
    return ERR_OK;
}

enum err cmd_compact(struct cli *c)
{
    struct backup_report report;
    TRY(store_compact(c->store, &report));
    if (c->json) {
        put_report(c, &report);
    } else {
        buf_printf(&c->out, _("%s: %llu records, now %llu kB.\n"), report.path,
                   (unsigned long long)report.records, (unsigned long long)kilobytes(&report));
    }
    return cli_flush(c);
}
