/* The table, continued: watching over programmes, advising, working with others, and what steers
 * and publishes figures. */
#include "core/schema_kinds.h"

/* clang-format off */

static const struct enum_code verdicts[] = {
    {ASSESSMENT_FAILED, 1, "failed", "Chưa đạt", "Failed"},
    {ASSESSMENT_PASSED, 2, "passed", "Đạt", "Passed"},
    {.number = 0},
};

/* one of the three contents that a unit is to be proactive in */
#define CONTENT(n, vi, en)                                                                         \
    {F_ASSESSMENT_EVIDENCE_1 + (n) - 1, "evidence_" #n, "Minh chứng " #n ": " vi,                    \
     "Evidence " #n ": " en, FIELD_TEXT, .rule = MERGE_LATEST, .max = STORY_BYTES},                \
    {F_ASSESSMENT_SELF_1 + (n) - 1, "self_" #n, "Tự chấm điểm nội dung " #n, "Self score " #n,       \
     FIELD_INT, .rule = MERGE_LATEST, .max = 100},                                                 \
    {F_ASSESSMENT_SCORE_1 + (n) - 1, "score_" #n, "Cấp trên chấm điểm nội dung " #n,                 \
     "District's score " #n, FIELD_INT, .rule = MERGE_LATEST, .level = LEVEL_DISTRICT,             \
     .max = 100},                                                                                  \
    {F_ASSESSMENT_VERDICT_1 + (n) - 1, "verdict_" #n, "Kết luận nội dung " #n, "Verdict " #n,        \
     FIELD_ENUM, .rule = MERGE_LATEST, .level = LEVEL_DISTRICT, .codes = verdicts}

const struct kind_def schema_work_kinds[] = {
    {KIND_RULE, "rule", "Quy định", "Rule", ROUTE_DOWN, LEVEL_PROVINCE, FIELDS(
        {F_RULE_NAME, "name", "Tên quy định", "Name", FIELD_TEXT, .rule = MERGE_AUTHORITY,
         .flags = MUST | FIND_BY, .max = CODE_BYTES},
        {F_RULE_VALUE, "value", "Giá trị", "Value", FIELD_INT, .rule = MERGE_AUTHORITY,
         .flags = MUST, .max = COUNT_MAX},
        {F_RULE_FROM, "from", "Áp dụng từ ngày", "From", FIELD_DATE, .rule = MERGE_AUTHORITY,
         .flags = MUST},
        {F_RULE_SETTING, "setting", "Chỉ ở địa bàn", "Only in the setting", FIELD_ENUM,
         .rule = MERGE_AUTHORITY, .codes = schema_settings},
        {19, "basis", "Căn cứ", "Basis", FIELD_TEXT, .rule = MERGE_AUTHORITY,
         .max = LINE_BYTES}), F_RULE_NAME},

    /* `unit` is the unit inspected: it holds the record, and answers in it */
    {KIND_INSPECTION, "inspection", "Kiểm tra", "Inspection", ROUTE_OWN, LEVEL_COMMUNE, FIELDS(
        {F_INSPECTION_BY, "by", "Đơn vị kiểm tra", "Inspected by", FIELD_REF,
         .rule = MERGE_AUTHORITY, .flags = FIELD_OWN_UNIT, .level = LEVEL_DISTRICT,
         .ref_kind = KIND_UNIT},
        {F_INSPECTION_DATE, "date", "Ngày kiểm tra", "Date", FIELD_DATE, .rule = MERGE_LATEST,
         .flags = MUST, .level = LEVEL_DISTRICT},
        {18, "scope", "Nội dung kiểm tra", "Scope", FIELD_TEXTSET, .rule = MERGE_SET,
         .level = LEVEL_DISTRICT, .max = LINE_BYTES,
         .suggest = "Danh sách đoàn viên|Kết nạp và thẻ đoàn viên|Chuyển sinh hoạt|Sổ sách|"
                    "Xếp loại|Trưởng thành Đoàn|Đoàn phí"},
        {F_INSPECTION_FINDINGS, "findings", "Kết luận, tồn tại", "Findings", FIELD_TEXTSET,
         .rule = MERGE_SET, .level = LEVEL_DISTRICT, .max = LINE_BYTES},
        {20, "evidence", "Minh chứng", "Evidence", FIELD_TEXT, .rule = MERGE_LATEST,
         .level = LEVEL_DISTRICT, .max = STORY_BYTES},
        {F_INSPECTION_DEADLINE, "deadline", "Hạn khắc phục", "Deadline", FIELD_DATE,
         .rule = MERGE_LATEST, .level = LEVEL_DISTRICT},
        {F_INSPECTION_ANSWER, "answer", "Trả lời, kết quả khắc phục", "Answer", FIELD_TEXT,
         .rule = MERGE_LATEST, .max = STORY_BYTES},
        {23, "answered", "Ngày trả lời", "Answered on", FIELD_DATE, .rule = MERGE_LATEST},
        {F_INSPECTION_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .level = LEVEL_DISTRICT, .codes = LIST(
            {INSPECTION_PLANNED, 1, "planned", "Dự kiến", "Planned"},
            {INSPECTION_DONE, 2, "done", "Đã kiểm tra", "Done"},
            {INSPECTION_FIXING, 3, "fixing", "Đang khắc phục", "Being fixed"},
            {INSPECTION_CLOSED, 4, "closed", "Đã kết thúc", "Closed"})},
        {F_INSPECTION_CLOSED, "closed_date", "Ngày kết thúc", "Closed on", FIELD_DATE,
         .rule = MERGE_LATEST, .leader = F_INSPECTION_STATUS, .level = LEVEL_DISTRICT}), 0},

    /* `unit` is the branch visited: it sees comment and advice, and answers */
    {KIND_VISIT, "visit", "Cán bộ dự sinh hoạt", "Visit", ROUTE_OWN, LEVEL_COMMUNE, FIELDS(
        {F_VISIT_CADRE, "cadre", "Cán bộ", "Cadre", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES},
        {F_VISIT_CADRE_UNIT, "cadre_unit", "Cán bộ của đơn vị", "Cadre of", FIELD_REF,
         .rule = MERGE_LATEST, .flags = FIELD_OWN_UNIT, .ref_kind = KIND_UNIT},
        {F_VISIT_DATE, "date", "Ngày dự", "Date", FIELD_DATE, .rule = MERGE_LATEST,
         .flags = MUST},
        {F_VISIT_ACTIVITY, "activity", "Buổi sinh hoạt", "Activity", FIELD_REF,
         .rule = MERGE_LATEST, .ref_kind = KIND_ACTIVITY},
        {F_VISIT_COMMENT, "comment", "Nhận xét", "Comment", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = STORY_BYTES},
        {F_VISIT_ADVICE, "advice", "Góp ý", "Advice", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = STORY_BYTES},
        {F_VISIT_ANSWER, "answer", "Tiếp thu, trả lời", "Answer", FIELD_TEXT,
         .rule = MERGE_LATEST, .max = STORY_BYTES},
        {23, "answered", "Ngày trả lời", "Answered on", FIELD_DATE, .rule = MERGE_LATEST,
         .leader = F_VISIT_STATUS},
        {F_VISIT_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {VISIT_PLANNED, 1, "planned", "Dự kiến", "Planned"},
            {VISIT_MADE, 2, "made", "Đã dự", "Made"},
            {VISIT_ANSWERED, 3, "answered", "Đã trả lời", "Answered"})}), F_VISIT_CADRE},

    {KIND_DIALOGUE, "dialogue", "Đối thoại với thanh niên", "Dialogue", ROUTE_OWN, LEVEL_COMMUNE,
     FIELDS(
        {16, "host", "Chủ trì đối thoại", "Host", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES},
        {17, "level", "Cấp", "Level", FIELD_ENUM, .rule = MERGE_LATEST, .codes = LIST(
            {1, 1, "commune", "Cấp xã", "Commune"},
            {2, 2, "district", "Cấp huyện", "District"},
            {3, 3, "province", "Cấp tỉnh", "Province"})},
        {F_DIALOGUE_PUBLISHED, "published", "Ngày công bố", "Published on", FIELD_DATE,
         .rule = MERGE_LATEST},
        {F_DIALOGUE_DATE, "date", "Ngày đối thoại", "Date", FIELD_DATE, .rule = MERGE_LATEST,
         .flags = MUST},
        {F_DIALOGUE_ATTENDANCE, "attendance", "Số người dự", "Attendance", FIELD_INT,
         .rule = MERGE_LATEST, .max = COUNT_MAX},
        {21, "questions", "Ý kiến, kiến nghị", "Questions", FIELD_TEXTSET, .rule = MERGE_SET,
         .max = LINE_BYTES},
        {F_DIALOGUE_PROMISE, "promise", "Cam kết", "Promise", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = STORY_BYTES},
        {F_DIALOGUE_DUE, "due", "Hạn thực hiện cam kết", "Promise due", FIELD_DATE,
         .rule = MERGE_LATEST},
        {F_DIALOGUE_ANSWERED, "answered", "Ngày thực hiện cam kết", "Promise kept on", FIELD_DATE,
         .rule = MERGE_LATEST, .leader = F_DIALOGUE_STATUS},
        {F_DIALOGUE_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {DIALOGUE_PLANNED, 1, "planned", "Dự kiến", "Planned"},
            {DIALOGUE_PUBLISHED, 2, "published", "Đã công bố", "Published"},
            {DIALOGUE_HELD, 3, "held", "Đã tổ chức", "Held"},
            {DIALOGUE_ANSWERED, 4, "answered", "Đã trả lời", "Answered"})},
        {F_DIALOGUE_ANSWER, "answer", "Kết quả giải quyết", "Answer", FIELD_TEXT,
         .rule = MERGE_LATEST, .max = STORY_BYTES}), 16},

    /* Counts only, never a person. A draft stays in its store with its raw counts; what is sent is a
     * record of its own, with small counts suppressed (core/situation.c). */
    {KIND_SITUATION, "situation", "Tình hình thanh niên", "Situation report", ROUTE_OWN,
     LEVEL_COMMUNE, FIELDS(
        {F_SITUATION_PERIOD, "period", "Tháng", "Month", FIELD_MONTH, .rule = MERGE_LATEST,
         .flags = MUST},
        {F_SITUATION_TOPIC, "topic", "Vấn đề", "Topic", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES,
         .suggest = "Việc làm|Học tập|Tảo hôn|Bỏ học|Tệ nạn xã hội|Đi làm ăn xa|Dư luận"},
        {18, "area", "Khu vực, đối tượng", "Area", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = LINE_BYTES},
        {19, "channel", "Kênh nắm bắt", "Channel", FIELD_ENUM, .rule = MERGE_LATEST,
         .flags = MUST, .codes = LIST(
            {1, 0, "social", "Mạng xã hội", "Social networks"},
            {2, 0, "meeting", "Sinh hoạt chi đoàn", "Branch meeting"},
            {3, 0, "conference", "Hội nghị", "Conference"},
            {4, 0, "direct", "Gặp gỡ trực tiếp", "Direct meeting"})},
        {F_SITUATION_COUNTS, "counts", "Số liệu (nội dung: số)", "Counts (what: number)",
         FIELD_TEXTSET, .rule = MERGE_SET, .max = LINE_BYTES},
        {F_SITUATION_NEEDS, "needs", "Nhu cầu của thanh niên", "Needs", FIELD_TEXT,
         .rule = MERGE_LATEST, .max = STORY_BYTES},
        {22, "proposal", "Đề xuất", "Proposal", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = STORY_BYTES},
        {F_SITUATION_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {SITUATION_DRAFT, 1, "draft", "Dự thảo", "Draft"},
            {SITUATION_SENT, 2, "sent", "Đã gửi", "Sent"},
            {SITUATION_ACKNOWLEDGED, 3, "acknowledged", "Cấp trên đã nhận", "Acknowledged"})},
        {24, "status_date", "Ngày đổi trạng thái", "Status date", FIELD_DATE, .rule = MERGE_LATEST,
         .leader = F_SITUATION_STATUS},
        {F_SITUATION_SENT_AS, "sent_as", "Đã gửi thành", "Sent as", FIELD_REF,
         .rule = MERGE_LATEST, .flags = FIELD_MACHINE, .ref_kind = KIND_SITUATION}),
     F_SITUATION_TOPIC},

    {KIND_COORDINATION, "coordination", "Phối hợp", "Coordination", ROUTE_OWN, LEVEL_COMMUNE,
     FIELDS(
        {16, "partner", "Đơn vị phối hợp", "Partner", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES},
        {17, "task", "Nội dung phối hợp", "Task", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST, .max = LINE_BYTES},
        {F_COORDINATION_RESOURCES, "resources", "Nguồn lực (đồng)", "Resources (đồng)",
         FIELD_MONEY, .rule = MERGE_LATEST, .max = MONEY_MAX},
        {19, "resources_text", "Nguồn lực khác", "Other resources", FIELD_TEXT,
         .rule = MERGE_LATEST, .max = LINE_BYTES},
        {F_COORDINATION_RESULT, "result", "Kết quả", "Result", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = STORY_BYTES},
        {21, "date", "Ngày ký kết, bắt đầu", "Since", FIELD_DATE, .rule = MERGE_LATEST},
        {F_COORDINATION_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM,
         .rule = MERGE_FORWARD, .codes = LIST(
            {COORDINATION_ACTIVE, 1, "active", "Đang thực hiện", "Active"},
            {COORDINATION_CLOSED, 2, "closed", "Đã kết thúc", "Closed"})},
        {23, "closed_date", "Ngày kết thúc", "Closed on", FIELD_DATE, .rule = MERGE_LATEST,
         .leader = F_COORDINATION_STATUS}), 16},

    {KIND_PROPOSAL, "proposal", "Tham mưu, đề xuất", "Proposal", ROUTE_OWN, LEVEL_COMMUNE, FIELDS(
        {16, "to", "Gửi", "To", FIELD_ENUM, .rule = MERGE_LATEST, .flags = MUST, .codes = LIST(
            {1, 0, "party", "Cấp uỷ", "Party committee"},
            {2, 0, "government", "Chính quyền", "Government"})},
        {17, "subject", "Trích yếu", "Subject", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES},
        {F_PROPOSAL_TEXT, "text", "Nội dung", "Text", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = STORY_BYTES},
        {F_PROPOSAL_REPLY, "reply", "Ý kiến trả lời", "Reply", FIELD_TEXT, .rule = MERGE_LATEST,
         .leader = F_PROPOSAL_STATUS, .max = STORY_BYTES},
        {F_PROPOSAL_SENT, "sent", "Ngày gửi", "Sent on", FIELD_DATE, .rule = MERGE_LATEST},
        {F_PROPOSAL_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {PROPOSAL_DRAFTED, 1, "drafted", "Dự thảo", "Drafted"},
            {PROPOSAL_SENT, 2, "sent", "Đã gửi", "Sent"},
            {PROPOSAL_DECLINED, 3, "declined", "Không được chấp thuận", "Declined"},
            {PROPOSAL_ACCEPTED, 4, "accepted", "Được chấp thuận", "Accepted"},
            {PROPOSAL_DONE, 5, "done", "Đã thực hiện", "Done"})},
        {F_PROPOSAL_REPLIED, "replied", "Ngày trả lời", "Replied on", FIELD_DATE,
         .rule = MERGE_LATEST, .leader = F_PROPOSAL_STATUS}), 17},

    {KIND_ASSESSMENT, "assessment", "Đánh giá 3 chủ động", "Assessment", ROUTE_OWN, LEVEL_COMMUNE,
     FIELDS(
        {F_ASSESSMENT_YEAR, "year", "Năm", "Year", FIELD_INT, .rule = MERGE_LATEST, .flags = MUST,
         .min = 1931, .max = 2200},
        {F_ASSESSMENT_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {ASSESSMENT_REGISTERED, 1, "registered", "Đã đăng ký", "Registered"},
            {ASSESSMENT_SELF, 2, "self", "Đã tự đánh giá", "Self-assessed"},
            {ASSESSMENT_DISTRICT, 3, "district", "Cấp trên đã chấm", "Scored by the district"},
            {ASSESSMENT_NOT_RECOGNISED, 4, "not-recognised", "Không công nhận", "Not recognised"},
            {ASSESSMENT_RECOGNISED, 5, "recognised", "Công nhận", "Recognised"})},
        {18, "decision_no", "Số quyết định", "Decision number", FIELD_TEXT, .rule = MERGE_LATEST,
         .leader = F_ASSESSMENT_STATUS, .max = CODE_BYTES},
        {19, "decision_date", "Ngày quyết định", "Decision date", FIELD_DATE,
         .rule = MERGE_LATEST, .leader = F_ASSESSMENT_STATUS},
        CONTENT(1, "quản lý đoàn viên, chăm lo thanh niên", "members and youth"),
        CONTENT(2, "xây dựng và thực hiện chương trình công tác", "programmes"),
        CONTENT(3, "tham mưu, phối hợp", "advising and cooperation"),
        {F_ASSESSMENT_COMMENT, "comment", "Nhận xét", "Comment", FIELD_TEXT,
         .rule = MERGE_LATEST, .max = STORY_BYTES},
        {F_ASSESSMENT_SNAPSHOT, "snapshot", "Bản chốt số liệu", "Snapshot", FIELD_TEXT,
         .rule = MERGE_LATEST, .leader = F_ASSESSMENT_STATUS, .max = STORY_BYTES}), 0},

    /* a report as it was published: later corrections show beside it as adjusted */
    {KIND_PUBLICATION, "publication", "Báo cáo đã công bố", "Published report", ROUTE_OWN,
     LEVEL_COMMUNE, FIELDS(
        {F_PUBLICATION_REPORT, "report", "Báo cáo", "Report", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = CODE_BYTES},
        {F_PUBLICATION_PERIOD, "period", "Kỳ", "Period", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST, .max = CODE_BYTES},
        {F_PUBLICATION_SUBJECT, "subject", "Về đơn vị", "About unit", FIELD_REF,
         .rule = MERGE_LATEST, .flags = MUST, .ref_kind = KIND_UNIT},
        {F_PUBLICATION_EPOCH, "feed_epoch", "Dòng thay đổi", "Feed epoch", FIELD_TEXT,
         .rule = MERGE_LATEST, .max = CODE_BYTES},
        {F_PUBLICATION_SEQ, "feed_seq", "Vị trí trong dòng", "Feed position", FIELD_INT,
         .rule = MERGE_LATEST, .max = INT64_MAX},
        {F_PUBLICATION_DATE, "published_on", "Ngày công bố", "Published on", FIELD_DATE,
         .rule = MERGE_LATEST},
        /* among them those by ethnicity and of the party, which a viewer's report leaves out */
        {F_PUBLICATION_MEASURES, "measures", "Chỉ tiêu", "Measures", FIELD_TEXT,
         .rule = MERGE_LATEST, .flags = FIELD_SENSITIVE, .max = STORY_BYTES},
        {F_PUBLICATION_FIGURES, "figures", "Số liệu", "Figures", FIELD_TEXTSET,
         .rule = MERGE_SET, .flags = FIELD_SENSITIVE, .max = STORY_BYTES}), F_PUBLICATION_REPORT},
};
/* clang-format on */
const size_t schema_work_kinds_count = ARRAY_COUNT(schema_work_kinds);
