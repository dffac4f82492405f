/* The life of the branches: meetings and works with who came, plans and what is in them. */
#include "tools/workload.h"

#include <string.h>

struct theme {
    const char *type, *title, *topic, *resolution;
};
static const struct theme themes[] = {
    {"meeting", "Sinh hoạt chi đoàn", "Nghị quyết của Đoàn",
     "Duy trì sinh hoạt đều, đóng đoàn phí đúng hạn"},
    {"meeting", "Sinh hoạt chi đoàn thường kỳ", "Phát triển kinh tế",
     "Giới thiệu hộ thanh niên vay vốn"},
    {"thematic", "Tuyên truyền phòng, chống tảo hôn", "Tảo hôn và hôn nhân cận huyết",
     "Các đoàn viên ký cam kết"},
    {"thematic", "Tìm hiểu Luật Hôn nhân và gia đình", "Luật Hôn nhân và gia đình",
     "Phổ biến tới từng hộ trong thôn"},
    {"thematic", "Vận động học sinh ra lớp", "Vận động học sinh ra lớp",
     "Phân công đoàn viên giúp từng em"},
    {"thematic", "Phòng, chống ma tuý và tệ nạn xã hội", "Phòng, chống tệ nạn xã hội",
     "Báo tin kịp thời cho công an xã"},
    {"volunteer", "Vệ sinh đường làng, ngõ xóm", "Môi trường", "Giữ đoạn đường thanh niên tự quản"},
    {"volunteer", "Hiến máu tình nguyện", "Hiến máu", "Lập danh sách đăng ký đợt sau"},
    {"youth-work", "Thắp sáng đường quê", "Nông thôn mới", "Bàn giao cho thôn quản lý"},
    {"youth-work", "Trồng rừng thanh niên", "Môi trường", "Chăm sóc cây hai lần trong năm"},
    {"campaign", "Mùa hè xanh", "Nông thôn mới", "Hoàn thành phần việc được giao"},
    {"arts", "Giao lưu văn nghệ", "Bản sắc văn hoá dân tộc", "Thành lập đội văn nghệ của thôn"},
    {"sport", "Giải bóng chuyền thanh niên", "Rèn luyện sức khoẻ", "Duy trì tập luyện hằng tuần"},
};
static const char *const agendas[] = {"Thông tin thời sự",
                                      "Tiểu phẩm",
                                      "Kể chuyện",
                                      "Hát tập thể",
                                      "Đố vui",
                                      "Toạ đàm",
                                      "Góp ý cho đoàn viên",
                                      "Kết nạp đoàn viên",
                                      "Bình xét đoàn viên ưu tú",
                                      "Giới thiệu mô hình hay"};
static const char *const venues[] = {"Nhà văn hoá %s", "Nhà văn hoá %s",         "Nhà văn hoá %s",
                                     "Điểm trường %s", "Nhà bí thư chi đoàn %s", "Sân thể thao %s"};
static const char *const remarks[] = {"Không khí sôi nổi",
                                      "Trời mưa, một số đoàn viên đến muộn",
                                      "Có đại diện cấp uỷ dự",
                                      "Đoàn viên tham gia phát biểu nhiều",
                                      "Cần chuẩn bị nội dung kỹ hơn",
                                      "Bà con trong thôn cùng tham gia"};

static const char *const offices[] = {"bí thư chi bộ",      "trưởng thôn",  "bí thư đoàn xã",
                                      "phó bí thư đoàn xã", "công an viên", "hiệu trưởng"};
static const char *const verbs[] = {"giúp", "vận động", "rà soát", "giao chi đoàn hoàn thành",
                                    "đăng ký"};
static const char *const verbs_past[] = {"Đã giúp", "Đã vận động", "Đã rà soát", "Đã làm xong"};
static const char *const things[] = {"hộ nghèo", "thanh niên",  "công làm đường", "mét kênh mương",
                                     "cây quế",  "em học sinh", "suất quà",       "lượt đoàn viên"};

/* Draws `want` members of the branch entered by that week, readier ones more often. Returns how
 * many there were to draw. */
