/* People with the names, places and papers that members in the mountains of Yên Bái have. */
#include "tools/workload.h"

#include <string.h>

static const char *const kinh_family[] = {
    "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Trần",  "Trần", "Lê",  "Lê",    "Phạm", "Phạm",
    "Hoàng",  "Vũ",     "Vũ",     "Đỗ",     "Bùi",   "Đặng", "Ngô", "Dương", "Đinh", "Phùng",
    "Trịnh",  "Mai",    "Đào",    "Đoàn",   "Lương", "Tạ",   "Tô",  "Hà",    "Cao",  "Chu"};
static const char *const tay_family[] = {
    "Hoàng", "Hoàng", "Hoàng", "Nông", "Nông", "Lương", "Hà",  "Ma",     "La",   "Vi",
    "Lý",    "Triệu", "Bế",    "Đàm",  "Lã",   "Hứa",   "Sầm", "Nguyễn", "Mông", "Phan"};
static const char *const dao_family[] = {"Triệu", "Triệu", "Đặng", "Đặng",  "Lý",
                                         "Lý",    "Bàn",   "Bàn",  "Phùng", "Hoàng",
                                         "Chảo",  "Tẩn",   "Phàn", "Trương"};
static const char *const hmong_family[] = {
    "Giàng", "Giàng", "Sùng",  "Vàng",  "Thào", "Thào", "Lý", "Mùa",   "Hờ",  "Cứ",
    "Hảng",  "Khang", "Chang", "Phàng", "Sồng", "Vừ",   "Lù", "Tráng", "Lầu", "Hạng"};
static const char *const thai_family[] = {"Lò",  "Lò",   "Lò",    "Hà", "Hà",   "Lường", "Hoàng",
                                          "Cầm", "Đồng", "Quàng", "Vì", "Tòng", "Cà",    "Điêu",
                                          "Sa",  "Bạc",  "Mè",    "Lừ", "Kha"};
static const char *const nung_family[] = {"Nông", "Lương", "Vi",   "Hoàng", "Lý",
                                          "Lục",  "Lù",    "Vàng", "Nùng",  "Tải"};
static const char *const muong_family[] = {"Đinh", "Hà", "Bùi", "Quách", "Hoàng", "Phùng", "Sa"};

static const char *const middle_m[] = {"Văn",   "Văn",   "Văn",  "Đức",  "Minh", "Quang", "Hữu",
                                       "Xuân",  "Thành", "Ngọc", "Anh",  "Tuấn", "Mạnh",  "Công",
                                       "Trung", "Duy",   "Việt", "Đình", "Tiến", "Hồng"};
static const char *const middle_f[] = {"Thị",     "Thị",      "Thị",      "Thị Thu",  "Thị Thanh",
                                       "Thị Kim", "Thị Hồng", "Thị Ngọc", "Thị Minh", "Thu",
                                       "Ngọc",    "Thanh",    "Phương",   "Khánh",    "Mai"};
static const char *const given_m[] = {
    "Hùng",  "Dũng",  "Tuấn",   "Nam",   "Sơn",   "Hải",  "Long",  "Hiếu",  "Trung", "Thắng",
    "Cường", "Quân",  "Huy",    "Hoàng", "Đạt",   "Kiên", "Linh",  "Phong", "Tùng",  "Thành",
    "Duy",   "Khánh", "Việt",   "Bình",  "Toàn",  "Vinh", "Đông",  "Lâm",   "Thái",  "Quyết",
    "Chiến", "Hưng",  "Trường", "Tú",    "Nghĩa", "Đức",  "Giang", "Hậu",   "Khải",  "Luân"};
static const char *const given_f[] = {
    "Hương", "Lan",  "Hoa",  "Mai",   "Linh",   "Trang", "Thảo",  "Hà",    "Hằng",   "Nga",
    "Thuỷ",  "Ngân", "Yến",  "Nhung", "Huyền",  "Quỳnh", "Hiền",  "Loan",  "Phượng", "Tuyết",
    "Ánh",   "Dung", "Vân",  "Thu",   "Hạnh",   "My",    "Chi",   "Uyên",  "Oanh",   "Nguyệt",
    "Thơm",  "Huệ",  "Liên", "Nhàn",  "Thương", "Xuân",  "Giang", "Quyên", "Bích",   "Đào"};
