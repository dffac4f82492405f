/* The tables: a measure is one row, a report one block. */
#include "core/report_tally.h"

#include "core/text.h"

/* clang-format off */
static const struct measure measures[] = {
    /* strength */
    {"youth", "Thanh niên", "Youth",
     MEASURE_COUNT, HOW_SUM, .a = C_YOUTH, .b = C_YOUTH_UNITS, .now_only = true},
    {"youth_under_18", "Thanh niên dưới 18 tuổi", "Youth under 18",
     MEASURE_COUNT, HOW_SUM, .a = C_YOUTH_UNDER_18, .b = C_YOUTH_UNITS, .now_only = true},
    {"youth_18_25", "Thanh niên 18–25 tuổi", "Youth 18–25",
     MEASURE_COUNT, HOW_SUM, .a = C_YOUTH_18_25, .b = C_YOUTH_UNITS, .now_only = true},
    {"youth_26_30", "Thanh niên 26–30 tuổi", "Youth 26–30",
     MEASURE_COUNT, HOW_SUM, .a = C_YOUTH_26_30, .b = C_YOUTH_UNITS, .now_only = true},
    {"youth_members_share", "Tỷ lệ thanh niên là đoàn viên", "Share of youth that are members",
     MEASURE_PERCENT, HOW_SHARE, .a = C_YOUTH_MEMBERS, .b = C_YOUTH, .now_only = true},
    {"members", "Đoàn viên", "Members", MEASURE_COUNT, HOW_SUM, .a = C_MEMBERS, .headline = true},
    {"members_sex", "Giới tính", "Sex", MEASURE_COUNT, HOW_GROUP, .a = G_SEX},
    {"members_ethnicity", "Dân tộc", "Ethnicity", MEASURE_COUNT, HOW_GROUP, .a = G_ETHNICITY, .sensitive = true},
    {"members_age", "Tuổi", "Age", MEASURE_COUNT, HOW_GROUP, .a = G_AGE},
    {"members_setting", "Địa bàn", "Setting", MEASURE_COUNT, HOW_GROUP, .a = G_SETTING},
    {"members_own", "Thông tin riêng", "The province's own", MEASURE_COUNT, HOW_GROUP, .a = G_OWN, .sensitive = true},
    {"members_remote", "Đoàn viên ở vùng đặc biệt khó khăn", "Members in remote areas",
     MEASURE_COUNT, HOW_SUM, .a = C_MEMBERS_REMOTE},
    {"admitted", "Kết nạp", "Admitted", MEASURE_COUNT, HOW_SUM, .a = C_ADMITTED,
     .headline = true, .flow = true},
    {"in", "Chuyển đến", "Moved in", MEASURE_COUNT, HOW_SUM, .a = C_IN,
     .headline = true, .flow = true},
    {"out", "Chuyển đi", "Moved out", MEASURE_COUNT, HOW_SUM, .a = C_OUT,
     .headline = true, .flow = true},
    {"away", "Đi làm ăn xa", "Away for work", MEASURE_COUNT, HOW_SUM, .a = C_AWAY},
    {"matured", "Trưởng thành Đoàn", "Matured",
     MEASURE_COUNT, HOW_SUM, .a = C_MATURED, .headline = true, .flow = true},
    {"removed", "Xoá tên", "Removed", MEASURE_COUNT, HOW_SUM, .a = C_REMOVED, .flow = true},
    {"expelled", "Khai trừ", "Expelled", MEASURE_COUNT, HOW_SUM, .a = C_EXPELLED, .flow = true},
    {"deceased", "Đã mất", "Deceased", MEASURE_COUNT, HOW_SUM, .a = C_DECEASED, .flow = true},
    /* quality */
    {"rated", "Đoàn viên được xếp loại", "Members rated", MEASURE_COUNT, HOW_SUM, .a = C_RATED},
    {"members_rated", "Xếp loại đoàn viên", "Members rated",
     MEASURE_COUNT, HOW_GROUP, .a = G_RATED},
    {"rated_excellent_share", "Tỷ lệ hoàn thành xuất sắc", "Share rated excellent",
     MEASURE_PERCENT, HOW_SHARE, .a = C_RATED_EXCELLENT, .b = C_RATED, .headline = true},
    {"units_rated", "Xếp loại tổ chức Đoàn", "Units rated",
     MEASURE_COUNT, HOW_GROUP, .a = G_RATED_UNITS},
    {"outstanding", "Đoàn viên ưu tú", "Outstanding members",
     MEASURE_COUNT, HOW_SUM, .a = C_OUTSTANDING, .headline = true},
    {"party_admissions", "Đoàn viên vào Đảng", "Admitted to the Party",
     MEASURE_COUNT, HOW_SUM, .a = C_PARTY_ADMISSIONS, .headline = true,
     .sensitive = true, .flow = true},
    {"party_members", "Đoàn viên là đảng viên", "Members in the Party",
     MEASURE_COUNT, HOW_SUM, .a = C_PARTY_MEMBERS, .sensitive = true},
    {"rewards_members", "Khen thưởng cá nhân", "Rewards of members",
     MEASURE_COUNT, HOW_SUM, .a = C_REWARDS_MEMBERS, .headline = true, .flow = true},
    {"rewards_units", "Khen thưởng tập thể", "Rewards of units",
     MEASURE_COUNT, HOW_SUM, .a = C_REWARDS_UNITS, .flow = true},
    {"rewards_form", "Hình thức khen thưởng", "Rewards by form",
     MEASURE_COUNT, HOW_GROUP, .a = G_REWARDS},
    {"discipline", "Kỷ luật", "Discipline",
     MEASURE_COUNT, HOW_SUM, .a = C_DISCIPLINE, .headline = true, .flow = true},
    {"discipline_form", "Hình thức kỷ luật", "Discipline by form",
     MEASURE_COUNT, HOW_GROUP, .a = G_DISCIPLINE},
    /* branch life */
    {"branches", "Chi đoàn", "Branches", MEASURE_COUNT, HOW_SUM, .a = C_BRANCHES, .headline = true},
    {"branches_met", "Chi đoàn sinh hoạt đủ các tháng", "Branches that met each month",
     MEASURE_COUNT, HOW_SUM, .a = C_BRANCHES_MET, .headline = true},
    {"met_share", "Tỷ lệ tháng có sinh hoạt chi đoàn", "Share of months with a branch meeting",
     MEASURE_PERCENT, HOW_SHARE, .a = C_BRANCH_MONTHS_MET, .b = C_BRANCH_MONTHS,
     .headline = true, .flow = true},
    {"meetings", "Buổi sinh hoạt", "Meetings",
     MEASURE_COUNT, HOW_SUM, .a = C_MEETINGS, .headline = true, .flow = true},
    {"meetings_thematic", "Trong đó sinh hoạt chuyên đề", "Of them thematic",
     MEASURE_COUNT, HOW_SUM, .a = C_MEETINGS_THEMATIC, .flow = true},
    {"present", "Lượt đoàn viên dự sinh hoạt", "Attendances at meetings",
     MEASURE_COUNT, HOW_SUM, .a = C_PRESENT, .flow = true},
    {"attendance", "Tỷ lệ dự sinh hoạt", "Attendance",
     MEASURE_PERCENT, HOW_SHARE, .a = C_PRESENT, .b = C_EXPECTED, .headline = true, .flow = true},
    {"visits_received", "Lượt cán bộ dự sinh hoạt tại chi đoàn", "Visits received by branches",
     MEASURE_COUNT, HOW_SUM, .a = C_VISITS, .flow = true},
    {"visits_made", "Lượt cán bộ của đơn vị đi dự", "Visits made by its cadres",
     MEASURE_COUNT, HOW_SUM, .a = C_VISITS_MADE, .flow = true},
    {"visits_quota", "Định mức lượt dự", "Visits by quota",
     MEASURE_COUNT, HOW_SUM, .a = C_VISITS_QUOTA, .flow = true},
    {"visits_share", "Tỷ lệ đạt định mức dự sinh hoạt", "Visits made against the quota",
     MEASURE_PERCENT, HOW_SHARE, .a = C_VISITS_MADE, .b = C_VISITS_QUOTA,
     .headline = true, .flow = true},
    {"inspections", "Cuộc kiểm tra", "Inspections", MEASURE_COUNT, HOW_SUM, .a = C_INSPECTIONS,
     .flow = true},
    {"inspections_due", "Kết luận kiểm tra đến hạn khắc phục", "Inspections with a deadline",
     MEASURE_COUNT, HOW_SUM, .a = C_INSPECTIONS_DUE, .flow = true},
    {"inspections_in_time", "Kết thúc đúng hạn", "Closed in time",
     MEASURE_COUNT, HOW_SUM, .a = C_INSPECTIONS_IN_TIME, .flow = true},
    {"inspections_share", "Tỷ lệ kết thúc đúng hạn", "Share closed in time",
     MEASURE_PERCENT, HOW_SHARE, .a = C_INSPECTIONS_IN_TIME, .b = C_INSPECTIONS_DUE, .flow = true},
    {"topics", "Số chuyên đề đã đề cập", "Topics covered",
     MEASURE_COUNT, HOW_DISTINCT, .a = G_TOPICS},
    {"activities_topic", "Chuyên đề", "Topic", MEASURE_COUNT, HOW_GROUP, .a = G_TOPICS},
    {"activities_agenda", "Nội dung sinh hoạt", "Agenda item",
     MEASURE_COUNT, HOW_GROUP, .a = G_AGENDA},
    /* movement */
    {"works", "Công trình, phần việc, hoạt động", "Works",
     MEASURE_COUNT, HOW_SUM, .a = C_WORKS, .headline = true, .flow = true},
    {"works_type", "Loại", "Works by type", MEASURE_COUNT, HOW_GROUP, .a = G_WORKS},
    {"participants", "Lượt đoàn viên tham gia", "Participants",
     MEASURE_COUNT, HOW_SUM, .a = C_PARTICIPANTS, .headline = true, .flow = true},
    {"value", "Giá trị làm lợi", "Value", MEASURE_MONEY, HOW_SUM, .a = C_VALUE,
     .headline = true, .flow = true},
    {"workdays", "Ngày công", "Workdays",
     MEASURE_COUNT, HOW_SUM, .a = C_WORKDAYS, .headline = true, .flow = true},
    /* plans */
    {"plans", "Chương trình công tác", "Plans",
     MEASURE_COUNT, HOW_SUM, .a = C_PLANS, .headline = true, .flow = true},
    {"plans_approved", "Chương trình đã duyệt", "Plans approved",
     MEASURE_COUNT, HOW_SUM, .a = C_PLANS_APPROVED, .flow = true},
    {"items", "Việc đến hạn", "Items due", MEASURE_COUNT, HOW_SUM, .a = C_ITEMS,
     .headline = true, .flow = true},
    {"items_done", "Hoàn thành", "Done",
     MEASURE_COUNT, HOW_SUM, .a = C_ITEMS_DONE, .headline = true, .flow = true},
    {"items_late", "Chậm", "Late", MEASURE_COUNT, HOW_SUM, .a = C_ITEMS_LATE,
     .headline = true, .flow = true},
    {"items_dropped", "Không thực hiện", "Dropped", MEASURE_COUNT, HOW_SUM, .a = C_ITEMS_DROPPED,
     .flow = true},
    {"items_open", "Còn trong hạn", "Not yet due", MEASURE_COUNT, HOW_SUM, .a = C_ITEMS_OPEN,
     .flow = true},
    {"items_done_share", "Tỷ lệ hoàn thành", "Share done",
     MEASURE_PERCENT, HOW_SHARE, .a = C_ITEMS_DONE, .b = C_ITEMS, .headline = true, .flow = true},
    /* cadres */
    {"units", "Tổ chức Đoàn", "Units", MEASURE_COUNT, HOW_SUM, .a = C_UNITS},
    {"filled", "Chức danh đang giữ", "Positions filled",
     MEASURE_COUNT, HOW_SUM, .a = C_FILLED, .headline = true},
    {"filled_title", "Chức danh", "Title", MEASURE_COUNT, HOW_GROUP, .a = G_FILLED},
    {"vacant", "Đơn vị khuyết bí thư", "Units without a secretary",
     MEASURE_COUNT, HOW_SUM, .a = C_VACANT, .headline = true},
    {"failing", "Cán bộ chưa đạt tiêu chuẩn", "Cadres failing a standard",
     MEASURE_COUNT, HOW_SUM, .a = C_FAILING, .headline = true},
    {"planned", "Quy hoạch đã duyệt", "Planned successors",
     MEASURE_COUNT, HOW_SUM, .a = C_PLANNED, .headline = true},
    {"planned_reviewed", "Trong đó đã rà soát trong kỳ", "Of them reviewed",
     MEASURE_COUNT, HOW_SUM, .a = C_PLANNED_REVIEWED},
    {"trained", "Lượt đào tạo, bồi dưỡng", "Trained",
     MEASURE_COUNT, HOW_SUM, .a = C_TRAINED, .headline = true, .flow = true},
    {"trained_hours", "Số giờ đào tạo, bồi dưỡng", "Hours of training",
     MEASURE_COUNT, HOW_SUM, .a = C_TRAINED_HOURS, .flow = true},
    {"rotated", "Điều động, luân chuyển", "Rotated", MEASURE_COUNT, HOW_SUM, .a = C_ROTATED,
     .flow = true},
    /* government */
    {"dialogues", "Cuộc đối thoại", "Dialogues",
     MEASURE_COUNT, HOW_SUM, .a = C_DIALOGUES, .headline = true, .flow = true},
    {"dialogues_attendance", "Lượt người dự đối thoại", "Attendance at dialogues",
     MEASURE_COUNT, HOW_SUM, .a = C_DIALOGUES_ATTENDANCE, .flow = true},
    {"promises_due", "Cam kết đến hạn", "Promises due", MEASURE_COUNT, HOW_SUM, .a = C_PROMISES,
     .flow = true},
    {"promises_kept", "Cam kết đã thực hiện đúng hạn", "Promises kept",
     MEASURE_COUNT, HOW_SUM, .a = C_PROMISES_KEPT, .headline = true, .flow = true},
    {"promises_share", "Tỷ lệ thực hiện cam kết", "Share of promises kept",
     MEASURE_PERCENT, HOW_SHARE, .a = C_PROMISES_KEPT, .b = C_PROMISES, .flow = true},
    {"proposals", "Tham mưu, đề xuất đã gửi", "Proposals sent",
     MEASURE_COUNT, HOW_SUM, .a = C_PROPOSALS, .headline = true, .flow = true},
    {"proposals_accepted", "Được chấp thuận", "Accepted",
     MEASURE_COUNT, HOW_SUM, .a = C_PROPOSALS_ACCEPTED, .headline = true, .flow = true},
    {"proposals_declined", "Không được chấp thuận", "Declined",
     MEASURE_COUNT, HOW_SUM, .a = C_PROPOSALS_DECLINED, .flow = true},
    {"proposals_share", "Tỷ lệ được chấp thuận", "Share accepted",
     MEASURE_PERCENT, HOW_SHARE, .a = C_PROPOSALS_ACCEPTED, .b = C_PROPOSALS, .flow = true},
    {"coordinations", "Chương trình phối hợp", "Coordination",
     MEASURE_COUNT, HOW_SUM, .a = C_COORDINATIONS},
    {"resources", "Nguồn lực phối hợp", "Resources by coordination",
     MEASURE_MONEY, HOW_SUM, .a = C_RESOURCES, .flow = true},
    /* fees */
    {"fees_due", "Đoàn phí phải thu", "Fees due",
     MEASURE_MONEY, HOW_SUM, .a = C_FEES_DUE, .headline = true, .flow = true},
    {"fees_paid", "Đoàn phí đã thu", "Fees paid",
     MEASURE_MONEY, HOW_SUM, .a = C_FEES_PAID, .headline = true, .flow = true},
    {"fees_paid_share", "Tỷ lệ thu", "Share paid",
     MEASURE_PERCENT, HOW_SHARE, .a = C_FEES_PAID, .b = C_FEES_DUE, .headline = true, .flow = true},
    {"fees_payments", "Lượt đóng", "Payments", MEASURE_COUNT, HOW_SUM, .a = C_FEES_PAYERS,
     .flow = true},
    {"fees_exempt", "Lượt được miễn", "Exemptions", MEASURE_COUNT, HOW_SUM, .a = C_FEES_EXEMPT,
     .flow = true},
    {"fees_kept", "Được giữ lại", "Share kept",
     MEASURE_MONEY, HOW_REST, .a = C_FEES_PAID, .headline = true},
    {"fees_up", "Phải nộp lên cấp trên", "Share to pass up",
     MEASURE_MONEY, HOW_PART, .a = C_FEES_PAID, .headline = true},
    {"fees_remitted", "Đã nộp lên cấp trên", "Passed up",
     MEASURE_MONEY, HOW_SUM, .a = C_FEES_REMITTED, .headline = true, .flow = true},
    /* the scorecard */
    {"assessments", "Đơn vị tự đánh giá", "Units assessed",
     MEASURE_COUNT, HOW_SUM, .a = C_ASSESSED},
    {"assessments_recognised", "Đơn vị được công nhận", "Units recognised",
     MEASURE_COUNT, HOW_SUM, .a = C_RECOGNISED, .headline = true},
    {"score_1", "Điểm nội dung 1 (bình quân)", "Score of content 1 (average)",
     MEASURE_POINTS, HOW_MEAN, .a = C_SCORE_1, .b = C_SCORED_1, .headline = true},
    {"score_2", "Điểm nội dung 2 (bình quân)", "Score of content 2 (average)",
     MEASURE_POINTS, HOW_MEAN, .a = C_SCORE_2, .b = C_SCORED_2, .headline = true},
    {"score_3", "Điểm nội dung 3 (bình quân)", "Score of content 3 (average)",
     MEASURE_POINTS, HOW_MEAN, .a = C_SCORE_3, .b = C_SCORED_3, .headline = true},
    /* data health */
    {"completeness", "Mức đầy đủ của hồ sơ đoàn viên", "Completeness of members' records",
     MEASURE_PERCENT, HOW_SHARE, .a = C_FIELDS_FILLED, .b = C_FIELDS, .headline = true},
    {"fields_missing", "Thông tin còn thiếu", "Missing entries",
     MEASURE_COUNT, HOW_SUM, .a = C_FIELDS_MISSING, .headline = true},
    {"missing", "Thiếu", "Missing", MEASURE_COUNT, HOW_GROUP, .a = G_MISSING},
    {"conflicts", "Mâu thuẫn chưa xử lý", "Open conflicts",
     MEASURE_COUNT, HOW_SUM, .a = C_CONFLICTS, .now_only = true, .headline = true},
    {"doubles", "Cặp có thể trùng", "Probable doubles",
     MEASURE_COUNT, HOW_SUM, .a = C_DOUBLES, .now_only = true, .headline = true},
    {"unsent", "Bản ghi của máy này chưa gửi", "Records of this computer not sent yet",
     MEASURE_COUNT, HOW_SUM, .a = C_UNSENT, .now_only = true},
    {"nodes", "Máy", "Computers",
     MEASURE_COUNT, HOW_SUM, .a = C_NODES, .now_only = true, .headline = true},
    {"nodes_silent", "Máy lâu không liên lạc", "Silent computers",
     MEASURE_COUNT, HOW_SUM, .a = C_NODES_SILENT, .now_only = true, .headline = true},
    {"days_since_contact", "Số ngày từ lần liên lạc cuối", "Days since the last contact",
     MEASURE_DAYS, HOW_GROUP, .a = G_CONTACT, .now_only = true},
};