static unsigned draw(struct commune *c, const struct branch *b, unsigned week, unsigned want,
                     unsigned *out, unsigned size, const unsigned *but, unsigned but_count)
{
    unsigned pool[1024];
    unsigned pool_count = 0;
    unsigned got = 0;
    for (unsigned i = 0; i < b->member_count && pool_count < 1024; i++) {
        bool taken = c->people[b->members[i]].week > week;
        for (unsigned k = 0; k < but_count && !taken; k++) {
            taken = but[k] == b->members[i];
        }
        if (!taken) {
            pool[pool_count++] = b->members[i];
        }
    }
    while (got < want && got < size && pool_count > 0) {
        unsigned i = rng_below(&c->rng, pool_count);
        if (rng_below(&c->rng, 100) < c->people[pool[i]].zeal) {
            out[got++] = pool[i];
            pool[i] = pool[--pool_count];
        }
    }
    return got;
}

/* `due` attendances are still to be given to this and the meetings after it. */
static unsigned meeting_fill(struct commune *c, struct meeting *m, unsigned due)
{
    const struct branch *b = &c->branches[m->branch];
    unsigned excused = due > 4 ? rng_below(&c->rng, due / 5 + 1) : 0;
    m->order = rng_next(&c->rng);
    m->present_count = draw(c, b, m->week, due - excused, m->present,
                            sizeof(m->present) / sizeof(m->present[0]), NULL, 0);
    m->excused_count =
        draw(c, b, m->week, excused, m->excused, sizeof(m->excused) / sizeof(m->excused[0]),
             m->present, m->present_count);
    m->chair = m->present_count > 0 ? m->present[0] : 0;
    return m->present_count + m->excused_count;
}

void meetings_fill(struct commune *c)
{
    const struct options *o = c->options;
    unsigned given = 0;
    unsigned branches = o->branches > 0 ? o->branches : 1;
    unsigned each = (c->meeting_count + branches - 1) / branches;
    for (unsigned i = 0; i < c->meeting_count; i++) {
        struct meeting *m = &c->meetings[i];
        m->branch = i % branches;
        unsigned turn = i / branches;
        unsigned first = c->branches[m->branch].first_week;
        unsigned span = WORKLOAD_WEEKS - first;
        m->week = first + (turn * span + rng_below(&c->rng, span)) / (each > 0 ? each : 1);
        m->week = m->week < WORKLOAD_WEEKS ? m->week : WORKLOAD_WEEKS - 1;
        m->date = FIRST_DAY + 7 * (long)m->week + (long)rng_below(&c->rng, 7);
        uint64_t by_now = (uint64_t)o->attendances * (i + 1) / c->meeting_count;
        unsigned due = by_now > given ? (unsigned)by_now - given : 0;
        /* more or less than that, evened out by the ones that follow */
        bool last = i + 1 == c->meeting_count;
        given += meeting_fill(c, m, last ? due : due / 2 + rng_below(&c->rng, due + 1));
    }
}

/* What a secretary writes down: phrases everybody uses, with the figures and people of the day. */
static void minutes_write(struct commune *c, const struct branch *b, const struct theme *t,
                          FILE *out)
{
    struct rng *r = &c->rng;
    if (rng_percent(r, 50)) {
        char guest[96];
        person_name(r, b->main_people, rng_percent(r, 30), guest, sizeof(guest));
        fprintf(out, ",\"guests\":\"%s, %s\"", guest, PICK(r, offices));
    }
    fprintf(out, ",\"resolution\":\"%s; %s %u %s trước ngày %u/%u\"", t->resolution, PICK(r, verbs),
            2 + rng_below(r, 60), PICK(r, things), 1 + rng_below(r, 28), 1 + rng_below(r, 12));
    if (rng_percent(r, 70)) {
        fprintf(out, ",\"summary\":\"%s. %s %u %s\"", PICK(r, remarks), PICK(r, verbs_past),
                2 + rng_below(r, 90), PICK(r, things));
    }
    if (rng_percent(r, 30)) {
        fprintf(out, ",\"location\":\"21.%05u,104.%05u\"", 55000 + rng_below(r, 9000),
                80000 + rng_below(r, 9000));
    }
}

