/* The table, continued: managing members and caring for youth. The unit of what depends on a member
 * is the one that it had at the time of the event, and is the one that reports count. */
#include "core/schema_kinds.h"

/* clang-format off */

const struct enum_code schema_titles[] = {
    {TITLE_MEMBER, 1, "uy-vien", "Uỷ viên Ban Chấp hành", "Committee member"},
    {TITLE_STANDING, 2, "uy-vien-btv", "Uỷ viên Ban Thường vụ", "Standing committee member"},
    {TITLE_DEPUTY, 3, "pho-bi-thu", "Phó Bí thư", "Deputy secretary"},
    {TITLE_SECRETARY, 4, "bi-thu", "Bí thư", "Secretary"},
    {.number = 0},
};

#define ABOUT_MEMBER                                                                               \
    {F_MEMBER, "member", "Đoàn viên", "Member", FIELD_REF, .rule = MERGE_LATEST, .flags = MUST,    \
     .ref_kind = KIND_MEMBER}
#define ABOUT_MEMBER_OR_UNIT                                                                       \
    {F_MEMBER, "member", "Đoàn viên", "Member", FIELD_REF, .rule = MERGE_LATEST,                   \
     .ref_kind = KIND_MEMBER}
#define DECISION(no, date, status)                                                                 \
    {(no), "decision_no", "Số quyết định", "Decision number", FIELD_TEXT, .rule = MERGE_LATEST,      \
     .leader = (status), .max = CODE_BYTES},                                                         \
    {(date), "decision_date", "Ngày quyết định", "Decision date", FIELD_DATE, .rule = MERGE_LATEST,  \
     .leader = (status)}