static const char *const dao_middle_m[] = {"Văn",    "Tài",  "Kim", "Quý",  "Phúc", "Tiến",
                                           "Nguyên", "Thừa", "Hữu", "Chòi", "Sành"};
static const char *const dao_middle_f[] = {"Thị", "Thị", "Mùi", "San", "Lở", "Tả"};
static const char *const dao_given_m[] = {"Kinh", "Vượng", "Phú",  "Hìn",   "Chiêu", "Phấu",
                                          "Quân", "Ton",   "Nhàn", "Hương", "Tiên",  "Vinh",
                                          "Long", "Chài",  "Lưu",  "Thắng", "Phin",  "Chán"};
static const char *const dao_given_f[] = {"Mùi",  "Pham", "Nái",    "Sếnh", "Chài", "Liều",
                                          "Mẩy",  "Khé",  "Lai",    "Ghển", "Coi",  "Tá",
                                          "Xuân", "Nhất", "Phượng", "Chản"};
static const char *const hmong_given_m[] = {
    "Dê",    "Của",  "Páo",   "Chu",  "Sử",   "Tủa", "Lồng",  "Dơ",   "Sùng",  "Nhà",  "Súa",
    "Chống", "Tồng", "Phình", "Ký",   "Hù",   "Lử",  "Chinh", "Sinh", "Tàng",  "Dính", "Say",
    "Câu",   "Chờ",  "Vảng",  "Khua", "Thái", "Nủ",  "Vừ",    "Lềnh", "Giống", "Trừ"};
static const char *const hmong_given_f[] = {
    "Dợ",  "Mỷ",   "Sua",  "Pàng", "Mo",  "Dở",   "Chía", "Xay", "Ca",  "Dua", "Máy", "Lù",
    "Sáo", "Cáng", "Vang", "Sông", "Chứ", "Khua", "Tang", "Lỳ",  "Say", "Dế",  "Mảy", "Blia"};
static const char *const thai_given_m[] = {"Ớn",    "Pâng", "Hặc",  "Inh",   "Thiêm",  "Chum",
                                           "Piềng", "Ích",  "Tiện", "Ngoan", "Phương", "Xuân",
                                           "Thuận", "Muôn", "Pản",  "Biên"};
static const char *const thai_given_f[] = {"Ẻn",    "Pành", "Khăm", "Lả",     "Ọi",   "Ín",
                                           "Thoan", "Hặc",  "Đôi",  "Phương", "Nhọt", "Xoan",
                                           "Hiên",  "Ban",  "Thoa", "Piêng"};

struct naming {
    const char *label; /* as papers write it */
    const char *const *family;
    size_t family_count;
    const char *const *given_m;
    size_t given_m_count;
    const char *const *given_f;
    size_t given_f_count;
};
#define LIST(a) a, sizeof(a) / sizeof((a)[0])
static const struct naming naming[PEOPLE_COUNT] = {
    [KINH] = {"Kinh", LIST(kinh_family), LIST(given_m), LIST(given_f)},
    [TAY] = {"Tày", LIST(tay_family), LIST(given_m), LIST(given_f)},
    [DAO] = {"Dao", LIST(dao_family), LIST(dao_given_m), LIST(dao_given_f)},
    [HMONG] = {"Mông", LIST(hmong_family), LIST(hmong_given_m), LIST(hmong_given_f)},
    [THAI] = {"Thái", LIST(thai_family), LIST(thai_given_m), LIST(thai_given_f)},
    [NUNG] = {"Nùng", LIST(nung_family), LIST(given_m), LIST(given_f)},
    [MUONG] = {"Mường", LIST(muong_family), LIST(given_m), LIST(given_f)},
};