void meeting_write(struct commune *c, const struct meeting *m, FILE *out)
{
    struct rng *r = &c->rng;
    const struct branch *b = &c->branches[m->branch];
    const struct theme *t = rng_percent(r, 45) ? &themes[rng_below(r, 2)] : &PICK(r, themes);
    struct day d = day_from_number(m->date);
    fprintf(out, "{\"ext_id\":\"a-%s-%u\",\"unit\":\"%s\",\"type\":\"%s\"", c->place.code,
            m->number, b->code, t->type);
    if (strcmp(t->type, "meeting") == 0) {
        fprintf(out, ",\"title\":\"%s tháng %d/%d\"", t->title, d.m, d.y);
    } else {
        fprintf(out, ",\"title\":\"%s\"", t->title);
    }
    fprintf(out, ",\"date\":\"%04d-%02d-%02d\",\"place\":\"", d.y, d.m, d.d);
    const char *venue = PICK(r, venues);
    const char *gap = strstr(venue, "%s");
    fprintf(out, "%.*s%s\"", (int)(gap - venue), venue, b->village);
    if (m->present_count > 0) {
        fprintf(out, ",\"chair\":\"m-%s-%u\"", c->place.code, c->people[m->chair].number);
    }
    unsigned first = rng_below(r, 10);
    fprintf(out, ",\"agenda\":[\"%s\"", agendas[first]);
    if (rng_percent(r, 60)) {
        fprintf(out, ",\"%s\"", agendas[(first + 1 + rng_below(r, 9)) % 10]);
    }
    fprintf(out, "],\"topics\":[\"%s\"]", t->topic);
    fputs(",\"present\":[", out);
    for (unsigned i = 0; i < m->present_count; i++) {
        fprintf(out, "%s\"m-%s-%u\"", i ? "," : "", c->place.code, c->people[m->present[i]].number);
    }
    fputs("],\"excused\":[", out);
    for (unsigned i = 0; i < m->excused_count; i++) {
        fprintf(out, "%s\"m-%s-%u\"", i ? "," : "", c->place.code, c->people[m->excused[i]].number);
    }
    fputc(']', out);
    minutes_write(c, b, t, out);
    if (strcmp(t->type, "volunteer") == 0 || strcmp(t->type, "youth-work") == 0) {
        fprintf(out, ",\"workdays\":%u,\"value\":%u", m->present_count,
                100000 * (5 + rng_below(r, 100)));
    }
    fputs(",\"status\":\"minuted\"}\n", out);
}

void meetings_month(struct commune *c, unsigned count, unsigned attendances, FILE *out)
{
    unsigned given = 0;
    for (unsigned i = 0; i < count; i++) {
        struct meeting m = {.branch = (i * 7) % c->options->branches,
                            .number = c->meeting_count + i + 1,
                            .week = WORKLOAD_WEEKS,
                            .date = FIRST_DAY + 7 * WORKLOAD_WEEKS + (long)rng_below(&c->rng, 28)};
        given += meeting_fill(c, &m, attendances * (i + 1) / count - given);
        meeting_write(c, &m, out);
    }
}

void plans_write(struct commune *c, FILE *plans, FILE *items)
{
    static const char *const tasks[] = {
        "Tổ chức sinh hoạt chi đoàn",  "Ra quân ngày thứ Bảy tình nguyện",
        "Rà soát danh sách đoàn viên", "Bồi dưỡng thanh niên ưu tú",
        "Phát triển đoàn viên mới",    "Giúp hộ nghèo sửa nhà",
        "Tập huấn cán bộ đoàn",        "Kiểm tra việc thu nộp đoàn phí"};
    static const char *const states[] = {"todo", "doing", "done", "late"};
    struct rng *r = &c->rng;
    unsigned item = 0;
    for (unsigned i = 0; i < c->options->plans; i++) {
        struct day d = day_from_number(FIRST_DAY + 546 + 30 * (long)i);
        fprintf(plans,
                "{\"ext_id\":\"p-%s-%u\",\"unit\":\"%s\",\"title\":\"Chương trình công tác tháng "
                "%d/%d\",\"period\":\"month\",\"month\":\"%04d-%02d\",\"status\":\"approved\"}\n",
                c->place.code, i + 1, c->place.code, d.m, d.y, d.y, d.m);
        unsigned count = 4 + rng_below(r, 5);
        for (unsigned k = 0; k < count; k++) {
            fprintf(items,
                    "{\"ext_id\":\"i-%s-%u\",\"unit\":\"%s\",\"task\":\"%s\",\"plan\":\"p-%s-%u\","
                    "\"owner\":\"%s\",\"due\":\"%04d-%02d-%02u\",\"status\":\"%s\"}\n",
                    c->place.code, ++item, c->place.code, tasks[(i + k) % 8], c->place.code, i + 1,
                    c->people_count > 0 ? c->people[rng_below(r, c->people_count)].name : "Bí thư",
                    d.y, d.m, 1 + rng_below(r, 28), PICK(r, states));
        }
    }
}
