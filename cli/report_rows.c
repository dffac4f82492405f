/* For programs: JSON lines and .csv, the same rows in both. */
#include "cli/json.h"
#include "cli/report.h"
#include "cli/row.h"

/* JSON numbers have a point whatever the language; jansson is not needed for one decimal. */
static void emit_figure(const struct report_view *v, const char *key, struct figure f,
                        struct buf *out)
{
    emit_key(out, key);
    if (!f.known) {
        emit_null(out);
    } else if (f.tenths % 10 == 0) {
        emit_int(out, f.tenths / 10);
    } else {
        buf_add_str(out, figure_text(f, v->arena));
    }
}

void report_put_json(const struct report_view *v, struct buf *out)
{
    const struct report_result *r = &v->result;
    for (size_t i = 0; i < r->row_count; i++) {
        const struct report_row *row = &r->rows[i];
        emit_open(out, '{');
        emit_key(out, "unit_code");
        emit_text(out, r->unit.code);
        emit_key(out, "period");
        emit_text(out, slice_str(r->period.text));
        emit_key(out, "measure");
        emit_text(out, row->id);
        emit_figure(v, "value", row->value, out);
        emit_figure(v, "previous", row->previous, out);
        emit_figure(v, "siblings", row->siblings, out);
        if (row->adjusted && !row->frozen.known) {
            emit_key(out, "adjusted");
            emit_bool(out, true);
        } else {
            emit_figure(v, "adjusted", row->adjusted ? row->frozen : (struct figure){false, 0},
                        out);
        }
        emit_close(out, '}');
        buf_add_byte(out, '\n');
    }
}

static void put_cell(const struct report_view *v, struct figure f, struct buf *out)
{
    buf_printf(out, ",%s", figure_text(f, v->arena));
}

void report_put_csv(const struct report_view *v, struct buf *out)
{
    const struct report_result *r = &v->result;
    buf_add_str(out, "unit_code,period,measure,label,value,previous,siblings,adjusted\n");
    for (size_t i = 0; i < r->row_count; i++) {
        const struct report_row *row = &r->rows[i];
        csv_put(out, r->unit.code);
        buf_printf(out, ",%s,", r->period.text);
        csv_put(out, row->id);
        buf_add_byte(out, ',');
        csv_put(out, slice_str(report_label(v, row)));
        put_cell(v, row->value, out);
        put_cell(v, row->previous, out);
        put_cell(v, row->siblings, out);
        if (row->adjusted && !row->frozen.known) {
            buf_add_str(out, ",true");
        } else {
            put_cell(v, row->adjusted ? row->frozen : (struct figure){false, 0}, out);
        }
        buf_add_byte(out, '\n');
    }
}
