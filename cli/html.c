#include "cli/html.h"

#include <stdarg.h>
#include <stdio.h>

/* Margins as official letters have them (30 mm where the sheet is bound). */
static const char style[] =
    "*{box-sizing:border-box}\n"
    "html{background:#fff;color:#000}\n"
    "body{margin:0;font:13pt/1.35 'Times New Roman',Tinos,'Liberation Serif','Noto Serif',"
    "'DejaVu Serif',serif}\n"
    "p{margin:0 0 1.5mm}\n"
    "h1,h2,h3,.title{font-size:14pt;line-height:1.3;margin:5mm 0 2mm;text-align:center;"
    "font-weight:bold;break-after:avoid}\n"
    "h2{font-size:13pt;text-align:left;margin:4mm 0 1.5mm}\n"
    "h3{font-size:13pt;text-align:left;font-style:italic;margin:3mm 0 1mm}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{padding:.8mm 1.5mm;vertical-align:top;text-align:left;overflow-wrap:anywhere;"
    "unicode-bidi:isolate}\n"
    "table.grid{margin:1mm 0 3mm;font-size:11.5pt;line-height:1.25}\n"
    "table.grid th,table.grid td{border:.25mm solid #000}\n"
    "table.grid th{text-align:center;vertical-align:middle;overflow-wrap:normal}\n"
    "thead{display:table-header-group}\n"
    "tr,.whole{break-inside:avoid}\n"
    "th.num,td.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    ".mid,table.grid td.mid{text-align:center}\n"
    "td.mid{white-space:nowrap}\n"
    ".sub{text-align:center;margin-bottom:3mm}\n"
    ".small{font-size:11pt}\n"
    ".bold{font-weight:bold}\n"
    ".text{white-space:pre-line;overflow-wrap:anywhere}\n"
    ".text{margin:0 0 1.2mm}\n"
    "p,.text,.title,h1,h2,h3{unicode-bidi:isolate}\n"
    ".page{break-before:page}\n"
    ".page:first-child{break-before:auto}\n"
    "@media screen{body{max-width:180mm;margin:10mm auto;padding:0 5mm}}\n"
    "@media print{.screen{display:none}}\n";

void html_open(struct buf *out, const char *lang, enum html_paper paper, struct slice title)
{
    html_open_styled(out, lang, paper, title, "");
}

void html_open_styled(struct buf *out, const char *lang, enum html_paper paper, struct slice title,
                      const char *rules)
{
    buf_add_str(out, "<!DOCTYPE html>\n<html lang=\"");
    html_text(out, slice_str(lang));
    buf_add_str(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    html_text(out, title);
    buf_add_str(out, "</title>\n<style>\n");
    buf_add_str(out, paper == HTML_LANDSCAPE ? "@page{size:A4 landscape;margin:15mm 12mm}\n"
                                             : "@page{size:A4;margin:20mm 15mm 20mm 30mm}\n");
    buf_add_str(out, style);
    buf_add_str(out, paper == HTML_LANDSCAPE ? "@media screen{body{max-width:273mm}}\n" : "");
    buf_add_str(out, rules);
    buf_add_str(out, "</style>\n</head>\n<body>\n");
}

void html_close(struct buf *out)
{
    buf_add_str(out, "</body>\n</html>\n");
}

/* Bytes of the character here that must not reach the page; 0 when it may. */
static size_t unwanted(const uint8_t *p, size_t left)
{
    if (p[0] < 0x20 || p[0] == 0x7f) {
        return p[0] == '\n' ? 0 : 1;
    }
    if (left >= 2 && p[0] == 0xc2 && p[1] < 0xa0) { /* U+0080 to U+009F */
        return 2;
    }
    if (left >= 2 && p[0] == 0xd8 && p[1] == 0x9c) { /* U+061C */
        return 2;
    }
    if (left < 3 || p[0] != 0xe2) {
        return 0;
    }
    bool marks = p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f);  /* U+200E, U+200F */
    bool turns = p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae;    /* U+202A to U+202E */
    bool isolates = p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9; /* U+2066 to U+2069 */
    return marks || turns || isolates ? 3 : 0;
}

void html_text(struct buf *out, struct slice s)
{
    for (size_t i = 0; i < s.len;) {
        size_t skip = unwanted(s.ptr + i, s.len - i);
        if (skip > 0) {
            i += skip;
            continue;
        }
        switch (s.ptr[i]) {
        case '&':
            buf_add_str(out, "&amp;");
            break;
        case '<':
            buf_add_str(out, "&lt;");
            break;
        case '>':
            buf_add_str(out, "&gt;");
            break;
        case '"':
            buf_add_str(out, "&quot;");
            break;
        case '\'':
            buf_add_str(out, "&#39;");
            break;
        default:
            buf_add_byte(out, s.ptr[i]);
        }
        i++;
    }
}

void html_printf(struct buf *out, const char *fmt, ...)
{
    struct buf text = {0};
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    CHECK(len >= 0);
    uint8_t *room = buf_grow(&text, (size_t)len + 1);
    va_start(args, fmt);
    (void)vsnprintf((char *)room, (size_t)len + 1, fmt, args);
    va_end(args);
    html_text(out, slice_make(text.ptr, (size_t)len));
    buf_free(&text);
}

void html_begin(struct buf *out, const char *tag, const char *class_name)
{
    if (class_name) {
        buf_printf(out, "<%s class=\"%s\">", tag, class_name);
    } else {
        buf_printf(out, "<%s>", tag);
    }
}

void html_end(struct buf *out, const char *tag)
{
    buf_printf(out, "</%s>\n", tag);
}

void html_put(struct buf *out, const char *tag, const char *class_name, struct slice text)
{
    html_begin(out, tag, class_name);
    html_text(out, text);
    html_end(out, tag);
}