const struct kind_def schema_care_kinds[] = {
    {KIND_ADMISSION, "admission", "Kết nạp", "Admission", ROUTE_DEPENDENT, LEVEL_COMMUNE, FIELDS(
        {F_ADMISSION_NAME, "full_name", "Họ và tên", "Full name", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES},
        {17, "sex", "Giới tính", "Sex", FIELD_ENUM, .rule = MERGE_LATEST, .codes = LIST(
            {1, 0, "female", "Nữ", "Female"},
            {2, 0, "male", "Nam", "Male"},
            {3, 0, "other", "Khác", "Other"})},
        {F_ADMISSION_BIRTH, "birth_date", "Ngày sinh", "Birth date", FIELD_DATE,
         .rule = MERGE_LATEST, .flags = MUST},
        {19, "home_place", "Quê quán", "Home place", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = LINE_BYTES},
        {20, "residence", "Nơi ở hiện nay", "Residence", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = LINE_BYTES},
        {21, "ethnicity", "Dân tộc", "Ethnicity", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = FIELD_SENSITIVE, .max = LINE_BYTES},
        {22, "religion", "Tôn giáo", "Religion", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = FIELD_SENSITIVE, .max = LINE_BYTES},
        {23, "occupation", "Nghề nghiệp", "Occupation", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = LINE_BYTES},
        {24, "education", "Trình độ học vấn", "Education", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = LINE_BYTES},
        {25, "phone", "Điện thoại", "Phone", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = FIELD_SENSITIVE, .max = CODE_BYTES},
        {26, "id_no", "Số căn cước", "Identity number", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = FIELD_SENSITIVE, .max = CODE_BYTES},
        {F_ADMISSION_APPLIED, "application_date", "Ngày nộp đơn", "Application date", FIELD_DATE,
         .rule = MERGE_LATEST},
        {F_ADMISSION_COURSE, "course_date", "Ngày học lớp cảm tình Đoàn", "Course date",
         FIELD_DATE, .rule = MERGE_LATEST},
        {F_ADMISSION_INTRODUCER, "introducer", "Người giới thiệu", "Introducer", FIELD_REF,
         .rule = MERGE_LATEST, .ref_kind = KIND_MEMBER},
        {F_ADMISSION_KNOWN_SINCE, "introducer_since", "Cùng công tác, sinh hoạt từ ngày",
         "With the introducer since", FIELD_DATE, .rule = MERGE_LATEST},
        {F_ADMISSION_MEETING, "meeting", "Cuộc họp xét kết nạp", "Meeting", FIELD_REF,
         .rule = MERGE_LATEST, .ref_kind = KIND_ACTIVITY},
        {F_ADMISSION_MEETING_DATE, "meeting_date", "Ngày họp xét", "Date of the vote", FIELD_DATE,
         .rule = MERGE_LATEST},
        {F_ADMISSION_PRESENT, "present", "Số có mặt", "Present", FIELD_INT, .rule = MERGE_LATEST,
         .max = COUNT_MAX},
        {F_ADMISSION_FOR, "for", "Số tán thành", "In favour", FIELD_INT, .rule = MERGE_LATEST,
         .max = COUNT_MAX},
        {F_ADMISSION_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {ADMISSION_PROSPECT, 1, "prospect", "Thanh niên ưu tú đang bồi dưỡng", "Prospect"},
            {ADMISSION_APPLIED, 2, "applied", "Đã nộp đơn", "Applied"},
            {ADMISSION_STUDIED, 3, "studied", "Đã học lớp cảm tình Đoàn", "Studied"},
            {ADMISSION_INTRODUCED, 4, "introduced", "Đã được giới thiệu", "Introduced"},
            {ADMISSION_VOTED, 5, "voted", "Chi đoàn đã biểu quyết", "Voted"},
            {ADMISSION_SUBMITTED, 6, "submitted", "Đã trình cấp trên", "Submitted"},
            {ADMISSION_RETURNED, 7, "returned", "Cấp trên trả lại", "Returned"},
            {ADMISSION_APPROVED, 8, "approved", "Đã có quyết định chuẩn y", "Approved"},
            {ADMISSION_CEREMONY, 9, "ceremony", "Đã làm lễ kết nạp", "Ceremony held"})},
        {36, "status_date", "Ngày đổi trạng thái", "Status date", FIELD_DATE, .rule = MERGE_LATEST,
         .leader = F_ADMISSION_STATUS},
        DECISION(F_ADMISSION_DECISION_NO, F_ADMISSION_DECISION_DATE, F_ADMISSION_STATUS),
        {F_ADMISSION_CEREMONY, "ceremony_date", "Ngày làm lễ kết nạp", "Ceremony date", FIELD_DATE,
         .rule = MERGE_LATEST},
        {F_ADMISSION_RETURN_REASON, "return_reason", "Lý do trả lại", "Why it was returned",
         FIELD_TEXT, .rule = MERGE_LATEST, .leader = F_ADMISSION_STATUS, .max = LINE_BYTES},
        {F_ADMISSION_CARD_NO, "card_no", "Số thẻ được cấp", "Card number given", FIELD_TEXT,
         .rule = MERGE_LATEST, .max = CODE_BYTES},
        ABOUT_MEMBER_OR_UNIT), F_ADMISSION_NAME},

    {KIND_MEMBERSHIP_END, "membership_end", "Thôi là đoàn viên", "End of membership",
     ROUTE_DEPENDENT, LEVEL_COMMUNE, FIELDS(
        ABOUT_MEMBER,
        {F_END_TYPE, "type", "Hình thức", "Type", FIELD_ENUM, .rule = MERGE_LATEST, .flags = MUST,
         .codes = LIST(
            {END_MATURED, 0, "matured", "Trưởng thành Đoàn", "Matured"},
            {END_WITHDRAWN, 0, "withdrawn", "Xin ra khỏi Đoàn", "Withdrawn"},
            {END_REMOVED, 0, "removed", "Xoá tên", "Removed"},
            {END_EXPELLED, 0, "expelled", "Khai trừ", "Expelled"},
            {END_DECEASED, 0, "deceased", "Đã mất", "Deceased"})},
        {F_END_REASON, "reason", "Lý do", "Reason", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = LINE_BYTES},
        {F_END_DATE, "date", "Từ ngày", "From", FIELD_DATE, .rule = MERGE_LATEST},
        {F_END_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {END_PROPOSED, 1, "proposed", "Đề nghị xem xét", "Proposed"},
            {END_DECIDED, 2, "decided", "Đã quyết định", "Decided"},
            {END_REVERSED, 3, "reversed", "Đã huỷ quyết định", "Reversed"})},
        DECISION(F_END_DECISION_NO, 21, F_END_STATUS)), 0},

    {KIND_POSITION, "position", "Chức vụ", "Position", ROUTE_DEPENDENT, LEVEL_COMMUNE, FIELDS(
        ABOUT_MEMBER,
        {F_POSITION_TITLE, "title", "Chức danh", "Title", FIELD_ENUM, .rule = MERGE_LATEST,
         .flags = MUST, .codes = schema_titles},
        {F_POSITION_TERM, "term", "Nhiệm kỳ", "Term", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = CODE_BYTES},
        {F_POSITION_FROM, "from", "Từ ngày", "From", FIELD_DATE, .rule = MERGE_LATEST},
        {F_POSITION_TO, "to", "Đến ngày", "To", FIELD_DATE, .rule = MERGE_LATEST},
        {F_POSITION_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {POSITION_NOMINATED, 1, "nominated", "Đã giới thiệu, bầu", "Nominated"},
            {POSITION_APPROVED, 2, "approved", "Đã chuẩn y", "Approved"},
            {POSITION_ENDED, 3, "ended", "Đã thôi giữ", "Ended"})},
        DECISION(F_POSITION_DECISION_NO, 22, F_POSITION_STATUS)), 0},

    /* for the offices above alone: it belongs to their unit, and does not follow the member */
    {KIND_CADRE_PLAN, "cadre_plan", "Quy hoạch cán bộ", "Cadre planning", ROUTE_OWN,
     LEVEL_DISTRICT, FIELDS(
        ABOUT_MEMBER,
        {F_CADRE_TITLE, "title", "Chức danh quy hoạch", "Planned title", FIELD_ENUM,
         .rule = MERGE_LATEST, .flags = MUST, .codes = schema_titles},
        {F_CADRE_TERM, "term", "Nhiệm kỳ", "Term", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = CODE_BYTES},
        {18, "assessment", "Nhận xét, đánh giá", "Assessment", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = FIELD_SENSITIVE, .max = STORY_BYTES},
        {F_CADRE_REVIEWED, "reviewed", "Ngày rà soát", "Reviewed on", FIELD_DATE,
         .rule = MERGE_MAX},
        {F_CADRE_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {CADRE_PROPOSED, 1, "proposed", "Đề xuất", "Proposed"},
            {CADRE_APPROVED, 2, "approved", "Đã phê duyệt", "Approved"},
            {CADRE_REMOVED, 3, "removed", "Đưa ra khỏi quy hoạch", "Removed"})},
        DECISION(F_CADRE_DECISION_NO, 22, F_CADRE_STATUS)), 0},

    {KIND_TRAINING, "training", "Đào tạo, bồi dưỡng", "Training", ROUTE_DEPENDENT, LEVEL_DISTRICT,
     FIELDS(
        ABOUT_MEMBER,
        {F_TRAINING_COURSE, "course", "Lớp, khoá học", "Course", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES},
        {17, "hours", "Số giờ", "Hours", FIELD_INT, .rule = MERGE_LATEST, .max = 10000},
        {F_TRAINING_DATE, "date", "Ngày", "Date", FIELD_DATE, .rule = MERGE_LATEST},
        {F_TRAINING_RESULT, "result", "Kết quả", "Result", FIELD_TEXT, .rule = MERGE_LATEST,
         .leader = F_TRAINING_STATUS, .max = LINE_BYTES},
        {F_TRAINING_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {WORK_PLANNED, 1, "planned", "Dự kiến", "Planned"},
            {WORK_DONE, 2, "done", "Đã thực hiện", "Done"})}), F_TRAINING_COURSE},

    {KIND_ROTATION, "rotation", "Điều động, luân chuyển", "Rotation", ROUTE_DEPENDENT,
     LEVEL_DISTRICT, FIELDS(
        ABOUT_MEMBER,
        {F_ROTATION_FROM, "from", "Từ đơn vị", "From unit", FIELD_REF, .rule = MERGE_LATEST,
         .ref_kind = KIND_UNIT},
        {F_ROTATION_TO, "to", "Đến đơn vị", "To unit", FIELD_REF, .rule = MERGE_LATEST,
         .flags = MUST, .ref_kind = KIND_UNIT},
        {18, "title", "Chức danh", "Title", FIELD_ENUM, .rule = MERGE_LATEST,
         .codes = schema_titles},
        {F_ROTATION_FROM_DATE, "from_date", "Từ ngày", "From", FIELD_DATE, .rule = MERGE_LATEST},
        {F_ROTATION_TO_DATE, "to_date", "Đến ngày", "Until", FIELD_DATE, .rule = MERGE_LATEST},
        {F_ROTATION_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {WORK_PLANNED, 1, "planned", "Dự kiến", "Planned"},
            {WORK_DONE, 2, "done", "Đã thực hiện", "Done"})}), 0},

    /* what a member owes and pays; without a member, what a unit passed up */
    {KIND_FEE, "fee", "Đoàn phí", "Fee", ROUTE_DEPENDENT, LEVEL_COMMUNE, FIELDS(
        ABOUT_MEMBER_OR_UNIT,
        {F_FEE_MONTH, "month", "Tháng", "Month", FIELD_MONTH, .rule = MERGE_LATEST, .flags = MUST},
        {F_FEE_AMOUNT, "amount", "Số tiền", "Amount", FIELD_MONEY, .rule = MERGE_LATEST,
         .max = MONEY_MAX},
        {F_FEE_EXEMPTION, "exemption", "Lý do miễn", "Why exempt", FIELD_TEXT,
         .rule = MERGE_LATEST, .leader = F_FEE_STATUS, .max = LINE_BYTES},
        {F_FEE_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {FEE_DUE, 1, "due", "Phải đóng", "Due"},
            {FEE_EXEMPT, 2, "exempt", "Được miễn", "Exempt"},
            {FEE_PAID, 3, "paid", "Đã đóng", "Paid"},
            {FEE_REMITTED, 4, "remitted", "Đã nộp lên cấp trên", "Remitted"})},
        {F_FEE_PAID_ON, "paid_on", "Ngày đóng", "Paid on", FIELD_DATE, .rule = MERGE_LATEST,
         .leader = F_FEE_STATUS},
        {F_FEE_WAGED, "waged", "Có hưởng lương", "Waged", FIELD_BOOL, .rule = MERGE_LATEST}), 0},

    {KIND_RATING, "rating", "Xếp loại", "Rating", ROUTE_DEPENDENT, LEVEL_COMMUNE, FIELDS(
        ABOUT_MEMBER_OR_UNIT,
        {F_RATING_YEAR, "year", "Năm", "Year", FIELD_INT, .rule = MERGE_LATEST, .flags = MUST,
         .min = 1931, .max = 2200},
        {F_RATING_LEVEL, "level", "Mức xếp loại", "Level", FIELD_ENUM, .rule = MERGE_LATEST,
         .flags = MUST, .codes = LIST(
            {RATING_FAILED, 1, "failed", "Không hoàn thành nhiệm vụ", "Not completed"},
            {RATING_DONE, 2, "done", "Hoàn thành nhiệm vụ", "Completed"},
            {RATING_GOOD, 3, "good", "Hoàn thành tốt nhiệm vụ", "Good"},
            {RATING_EXCELLENT, 4, "excellent", "Hoàn thành xuất sắc nhiệm vụ", "Excellent"})},
        {F_RATING_SHARE, "attendance_share", "Tỷ lệ dự sinh hoạt (%)", "Attendance (%)", FIELD_INT,
         .rule = MERGE_LATEST, .max = 100},
        {19, "comment", "Nhận xét", "Comment", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = STORY_BYTES},
        {F_RATING_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {RATING_SELF, 1, "self", "Tự đánh giá", "Self-assessed"},
            {RATING_VOTED, 2, "voted", "Đã biểu quyết", "Voted"},
            {RATING_CONFIRMED, 3, "confirmed", "Đã công nhận", "Confirmed"})},
        {F_RATING_PRESENT, "present", "Số có mặt", "Present", FIELD_INT, .rule = MERGE_LATEST,
         .max = COUNT_MAX},
        {F_RATING_FOR, "for", "Số tán thành", "In favour", FIELD_INT, .rule = MERGE_LATEST,
         .max = COUNT_MAX},
        {F_RATING_DECISION_DATE, "decision_date", "Ngày công nhận", "Confirmed on", FIELD_DATE,
         .rule = MERGE_LATEST, .leader = F_RATING_STATUS}), 0},

    {KIND_DISCIPLINE, "discipline", "Kỷ luật", "Discipline", ROUTE_DEPENDENT, LEVEL_COMMUNE, FIELDS(
        ABOUT_MEMBER,
        {F_DISCIPLINE_FORM, "form", "Hình thức", "Form", FIELD_ENUM, .rule = MERGE_LATEST,
         .flags = MUST, .codes = LIST(
            {DISCIPLINE_REPRIMAND, 1, "reprimand", "Khiển trách", "Reprimand"},
            {DISCIPLINE_WARNING, 2, "warning", "Cảnh cáo", "Warning"},
            {DISCIPLINE_DISMISSAL, 3, "dismissal", "Cách chức", "Dismissal from office"},
            {DISCIPLINE_EXPULSION, 4, "expulsion", "Khai trừ", "Expulsion"})},
        {F_DISCIPLINE_REASON, "reason", "Lý do", "Reason", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = STORY_BYTES},
        {F_DISCIPLINE_TOTAL, "total", "Tổng số đoàn viên", "Members in all", FIELD_INT,
         .rule = MERGE_LATEST, .max = COUNT_MAX},
        {F_DISCIPLINE_PRESENT, "present", "Số có mặt", "Present", FIELD_INT, .rule = MERGE_LATEST,
         .max = COUNT_MAX},
        {F_DISCIPLINE_FOR, "for", "Số tán thành", "In favour", FIELD_INT, .rule = MERGE_LATEST,
         .max = COUNT_MAX},
        {F_DISCIPLINE_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {DISCIPLINE_OPENED, 1, "opened", "Đang xem xét", "Opened"},
            {DISCIPLINE_VOTED, 2, "voted", "Đã biểu quyết", "Voted"},
            {DISCIPLINE_DECIDED, 3, "decided", "Đã quyết định", "Decided"},
            {DISCIPLINE_APPEAL, 4, "appeal", "Đang khiếu nại", "Under appeal"})},
        DECISION(F_DISCIPLINE_DECISION_NO, F_DISCIPLINE_DECISION_DATE, F_DISCIPLINE_STATUS)), 0},

    {KIND_REWARD, "reward", "Khen thưởng", "Reward", ROUTE_DEPENDENT, LEVEL_COMMUNE, FIELDS(
        ABOUT_MEMBER_OR_UNIT,
        {F_REWARD_FORM, "form", "Hình thức", "Form", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES,
         .suggest = "Giấy khen|Bằng khen|Kỷ niệm chương|Biểu dương"},
        {17, "reason", "Thành tích", "Reason", FIELD_TEXT, .rule = MERGE_LATEST,
         .max = STORY_BYTES},
        {F_REWARD_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {REWARD_PROPOSED, 1, "proposed", "Đề nghị", "Proposed"},
            {REWARD_REFUSED, 2, "refused", "Không được duyệt", "Refused"},
            {REWARD_GRANTED, 3, "granted", "Đã khen thưởng", "Granted"})},
        DECISION(F_REWARD_DECISION_NO, F_REWARD_DECISION_DATE, F_REWARD_STATUS)), F_REWARD_FORM},

    {KIND_GROUP, "group", "Nhóm, câu lạc bộ", "Group", ROUTE_OWN, LEVEL_COMMUNE, FIELDS(
        {F_GROUP_TYPE, "type", "Loại", "Type", FIELD_ENUM, .rule = MERGE_LATEST, .flags = MUST,
         .codes = LIST(
            {1, 0, "interest", "Theo sở thích", "By interest"},
            {2, 0, "target", "Theo đối tượng", "By target group"},
            {3, 0, "area", "Theo khu vực", "By area"})},
        {F_GROUP_NAME, "name", "Tên", "Name", FIELD_TEXT, .rule = MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES},
        {F_GROUP_LEADER, "leader", "Người phụ trách", "Leader", FIELD_REF, .rule = MERGE_LATEST,
         .ref_kind = KIND_MEMBER},
        {F_GROUP_MEMBERS, "members", "Thành viên", "Members", FIELD_REFSET, .rule = MERGE_SET,
         .ref_kind = KIND_MEMBER},
        {F_GROUP_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, .rule = MERGE_FORWARD,
         .codes = LIST(
            {GROUP_ACTIVE, 1, "active", "Đang hoạt động", "Active"},
            {GROUP_CLOSED, 2, "closed", "Đã kết thúc", "Closed"})},
        {21, "closed_date", "Ngày kết thúc", "Closed on", FIELD_DATE, .rule = MERGE_LATEST,
         .leader = F_GROUP_STATUS}), F_GROUP_NAME},
};
/* clang-format on */
const size_t schema_care_kinds_count = ARRAY_COUNT(schema_care_kinds);