/* clang-format on */

#define KINDS(...) ((const uint32_t[]){__VA_ARGS__, 0})
#define MEASURES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SECTIONS(...) ((const struct report_section[]){__VA_ARGS__, {"", "", NULL}})

static const struct report reports[] = {
    {"badong", "Ba chủ động", "Three ways of being proactive",
     KINDS(KIND_MEMBER, KIND_TRANSFER, KIND_ACCEPTANCE, KIND_ACTIVITY, KIND_FEE, KIND_RATING,
           KIND_POSITION, KIND_VISIT, KIND_INSPECTION, KIND_PLAN, KIND_PLAN_ITEM, KIND_DIALOGUE,
           KIND_PROPOSAL, KIND_COORDINATION, KIND_ASSESSMENT),
     .sections = SECTIONS(
         {"Nội dung 1: quản lý đoàn viên, chăm lo thanh niên",
          "Content 1: managing members and caring for youth",
          MEASURES("members", "youth_members_share", "admitted", "in", "out", "matured",
                   "party_admissions", "rated_excellent_share", "fees_paid_share", "completeness",
                   "score_1")},
         {"Nội dung 2: xây dựng và thực hiện chương trình công tác",
          "Content 2: building and carrying out programmes",
          MEASURES("plans_approved", "items", "items_done_share", "met_share", "attendance",
                   "topics", "works", "participants", "visits_share", "inspections_share",
                   "score_2")},
         {"Nội dung 3: tham mưu, phối hợp", "Content 3: advising and cooperation",
          MEASURES("dialogues", "promises_share", "proposals", "proposals_share", "coordinations",
                   "resources", "score_3")},
         {"Kết quả đánh giá", "Outcome", MEASURES("assessments", "assessments_recognised")}),
     .pilots = true},
    {"strength", "Số lượng đoàn viên, thanh niên", "Strength",
     KINDS(KIND_MEMBER, KIND_TRANSFER, KIND_ACCEPTANCE),
     .sections = SECTIONS(
         {"Thanh niên", "Youth",
          MEASURES("youth", "youth_under_18", "youth_18_25", "youth_26_30", "youth_members_share")},
         {"Đoàn viên", "Members",
          MEASURES("members", "members_sex", "members_ethnicity", "members_age", "members_setting",
                   "members_own", "members_remote")},
         {"Tăng, giảm trong kỳ", "Changes in the period",
          MEASURES("admitted", "in", "out", "matured", "removed", "expelled", "deceased")},
         {"Biến động", "Away", MEASURES("away")})},
    {"quality", "Chất lượng đoàn viên", "Quality",
     KINDS(KIND_MEMBER, KIND_RATING, KIND_REWARD, KIND_DISCIPLINE),
     .sections =
         SECTIONS({"Xếp loại", "Ratings",
                   MEASURES("rated", "members_rated", "rated_excellent_share", "units_rated")},
                  {"Phát triển Đảng", "The Party",
                   MEASURES("outstanding", "party_admissions", "party_members")},
                  {"Khen thưởng, kỷ luật", "Rewards and discipline",
                   MEASURES("rewards_members", "rewards_units", "rewards_form", "discipline",
                            "discipline_form")})},
    {"branch-life", "Sinh hoạt chi đoàn", "Branch life",
     KINDS(KIND_MEMBER, KIND_ACTIVITY, KIND_POSITION, KIND_VISIT, KIND_INSPECTION),
     .sections = SECTIONS(
         {"Sinh hoạt", "Meetings",
          MEASURES("branches", "branches_met", "met_share", "meetings", "meetings_thematic",
                   "present", "attendance")},
         {"Cán bộ dự sinh hoạt", "Visits",
          MEASURES("visits_received", "visits_made", "visits_quota", "visits_share")},
         {"Kiểm tra", "Inspections",
          MEASURES("inspections", "inspections_due", "inspections_in_time", "inspections_share")},
         {"Chuyên đề", "Topics", MEASURES("topics", "activities_topic", "activities_agenda")})},
    {"movement", "Phong trào", "Movement", KINDS(KIND_ACTIVITY),
     .sections =
         SECTIONS({"", "", MEASURES("works", "works_type", "participants", "value", "workdays")})},
    {"plans", "Chương trình công tác", "Plans", KINDS(KIND_PLAN, KIND_PLAN_ITEM),
     .sections = SECTIONS({"", "",
                           MEASURES("plans", "plans_approved", "items", "items_done", "items_late",
                                    "items_dropped", "items_open", "items_done_share")})},
    {"cadres", "Cán bộ", "Cadres",
     KINDS(KIND_MEMBER, KIND_POSITION, KIND_CADRE_PLAN, KIND_TRAINING, KIND_ROTATION),
     .sections =
         SECTIONS({"", "",
                   MEASURES("units", "filled", "filled_title", "vacant", "failing", "planned",
                            "planned_reviewed", "trained", "trained_hours", "rotated")})},
    {"government", "Đối thoại, tham mưu, phối hợp", "Government and partners",
     KINDS(KIND_DIALOGUE, KIND_PROPOSAL, KIND_COORDINATION),
     .sections = SECTIONS(
         {"", "",
          MEASURES("dialogues", "dialogues_attendance", "promises_due", "promises_kept",
                   "promises_share", "proposals", "proposals_accepted", "proposals_declined",
                   "proposals_share", "coordinations", "resources")})},
    {"fees", "Đoàn phí", "Fees", KINDS(KIND_FEE),
     .sections = SECTIONS({"", "",
                           MEASURES("fees_due", "fees_paid", "fees_paid_share", "fees_payments",
                                    "fees_exempt", "fees_kept", "fees_up", "fees_remitted")})},
    {"data-health", "Tình trạng dữ liệu", "Data health", KINDS(KIND_MEMBER),
     .sections =
         SECTIONS({"Hồ sơ", "Records",
                   MEASURES("completeness", "fields_missing", "missing", "conflicts", "doubles")},
                  {"Liên lạc", "Contact",
                   MEASURES("unsent", "nodes", "nodes_silent", "days_since_contact")})},
};

const struct report *report_at(size_t index)
{
    return index < ARRAY_COUNT(reports) ? &reports[index] : NULL;
}

/* Folding parts words by blanks, whatever stands between them. */
const struct report *report_by_name(const char *name)
{
    struct arena arena = {0};
    const struct report *found = NULL;
    struct slice want = text_fold(slice_str(name), &arena);
    for (size_t i = 0; i < ARRAY_COUNT(reports) && !found; i++) {
        if (slice_equal(text_fold(slice_str(reports[i].name), &arena), want) ||
            slice_equal(text_fold(slice_str(reports[i].vi), &arena), want)) {
            found = &reports[i];
        }
    }
    arena_free(&arena);
    return found;
}

const struct measure *report_measure(const char *id)
{
    for (size_t i = 0; i < ARRAY_COUNT(measures); i++) {
        if (strcmp(measures[i].id, id) == 0) {
            return &measures[i];
        }
    }
    return NULL;
}

bool report_reads_facts(const struct report *report)
{
    for (const struct report_section *s = report->sections; s->measures; s++) {
        for (const char *const *id = s->measures; *id; id++) {
            if (strcmp(*id, "nodes") == 0) {
                return true;
            }
        }
    }
    return false;
}