/* Shares in percent as in the province at large, and in districts where one people prevails. */
static const struct {
    const char *dcode;
    unsigned share[PEOPLE_COUNT];
} mixes[] = {
    {"", {46, 19, 12, 11, 8, 2, 2}},     {"132", {88, 7, 2, 1, 1, 1, 0}},
    {"133", {32, 8, 2, 3, 48, 1, 6}},    {"135", {20, 52, 17, 2, 1, 8, 0}},
    {"136", {48, 16, 26, 8, 1, 1, 0}},   {"137", {5, 1, 0, 89, 5, 0, 0}},
    {"138", {62, 25, 7, 4, 0, 0, 2}},    {"139", {5, 2, 0, 76, 16, 0, 1}},
    {"140", {34, 18, 11, 12, 18, 0, 7}}, {"141", {58, 20, 16, 0, 0, 6, 0}},
};

enum people people_of_place(struct rng *r, const struct place *place)
{
    size_t mix = 0;
    for (size_t i = 1; i < sizeof(mixes) / sizeof(mixes[0]); i++) {
        if (strcmp(mixes[i].dcode, place->dcode) == 0) {
            mix = i;
        }
    }
    unsigned roll = rng_below(r, 100);
    for (unsigned p = 0; p < PEOPLE_COUNT; p++) {
        if (roll < mixes[mix].share[p]) {
            return (enum people)p;
        }
        roll -= mixes[mix].share[p];
    }
    return KINH;
}

static const char *const village_first[] = {"Khe",  "Nà",   "Bản",  "Pá",    "Lao",
                                            "Đồng", "Ngòi", "Làng", "Suối",  "Khuổi",
                                            "Háng", "Tà",   "Nậm",  "Phình", "Xéo"};
static const char *const village_second[] = {
    "Chè", "Hin",  "Hu",  "Chải", "Dâu",  "Lềnh", "Đao",   "Trang", "Mười",  "Thắm",
    "Bon", "Sáng", "Lụa", "Cháo", "Thín", "Kè",   "Chung", "Vả",    "Ghềnh", "Quạch",
    "Ma",  "Kim",  "Phà", "Xi",   "Tiên", "Vàng", "Lâu",   "Trò",   "Gầy",   "Măng"};

void village_name(struct rng *r, enum people people, char *out, size_t size)
{
    if (people == KINH && rng_percent(r, 40)) {
        snprintf(out, size, "%s %u", rng_percent(r, 60) ? "Thôn" : "Tổ dân phố",
                 1 + rng_below(r, 18));
        return;
    }
    const char *prefix = people == KINH || people == TAY ? "Thôn" : "Bản";
    snprintf(out, size, "%s %s %s", prefix, PICK(r, village_first), PICK(r, village_second));
}

static void name_draw(struct rng *r, struct person *p)
{
    const struct naming *n = &naming[p->people];
    /* half of those whose people has names of its own carry Kinh ones today, H'Mông rarely */
    bool own = p->people == HMONG ? rng_percent(r, 85) : rng_percent(r, 50);
    const char *family = n->family[rng_below(r, (unsigned)n->family_count)];
    const char *middle = p->female ? PICK(r, middle_f) : PICK(r, middle_m);
    const char *given = p->female ? PICK(r, given_f) : PICK(r, given_m);
    if (own) {
        given = p->female ? n->given_f[rng_below(r, (unsigned)n->given_f_count)]
                          : n->given_m[rng_below(r, (unsigned)n->given_m_count)];
        if (p->people == HMONG) {
            middle = p->female ? "Thị" : "A";
        } else if (p->people == DAO) {
            middle = p->female ? PICK(r, dao_middle_f) : PICK(r, dao_middle_m);
        }
    }
    snprintf(p->name, sizeof(p->name), "%s %s %s", family, middle, given);
}

void person_name(struct rng *r, enum people people, bool female, char *out, size_t size)
{
    struct person p = {.people = people, .female = female};
    name_draw(r, &p);
    snprintf(out, size, "%s", p.name);
}

static const char *const occupations[] = {
    "Làm ruộng", "Làm ruộng", "Làm ruộng",      "Làm ruộng",     "Trồng rừng",
    "Học sinh",  "Học sinh",  "Sinh viên",      "Công nhân",     "Công nhân",
    "Giáo viên", "Cán bộ xã", "Y tế thôn bản",  "Buôn bán nhỏ",  "Thợ xây",
    "Lái xe",    "Bộ đội",    "Lao động tự do", "Lao động tự do"};
static const char *const educations[] = {"12/12", "12/12", "12/12", "12/12", "9/12", "9/12",
                                         "9/12",  "10/12", "11/12", "7/12",  "5/12"};
static const char *const professions[] = {"Sơ cấp nghề", "Trung cấp", "Trung cấp",
                                          "Cao đẳng",    "Đại học",   "Đại học"};
static const char *const religions[] = {"Công giáo", "Tin Lành", "Phật giáo"};
static const char *const theories[] = {"elementary", "elementary", "elementary", "intermediate"};
static const char *const skills[] = {"Cơ bản", "Cơ bản", "Nâng cao", "Chứng chỉ A"};

/* Members admitted or moved in after their branch began to keep its records here. */
#define LATER_PERCENT 15
/* Day numbers of a birth between 16 and 30 years before the middle of the three years. */
#define BIRTH_EARLIEST (FIRST_DAY + 546 - 30 * 365)
#define BIRTH_SPAN (14 * 365)

static void papers_fill(struct commune *c, struct person *p)
{
    struct rng *r = &c->rng;
    long birth = BIRTH_EARLIEST + (long)rng_below(r, BIRTH_SPAN);
    p->birth = day_from_number(birth);
    /* most are admitted at school, on a festive day of the Union, at about 16 */
    long admitted = birth + 15 * 365 + 200 + (long)rng_below(r, 900);
    struct day a = day_from_number(admitted);
    if (rng_percent(r, 45)) {
        static const struct day festive[] = {
            {0, 3, 26}, {0, 3, 26}, {0, 5, 19}, {0, 9, 2}, {0, 12, 22}};
        struct day f = PICK(r, festive);
        a.m = f.m;
        a.d = f.d;
    }
    p->admitted = a;
    p->has_place = rng_percent(r, 40);
    if (rng_percent(r, 97)) {
        static const char *const carriers[] = {"097", "098", "096", "086", "032", "033",
                                               "034", "035", "036", "037", "038", "039",
                                               "091", "094", "088", "090"};
        snprintf(p->phone, sizeof(p->phone), "%s%07u", PICK(r, carriers), rng_below(r, 10000000));
    }
    if (rng_percent(r, 93)) {
        snprintf(p->card, sizeof(p->card), "%s%02u%07u", c->place.pcode, (unsigned)a.y % 100,
                 rng_below(r, 10000000));
    }
    if (rng_percent(r, 92)) {
        /* identity card: place of registration, century and sex, year, six random digits */
        unsigned century = (p->birth.y >= 2000 ? 2u : 0u) + (p->female ? 1u : 0u);
        snprintf(p->id_no, sizeof(p->id_no), "0%s%u%02u%06u", c->place.pcode, century,
                 (unsigned)p->birth.y % 100, rng_below(r, 1000000) % 1000000);
    }
    p->religion = rng_percent(r, 94) ? NULL : PICK(r, religions);
    p->occupation = PICK(r, occupations);
    p->education = PICK(r, educations);
    p->profession = rng_percent(r, 30) ? PICK(r, professions) : NULL;
    p->it_skill = rng_percent(r, 25) ? PICK(r, skills) : NULL;
    p->theory = rng_percent(r, 12) ? PICK(r, theories) : NULL;
    p->status = rng_percent(r, 82) ? "active" : "away";
    p->outstanding = rng_percent(r, 6);
    p->party = rng_percent(r, 5);
    p->party_day = day_from_number(admitted + 1500 + (long)rng_below(r, 2000));
}

void people_fill(struct commune *c)
{
    struct rng *r = &c->rng;
    for (unsigned i = 0; i < c->people_count; i++) {
        struct person *p = &c->people[i];
        p->branch = i % c->options->branches;
        const struct branch *b = &c->branches[p->branch];
        p->people = rng_percent(r, 70) ? b->main_people : people_of_place(r, &c->place);
        p->female = rng_percent(r, 48);
        name_draw(r, p);
        papers_fill(c, p);
        p->zeal = 10 + rng_below(r, 90);
        p->lives_in = rng_percent(r, 70) ? p->branch : rng_below(r, c->options->branches);
        p->home_village = rng_percent(r, 65) ? p->branch : rng_below(r, c->options->branches);
        p->order = rng_next(r);
        p->week = b->first_week;
        if (c->options->lived_in && rng_percent(r, LATER_PERCENT)) {
            p->week += rng_below(r, WORKLOAD_WEEKS - b->first_week);
        }
    }
}

static void text(FILE *out, const char *name, const char *value)
{
    if (value && value[0]) {
        fprintf(out, ",\"%s\":\"%s\"", name, value);
    }
}
static void date(FILE *out, const char *name, struct day d)
{
    fprintf(out, ",\"%s\":\"%04d-%02d-%02d\"", name, d.y, d.m, d.d);
}

void people_write(const struct commune *c, const struct person *p, FILE *out)
{
    const struct branch *b = &c->branches[p->branch];
    const struct place *at = &c->place;
    fprintf(out, "{\"ext_id\":\"m-%s-%u\",\"unit\":\"%s\"", at->code, p->number, b->code);
    text(out, "full_name", p->name);
    text(out, "sex", p->female ? "female" : "male");
    date(out, "birth_date", p->birth);
    fprintf(out, ",\"home_place\":\"%s, %s, %s, %s\"", c->branches[p->home_village].village,
            at->short_name, at->district, at->province);
    fprintf(out, ",\"residence\":\"%s, %s\"", c->branches[p->lives_in].village, at->short_name);
    text(out, "ethnicity", naming[p->people].label);
    text(out, "religion", p->religion);
    text(out, "occupation", p->occupation);
    text(out, "education", p->education);
    text(out, "profession", p->profession);
    text(out, "political_theory", p->theory);
    text(out, "it_skill", p->it_skill);
    text(out, "card_no", p->card);
    text(out, "phone", p->phone);
    text(out, "id_no", p->id_no);
    date(out, "admission_date", p->admitted);
    if (p->has_place) {
        fprintf(out, ",\"admission_place\":\"Trường THPT %s\"", at->district);
    }
    if (p->party) {
        date(out, "party_date", p->party_day);
    }
    if (p->outstanding) {
        fputs(",\"outstanding\":true", out);
    }
    text(out, "status", p->status);
    fputs("}\n", out);
}

/* Another entry of the list than `but`. */
static const char *pick_other(struct rng *r, const char *const *list, size_t count, const char *but)
{
    size_t i = rng_below(r, (unsigned)count);
    while (but && strcmp(list[i], but) == 0) {
        i = (i + 1) % count;
    }
    return list[i];
}
#define PICK_OTHER(r, list, but) pick_other((r), (list), sizeof(list) / sizeof((list)[0]), (but))

void people_write_change(struct commune *c, const struct person *p, unsigned which, FILE *out)
{
    struct rng *r = &c->rng;
    unsigned village = rng_below(r, c->options->branches);
    switch ((p->number + which) % 6) {
    case 0:
        fprintf(out, "\"phone\":\"09%08u\"", rng_below(r, 100000000));
        break;
    case 1:
        fprintf(out, "\"occupation\":\"%s\"", PICK_OTHER(r, occupations, p->occupation));
        break;
    case 2:
        fprintf(out, "\"education\":\"%s\"", PICK_OTHER(r, educations, p->education));
        break;
    case 3:
        fprintf(out, "\"residence\":\"Nhóm %u, %s, %s\"", 1 + rng_below(r, 9),
                c->branches[village].village, c->place.short_name);
        break;
    case 4:
        fprintf(out, "\"profession\":\"%s\"", PICK_OTHER(r, professions, p->profession));
        break;
    default:
        fprintf(out, "\"note\":\"Đang làm việc tại %s\"",
                rng_percent(r, 50) ? "khu công nghiệp ở Bắc Ninh" : "thành phố Yên Bái");
        break;
    }
}
