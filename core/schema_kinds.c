/* The table: a field is one row, a kind is one block. Numbers of kinds, fields and codes are
 * permanent. A kind's own fields start at 16; a row with the number of a common field takes its
 * place in that kind. */
#include "core/schema_kinds.h"

#define LIST(...) ((const struct enum_code[]){__VA_ARGS__, {.number = 0}})
#define FIELDS(...) ((const struct field_def[]){__VA_ARGS__, {.number = 0}})

#define CODE_BYTES 40
#define LINE_BYTES 300
#define STORY_BYTES 32768
#define COUNT_MAX 1000000
#define MONEY_MAX 1000000000000 /* đồng */

#define FIND_BY (FIELD_SEARCHABLE)
#define MUST (FIELD_REQUIRED)
#define KEY_OF_IT (FIELD_UNIQUE_HINT | FIELD_SEARCHABLE)

/* clang-format off */

const struct field_def schema_common_fields[] = {
    {F_UNIT, "unit", "Đơn vị", "Unit", FIELD_REF, MERGE_AUTHORITY, .ref_kind = KIND_UNIT},
    {F_MEMBER, "member", "Đoàn viên", "Member", FIELD_REF, MERGE_LATEST, .ref_kind = KIND_MEMBER},
    {F_DELETED, "deleted", "Đã xoá", "Deleted", FIELD_BYTES, MERGE_LATEST, .flags = FIELD_MACHINE},
    {F_MERGED_INTO, "merged_into", "Đã gộp vào", "Merged into", FIELD_REFSET, MERGE_SET,
     .flags = FIELD_MACHINE},
    {F_MERGED_KEEP, "merged_keep", "Giữ lại khi gộp", "Kept when merged", FIELD_TEXTSET, MERGE_SET,
     .flags = FIELD_MACHINE, .max = LINE_BYTES},
    {F_NOT_SAME, "not_same", "Không trùng với", "Not the same as", FIELD_REFSET, MERGE_SET,
     .flags = FIELD_MACHINE},
    {F_EXT_ID, "ext_id", "Mã bên ngoài", "External ID", FIELD_TEXT, MERGE_LATEST,
     .flags = FIELD_UNIQUE_HINT, .max = 200},
    {F_NOTE, "note", "Ghi chú", "Note", FIELD_TEXT, MERGE_LATEST, .max = STORY_BYTES},
};
const size_t schema_common_count = ARRAY_COUNT(schema_common_fields);

/* ---- codes used by several fields ----------------------------------------------------------- */

enum unit_type_number { TYPE_PROVINCE = UNIT_TYPE_PROVINCE, TYPE_DISTRICT = 2, TYPE_CITY = 3, TYPE_TOWN = 4,
    TYPE_QUARTER = 5, TYPE_GRASSROOTS = 8 };
enum unit_setting_number { SETTING_COMMUNE = 1, SETTING_WARD = 2, SETTING_TOWNLET = 3 };

static const struct enum_code unit_types[] = {
    {TYPE_PROVINCE, LEVEL_PROVINCE, "tinh-doan", "Tỉnh đoàn", "Province union"},
    {TYPE_DISTRICT, LEVEL_DISTRICT, "huyen-doan", "Huyện đoàn", "District union"},
    {TYPE_CITY, LEVEL_DISTRICT, "thanh-doan", "Thành đoàn", "City union"},
    {TYPE_TOWN, LEVEL_DISTRICT, "thi-doan", "Thị đoàn", "Town union"},
    {TYPE_QUARTER, LEVEL_DISTRICT, "quan-doan", "Quận đoàn", "Urban district union"},
    {6, LEVEL_DISTRICT, "doan-khoi", "Đoàn khối", "Sector union"},
    {7, LEVEL_DISTRICT, "truc-thuoc", "Đơn vị trực thuộc", "Directly attached union"},
    {TYPE_GRASSROOTS, LEVEL_COMMUNE, "doan-co-so", "Đoàn cơ sở", "Grassroots union"},
    {9, LEVEL_COMMUNE, "chi-doan-co-so", "Chi đoàn cơ sở", "Grassroots branch"},
    {10, LEVEL_BRANCH, "lien-chi-doan", "Liên chi đoàn", "Group of branches"},
    {11, LEVEL_BRANCH, "chi-doan", "Chi đoàn", "Branch"},
    {.number = 0},
};

static const struct enum_code unit_settings[] = {
    {SETTING_COMMUNE, 0, "xa", "Xã", "Commune"},
    {SETTING_WARD, 0, "phuong", "Phường", "Ward"},
    {SETTING_TOWNLET, 0, "thi-tran", "Thị trấn", "Townlet"},
    {4, 0, "thon-ban", "Thôn, bản", "Village"},
    {5, 0, "to-dan-pho", "Tổ dân phố", "Residential group"},
    {6, 0, "truong", "Trường học", "School"},
    {7, 0, "co-quan", "Cơ quan", "Public agency"},
    {8, 0, "doanh-nghiep", "Doanh nghiệp", "Enterprise"},
    {9, 0, "cong-an", "Công an", "Police"},
    {.number = 0},
};

const struct code_alias schema_aliases[] = {
    {KIND_UNIT, F_UNIT_TYPE, TYPE_PROVINCE, 0, 0, "tinh|thanh pho trung uong|province"},
    {KIND_UNIT, F_UNIT_TYPE, TYPE_DISTRICT, 0, 0, "huyen|district"},
    {KIND_UNIT, F_UNIT_TYPE, TYPE_CITY, 0, 0, "thanh pho|city"},
    {KIND_UNIT, F_UNIT_TYPE, TYPE_TOWN, 0, 0, "thi xa|town"},
    {KIND_UNIT, F_UNIT_TYPE, TYPE_QUARTER, 0, 0, "quan"},
    {KIND_UNIT, F_UNIT_TYPE, TYPE_GRASSROOTS, F_UNIT_SETTING, SETTING_COMMUNE, "xa|commune"},
    {KIND_UNIT, F_UNIT_TYPE, TYPE_GRASSROOTS, F_UNIT_SETTING, SETTING_WARD, "phuong|ward"},
    {KIND_UNIT, F_UNIT_TYPE, TYPE_GRASSROOTS, F_UNIT_SETTING, SETTING_TOWNLET,
     "thi tran|townlet"},
};
const size_t schema_aliases_count = ARRAY_COUNT(schema_aliases);

/* ---- kinds ---------------------------------------------------------------------------------- */

const struct kind_def schema_kinds[] = {
    {KIND_UNIT, "unit", "Đơn vị", "Unit", ROUTE_EVERYWHERE, LEVEL_COMMUNE, FIELDS(
        {F_UNIT_CODE, "code", "Mã", "Code", FIELD_TEXT, MERGE_AUTHORITY, .flags = MUST | KEY_OF_IT,
         .max = CODE_BYTES},
        {F_UNIT_NAME, "name", "Tên", "Name", FIELD_TEXT, MERGE_AUTHORITY, .flags = MUST | FIND_BY,
         .max = LINE_BYTES},
        {F_UNIT_PARENT, "parent", "Cấp trên trực tiếp", "Parent", FIELD_REF, MERGE_AUTHORITY,
         .ref_kind = KIND_UNIT},
        {F_UNIT_TYPE, "type", "Loại", "Type", FIELD_ENUM, MERGE_AUTHORITY, .flags = MUST,
         .codes = unit_types},
        {F_UNIT_SETTING, "setting", "Địa bàn", "Setting", FIELD_ENUM, MERGE_LATEST,
         .codes = unit_settings},
        {21, "remote", "Vùng đặc biệt khó khăn", "Remote", FIELD_BOOL, MERGE_LATEST},
        {22, "pilot", "Mô hình điểm", "Pilot", FIELD_BOOL, MERGE_AUTHORITY,
         .level = LEVEL_PROVINCE},
        {23, "youth_under_18", "Thanh niên dưới 18 tuổi", "Youth under 18", FIELD_INT,
         MERGE_LATEST, .max = COUNT_MAX},
        {24, "youth_18_25", "Thanh niên 18–25 tuổi", "Youth 18–25", FIELD_INT, MERGE_LATEST,
         .max = COUNT_MAX},
        {25, "youth_26_30", "Thanh niên 26–30 tuổi", "Youth 26–30", FIELD_INT, MERGE_LATEST,
         .max = COUNT_MAX},
        {26, "status", "Trạng thái", "Status", FIELD_ENUM, MERGE_FORWARD, .codes = LIST(
            {1, 1, "proposed", "Đề nghị thành lập", "Proposed"},
            {2, 2, "active", "Đang hoạt động", "Active"},
            {3, 3, "merged", "Đã sáp nhập", "Merged"},
            {4, 3, "split", "Đã chia tách", "Split"},
            {5, 3, "dissolved", "Đã giải thể", "Dissolved"})},
        {27, "decision_no", "Số quyết định", "Decision number", FIELD_TEXT, MERGE_LATEST,
         .leader = 26, .max = CODE_BYTES},
        {28, "decision_date", "Ngày quyết định", "Decision date", FIELD_DATE, MERGE_LATEST,
         .leader = 26},
        {29, "valid_from", "Có hiệu lực từ", "Valid from", FIELD_DATE, MERGE_AUTHORITY},
        {30, "valid_to", "Có hiệu lực đến", "Valid to", FIELD_DATE, MERGE_AUTHORITY},
        {31, "successors", "Đơn vị kế tục", "Successors", FIELD_REFSET, MERGE_SET,
         .ref_kind = KIND_UNIT},
        {32, "location", "Toạ độ", "Location", FIELD_GEO, MERGE_LATEST})},

    {KIND_NODE, "node", "Máy", "Node", ROUTE_EVERYWHERE, LEVEL_COMMUNE, FIELDS(
        {F_NODE_NAME, "name", "Tên", "Name", FIELD_TEXT, MERGE_LATEST, .flags = FIND_BY,
         .max = LINE_BYTES},
        {F_NODE_KEY, "key", "Khoá công khai", "Public key", FIELD_BYTES, MERGE_LATEST,
         .flags = FIELD_MACHINE, .max = KEY_PUBLIC_BYTES},
        {F_NODE_ACTORS, "actors", "Tác nhân", "Actors", FIELD_TEXTSET, MERGE_SET, .flags = FIELD_MACHINE,
         .max = CODE_BYTES},
        {F_NODE_ROLE, "role", "Vai trò", "Role", FIELD_ENUM, MERGE_AUTHORITY, .codes = LIST(
            {NODE_ROLE_VIEWER, 1, "viewer", "Người xem", "Viewer"},
            {NODE_ROLE_CLERK, 2, "clerk", "Văn thư", "Clerk"},
            {NODE_ROLE_OFFICER, 3, "officer", "Cán bộ phụ trách", "Officer"},
            {NODE_ROLE_HUB, 4, "hub", "Máy chủ", "Hub"})},
        {F_NODE_STATE, "state", "Trạng thái", "State", FIELD_ENUM, MERGE_FORWARD, .codes = LIST(
            {NODE_ACTIVE, 1, "active", "Đang dùng", "Active"},
            {NODE_RETIRED, 2, "retired", "Ngừng dùng", "Retired"},
            {NODE_REVOKED, 3, "revoked", "Bị thu hồi", "Revoked"})},
        {21, "state_date", "Từ ngày", "Since", FIELD_DATE, MERGE_LATEST, .leader = F_NODE_STATE},
        {22, "state_reason", "Lý do", "Reason", FIELD_TEXT, MERGE_LATEST, .leader = F_NODE_STATE,
         .max = LINE_BYTES},
        {23, "issuer", "Máy cấp phép", "Issuer", FIELD_REF, MERGE_LATEST, .flags = FIELD_MACHINE,
         .ref_kind = KIND_NODE})},

    {KIND_FIELD, "field", "Trường thông tin", "Field", ROUTE_DOWN, LEVEL_PROVINCE, FIELDS(
        {16, "of_kind", "Thuộc loại bản ghi", "Of kind", FIELD_TEXT, MERGE_AUTHORITY, .flags = MUST,
         .max = CODE_BYTES},
        {17, "number", "Số hiệu", "Number", FIELD_INT, MERGE_AUTHORITY, .flags = MUST, .min = 1000,
         .max = INT32_MAX},
        {18, "name", "Tên trường", "Name", FIELD_TEXT, MERGE_AUTHORITY, .flags = MUST | FIND_BY,
         .max = CODE_BYTES},
        {19, "label_vi", "Nhãn tiếng Việt", "Label in Vietnamese", FIELD_TEXT, MERGE_AUTHORITY,
         .flags = MUST, .max = LINE_BYTES},
        {20, "label_en", "Nhãn tiếng Anh", "Label in English", FIELD_TEXT, MERGE_AUTHORITY,
         .max = LINE_BYTES},
        {21, "type", "Kiểu", "Type", FIELD_ENUM, MERGE_AUTHORITY, .flags = MUST, .codes = LIST(
            {1, 0, "text", "Văn bản", "Text"},
            {2, 0, "int", "Số nguyên", "Whole number"},
            {3, 0, "bool", "Có/không", "Yes or no"},
            {4, 0, "date", "Ngày", "Date"},
            {5, 0, "month", "Tháng", "Month"},
            {6, 0, "enum", "Danh mục", "List of codes"},
            {7, 0, "ref", "Tham chiếu", "Reference"},
            {8, 0, "set-of-refs", "Tập tham chiếu", "Set of references"},
            {9, 0, "set-of-text", "Tập văn bản", "Set of text"},
            {10, 0, "geo", "Toạ độ", "Geo point"},
            {11, 0, "money", "Số tiền", "Money"})},
        {22, "rule", "Quy tắc trộn", "Merge rule", FIELD_ENUM, MERGE_AUTHORITY, .codes = LIST(
            {1, 0, "latest", "Mới nhất", "Latest"},
            {2, 0, "set", "Tập hợp", "Set"},
            {3, 0, "authority", "Cấp cao hơn", "Authority"},
            {4, 0, "forward", "Bước sau", "Forward"},
            {5, 0, "max", "Lớn nhất", "Greatest"},
            {6, 0, "min", "Nhỏ nhất", "Least"})},
        {23, "required", "Bắt buộc", "Required", FIELD_BOOL, MERGE_AUTHORITY},
        {24, "sensitive", "Nhạy cảm", "Sensitive", FIELD_BOOL, MERGE_AUTHORITY},
        {25, "codes", "Danh mục mã", "Codes", FIELD_TEXTSET, MERGE_SET, .max = LINE_BYTES})},

    {KIND_MEMBER, "member", "Đoàn viên", "Member", ROUTE_OWN, LEVEL_BRANCH, FIELDS(
        {F_MEMBER_NAME, "full_name", "Họ và tên", "Full name", FIELD_TEXT, MERGE_LATEST,
         .flags = MUST | FIND_BY, .max = LINE_BYTES},
        {17, "other_names", "Tên gọi khác", "Other names", FIELD_TEXT, MERGE_LATEST, .flags = FIND_BY,
         .max = LINE_BYTES},
        {18, "sex", "Giới tính", "Sex", FIELD_ENUM, MERGE_LATEST, .codes = LIST(
            {1, 0, "female", "Nữ", "Female"},
            {2, 0, "male", "Nam", "Male"},
            {3, 0, "other", "Khác", "Other"})},
        {F_MEMBER_BIRTH, "birth_date", "Ngày sinh", "Birth date", FIELD_DATE, MERGE_LATEST, .flags = MUST},
        {20, "home_place", "Quê quán", "Home place", FIELD_TEXT, MERGE_LATEST, .max = LINE_BYTES},
        {21, "residence", "Nơi ở hiện nay", "Residence", FIELD_TEXT, MERGE_LATEST,
         .max = LINE_BYTES},
        {22, "ethnicity", "Dân tộc", "Ethnicity", FIELD_TEXT, MERGE_LATEST, .flags = FIELD_SENSITIVE,
         .max = LINE_BYTES},
        {23, "religion", "Tôn giáo", "Religion", FIELD_TEXT, MERGE_LATEST, .flags = FIELD_SENSITIVE,
         .max = LINE_BYTES},
        {24, "occupation", "Nghề nghiệp", "Occupation", FIELD_TEXT, MERGE_LATEST,
         .max = LINE_BYTES},
        {25, "education", "Trình độ học vấn", "Education", FIELD_TEXT, MERGE_LATEST,
         .max = LINE_BYTES},
        {26, "profession", "Trình độ chuyên môn", "Profession", FIELD_TEXT, MERGE_LATEST,
         .max = LINE_BYTES},
        {27, "political_theory", "Lý luận chính trị", "Political theory", FIELD_ENUM,
         MERGE_LATEST, .codes = LIST(
            {1, 1, "none", "Chưa học", "None"},
            {2, 2, "elementary", "Sơ cấp", "Elementary"},
            {3, 3, "intermediate", "Trung cấp", "Intermediate"},
            {4, 4, "advanced", "Cao cấp", "Advanced"})},
        {28, "languages", "Ngôn ngữ", "Languages", FIELD_TEXTSET, MERGE_SET, .max = LINE_BYTES},
        {29, "it_skill", "Trình độ tin học", "IT skill", FIELD_TEXT, MERGE_LATEST,
         .max = LINE_BYTES},
        {F_MEMBER_CARD_NO, "card_no", "Số thẻ đoàn viên", "Card number", FIELD_TEXT,
         MERGE_AUTHORITY, .flags = KEY_OF_IT, .max = CODE_BYTES},
        {31, "phone", "Điện thoại", "Phone", FIELD_TEXT, MERGE_LATEST, .flags = FIELD_SENSITIVE,
         .max = CODE_BYTES},
        {32, "id_no", "Số căn cước", "Identity number", FIELD_TEXT, MERGE_LATEST,
         .flags = FIELD_SENSITIVE | FIELD_UNIQUE_HINT, .max = CODE_BYTES},
        {33, "admission_date", "Ngày vào Đoàn", "Admission date", FIELD_DATE, MERGE_AUTHORITY},
        {34, "admission_place", "Nơi vào Đoàn", "Admission place", FIELD_TEXT, MERGE_AUTHORITY,
         .max = LINE_BYTES},
        {35, "book_location", "Nơi giữ sổ đoàn", "Book location", FIELD_TEXT, MERGE_LATEST,
         .max = LINE_BYTES},
        {36, "party_date", "Ngày vào Đảng", "Party date", FIELD_DATE, MERGE_AUTHORITY,
         .flags = FIELD_SENSITIVE},
        {37, "party_official_date", "Ngày vào Đảng chính thức", "Party official date", FIELD_DATE,
         MERGE_AUTHORITY, .flags = FIELD_SENSITIVE},
        {38, "outstanding", "Đoàn viên ưu tú", "Outstanding", FIELD_BOOL, MERGE_AUTHORITY},
        {39, "honorary", "Đoàn viên danh dự", "Honorary", FIELD_BOOL, MERGE_AUTHORITY},
        {F_MEMBER_STATUS, "status", "Trạng thái", "Status", FIELD_ENUM, MERGE_FORWARD,
         .codes = LIST(
            {1, 1, "active", "Đang sinh hoạt", "Active"},
            {2, 2, "away", "Đi làm ăn xa", "Away"},
            {3, 3, "in_transit", "Đang chuyển sinh hoạt", "In transit"},
            {4, 4, "matured", "Đã trưởng thành", "Matured"},
            {5, 5, "removed", "Đã xoá tên", "Removed"},
            {6, 6, "expelled", "Bị khai trừ", "Expelled"},
            {7, 7, "deceased", "Đã mất", "Deceased"})},
        {41, "status_date", "Ngày đổi trạng thái", "Status date", FIELD_DATE, MERGE_LATEST,
         .leader = F_MEMBER_STATUS},
        {42, "decision_no", "Số quyết định", "Decision number", FIELD_TEXT, MERGE_LATEST,
         .leader = F_MEMBER_STATUS, .max = CODE_BYTES})},

    {KIND_TRANSFER, "transfer", "Chuyển sinh hoạt", "Transfer", ROUTE_DEPENDENT, LEVEL_COMMUNE,
     FIELDS(
        {F_MEMBER, "member", "Đoàn viên", "Member", FIELD_REF, MERGE_LATEST, .flags = MUST,
         .ref_kind = KIND_MEMBER},
        {16, "type", "Hình thức", "Type", FIELD_ENUM, MERGE_LATEST, .flags = MUST, .codes = LIST(
            {1, 0, "out", "Chuyển đi", "Out"},
            {2, 0, "in", "Chuyển đến", "In"},
            {3, 0, "internal", "Nội bộ", "Internal"},
            {4, 0, "temporary", "Tạm thời", "Temporary"},
            {5, 0, "residence", "Sinh hoạt nơi cư trú", "At the place of residence"})},
        {17, "from", "Nơi đi", "From", FIELD_REF, MERGE_LATEST, .ref_kind = KIND_UNIT},
        {18, "from_outside", "Nơi đi (ngoài hệ thống)", "From outside", FIELD_TEXT, MERGE_LATEST,
         .max = LINE_BYTES},
        {19, "to", "Nơi đến", "To", FIELD_REF, MERGE_AUTHORITY, .ref_kind = KIND_UNIT},
        {20, "to_outside", "Nơi đến (ngoài hệ thống)", "To outside", FIELD_TEXT, MERGE_AUTHORITY,
         .max = LINE_BYTES},
        {21, "reason", "Lý do", "Reason", FIELD_TEXT, MERGE_LATEST, .max = LINE_BYTES},
        {22, "fees_paid_to", "Đoàn phí đóng đến tháng", "Fees paid to", FIELD_MONTH, MERGE_MAX},
        {23, "branch_comment", "Nhận xét của chi đoàn", "Branch comment", FIELD_TEXT,
         MERGE_LATEST, .max = STORY_BYTES},
        {24, "status", "Trạng thái", "Status", FIELD_ENUM, MERGE_FORWARD, .codes = LIST(
            {1, 1, "requested", "Đã đề nghị", "Requested"},
            {2, 2, "cleared", "Đã nhận xét, nộp đoàn phí", "Cleared"},
            {3, 3, "issued", "Đã cấp giấy", "Issued"},
            {4, 4, "in_transit", "Đang chuyển", "In transit"},
            {5, 5, "returned", "Đã trả lại", "Returned"},
            {6, 6, "refused", "Bị từ chối", "Refused"},
            {7, 7, "accepted", "Đã tiếp nhận", "Accepted"})},
        {25, "letter_no", "Số giấy giới thiệu", "Letter number", FIELD_TEXT, MERGE_LATEST,
         .flags = KEY_OF_IT, .leader = 24, .max = CODE_BYTES},
        {26, "issued", "Ngày cấp", "Issued", FIELD_DATE, MERGE_LATEST, .leader = 24},
        {27, "meetings_held", "Số buổi sinh hoạt trong năm", "Meetings held", FIELD_INT,
         MERGE_MAX, .max = 1000},
        {28, "meetings_attended", "Số buổi đã dự trong năm", "Meetings attended", FIELD_INT,
         MERGE_MAX, .max = 1000})},

    {KIND_ACCEPTANCE, "acceptance", "Tiếp nhận", "Acceptance", ROUTE_DEPENDENT, LEVEL_COMMUNE,
     FIELDS(
        {F_MEMBER, "member", "Đoàn viên", "Member", FIELD_REF, MERGE_LATEST,
         .ref_kind = KIND_MEMBER},
        {16, "letter_no", "Số giấy giới thiệu", "Letter number", FIELD_TEXT, MERGE_LATEST,
         .flags = MUST | KEY_OF_IT, .max = CODE_BYTES},
        {17, "issuer", "Nơi cấp", "Issuer", FIELD_REF, MERGE_LATEST, .flags = MUST, .ref_kind = KIND_UNIT},
        {18, "date", "Ngày", "Date", FIELD_DATE, MERGE_LATEST, .leader = 19},
        {19, "verdict", "Kết quả", "Verdict", FIELD_ENUM, MERGE_AUTHORITY, .flags = MUST, .codes = LIST(
            {1, 1, "refused", "Từ chối", "Refused"},
            {2, 2, "accepted", "Tiếp nhận", "Accepted"})},
        {20, "reason", "Lý do", "Reason", FIELD_TEXT, MERGE_LATEST, .leader = 19,
         .max = LINE_BYTES})},

    {KIND_ACTIVITY, "activity", "Hoạt động", "Activity", ROUTE_OWN, LEVEL_BRANCH, FIELDS(
        {16, "type", "Loại", "Type", FIELD_ENUM, MERGE_LATEST, .flags = MUST, .codes = LIST(
            {1, 0, "meeting", "Sinh hoạt chi đoàn", "Branch meeting"},
            {2, 0, "thematic", "Sinh hoạt chuyên đề", "Thematic meeting"},
            {3, 0, "campaign", "Chiến dịch", "Campaign"},
            {4, 0, "volunteer", "Tình nguyện", "Volunteer work"},
            {5, 0, "youth-work", "Công trình thanh niên", "Youth work"},
            {6, 0, "arts", "Văn nghệ", "Arts"},
            {7, 0, "sport", "Thể thao", "Sport"},
            {8, 0, "congress", "Đại hội", "Congress"})},
        {17, "title", "Tên hoạt động", "Title", FIELD_TEXT, MERGE_LATEST, .flags = MUST | FIND_BY,
         .max = LINE_BYTES},
        {18, "theme", "Chủ đề", "Theme", FIELD_REF, MERGE_LATEST, .ref_kind = KIND_THEME},
        {19, "date", "Ngày", "Date", FIELD_DATE, MERGE_LATEST, .flags = MUST},
        {20, "place", "Địa điểm", "Place", FIELD_TEXT, MERGE_LATEST, .max = LINE_BYTES},
        {21, "location", "Toạ độ", "Location", FIELD_GEO, MERGE_LATEST},
        {22, "chair", "Chủ trì", "Chair", FIELD_REF, MERGE_LATEST, .ref_kind = KIND_MEMBER},
        {23, "agenda", "Nội dung sinh hoạt", "Agenda items", FIELD_TEXTSET, MERGE_SET,
         .max = LINE_BYTES},
        {24, "topics", "Chuyên đề", "Topics", FIELD_TEXTSET, MERGE_SET, .max = LINE_BYTES},
        {25, "present", "Có mặt", "Present", FIELD_REFSET, MERGE_SET, .ref_kind = KIND_MEMBER},
        {26, "excused", "Vắng có lý do", "Excused", FIELD_REFSET, MERGE_SET,
         .ref_kind = KIND_MEMBER},
        {27, "guests", "Khách mời", "Guests", FIELD_TEXT, MERGE_LATEST, .max = LINE_BYTES},
        {28, "resolution", "Nghị quyết", "Resolution", FIELD_TEXT, MERGE_LATEST,
         .max = STORY_BYTES},
        {29, "summary", "Tóm tắt", "Summary", FIELD_TEXT, MERGE_LATEST, .max = STORY_BYTES},
        {30, "value", "Giá trị làm lợi", "Value", FIELD_MONEY, MERGE_LATEST, .max = MONEY_MAX},
        {31, "workdays", "Ngày công", "Workdays", FIELD_INT, MERGE_LATEST, .max = COUNT_MAX},
        {32, "status", "Trạng thái", "Status", FIELD_ENUM, MERGE_FORWARD, .codes = LIST(
            {1, 1, "planned", "Dự kiến", "Planned"},
            {2, 3, "held", "Đã tổ chức", "Held"},
            {3, 4, "minuted", "Đã có biên bản", "Minuted"},
            {4, 2, "cancelled", "Đã huỷ", "Cancelled"})})},

    {KIND_PLAN, "plan", "Chương trình công tác", "Plan", ROUTE_DOWN, LEVEL_COMMUNE, FIELDS(
        {16, "title", "Tên chương trình", "Title", FIELD_TEXT, MERGE_LATEST, .flags = MUST | FIND_BY,
         .max = LINE_BYTES},
        {17, "period", "Kỳ", "Period", FIELD_ENUM, MERGE_LATEST, .flags = MUST, .codes = LIST(
            {1, 0, "month", "Tháng", "Month"},
            {2, 0, "quarter", "Quý", "Quarter"},
            {3, 0, "year", "Năm", "Year"})},
        {18, "month", "Từ tháng", "First month", FIELD_MONTH, MERGE_LATEST, .flags = MUST},
        {19, "theme", "Chủ đề", "Theme", FIELD_REF, MERGE_LATEST, .ref_kind = KIND_THEME},
        {20, "event", "Sự kiện", "Event", FIELD_TEXT, MERGE_LATEST, .max = LINE_BYTES},
        {21, "status", "Trạng thái", "Status", FIELD_ENUM, MERGE_FORWARD, .codes = LIST(
            {1, 1, "draft", "Dự thảo", "Draft"},
            {2, 2, "submitted", "Đã trình", "Submitted"},
            {3, 3, "approved", "Đã duyệt", "Approved"},
            {4, 4, "closed", "Đã kết thúc", "Closed"})},
        {22, "approver", "Người duyệt", "Approver", FIELD_TEXT, MERGE_LATEST, .leader = 21,
         .max = LINE_BYTES},
        {23, "decision_no", "Số quyết định", "Decision number", FIELD_TEXT, MERGE_LATEST,
         .leader = 21, .max = CODE_BYTES},
        {24, "decision_date", "Ngày quyết định", "Decision date", FIELD_DATE, MERGE_LATEST,
         .leader = 21},
        {25, "text", "Nội dung", "Text", FIELD_TEXT, MERGE_LATEST, .max = STORY_BYTES})},

    {KIND_PLAN_ITEM, "plan_item", "Việc trong chương trình", "Plan item", ROUTE_OWN,
     LEVEL_COMMUNE, FIELDS(
        {16, "task", "Công việc", "Task", FIELD_TEXT, MERGE_LATEST, .flags = MUST | FIND_BY,
         .max = LINE_BYTES},
        {17, "plan", "Chương trình", "Plan", FIELD_REF, MERGE_LATEST, .flags = MUST,
         .ref_kind = KIND_PLAN},
        {18, "owner", "Người phụ trách", "Owner", FIELD_TEXT, MERGE_LATEST, .flags = MUST,
         .max = LINE_BYTES},
        {19, "due", "Hạn", "Due", FIELD_DATE, MERGE_LATEST, .flags = MUST},
        {20, "target", "Chỉ tiêu", "Target", FIELD_TEXT, MERGE_LATEST, .max = LINE_BYTES},
        {21, "result", "Kết quả", "Result", FIELD_TEXT, MERGE_LATEST, .leader = 24,
         .max = STORY_BYTES},
        {22, "activity", "Hoạt động", "Activity", FIELD_REF, MERGE_LATEST,
         .ref_kind = KIND_ACTIVITY},
        {23, "need", "Nhu cầu của thanh niên", "Need", FIELD_TEXT, MERGE_LATEST,
         .max = LINE_BYTES},
        {24, "status", "Trạng thái", "Status", FIELD_ENUM, MERGE_FORWARD, .codes = LIST(
            {1, 1, "todo", "Chưa làm", "To do"},
            {2, 2, "doing", "Đang làm", "Doing"},
            {3, 5, "done", "Hoàn thành", "Done"},
            {4, 4, "late", "Chậm", "Late"},
            {5, 3, "dropped", "Không thực hiện", "Dropped"})})},

    {KIND_DIRECTIVE, "directive", "Chỉ đạo", "Directive", ROUTE_DOWN, LEVEL_DISTRICT, FIELDS(
        {16, "number", "Số văn bản", "Number", FIELD_TEXT, MERGE_LATEST, .flags = FIND_BY,
         .max = CODE_BYTES},
        {17, "date", "Ngày", "Date", FIELD_DATE, MERGE_LATEST},
        {18, "subject", "Trích yếu", "Subject", FIELD_TEXT, MERGE_LATEST, .flags = MUST | FIND_BY,
         .max = LINE_BYTES},
        {19, "text", "Nội dung", "Text", FIELD_TEXT, MERGE_LATEST, .max = STORY_BYTES},
        {20, "due", "Hạn", "Due", FIELD_DATE, MERGE_LATEST},
        {21, "answer_wanted", "Cần trả lời", "Answer wanted", FIELD_BOOL, MERGE_LATEST},
        {22, "status", "Trạng thái", "Status", FIELD_ENUM, MERGE_FORWARD, .codes = LIST(
            {1, 1, "issued", "Đã ban hành", "Issued"},
            {2, 2, "closed", "Đã kết thúc", "Closed"})})},

    {KIND_ANSWER, "answer", "Trả lời", "Answer", ROUTE_OWN, LEVEL_COMMUNE, FIELDS(
        {16, "directive", "Chỉ đạo", "Directive", FIELD_REF, MERGE_LATEST, .flags = MUST,
         .ref_kind = KIND_DIRECTIVE},
        {17, "status", "Trạng thái", "Status", FIELD_ENUM, MERGE_FORWARD, .codes = LIST(
            {1, 1, "acknowledged", "Đã nhận", "Acknowledged"},
            {2, 2, "done", "Đã thực hiện", "Done"})},
        {18, "text", "Nội dung", "Text", FIELD_TEXT, MERGE_LATEST, .max = STORY_BYTES},
        /* two computers of one office may both acknowledge: the first time counts */
        {19, "acknowledged", "Ngày nhận", "Acknowledged on", FIELD_DATE, MERGE_MIN},
        {20, "done", "Ngày xong", "Done on", FIELD_DATE, MERGE_LATEST, .leader = 17})},

    {KIND_THEME, "theme", "Chủ đề tháng", "Theme", ROUTE_DOWN, LEVEL_DISTRICT, FIELDS(
        {16, "month", "Tháng", "Month", FIELD_MONTH, MERGE_LATEST, .flags = MUST},
        {17, "title", "Chủ đề", "Title", FIELD_TEXT, MERGE_LATEST, .flags = MUST | FIND_BY,
         .max = LINE_BYTES},
        {18, "event", "Sự kiện", "Event", FIELD_TEXT, MERGE_LATEST, .max = LINE_BYTES},
        {19, "materials", "Tài liệu", "Materials", FIELD_TEXT, MERGE_LATEST,
         .max = STORY_BYTES})},

    {KIND_NOTE, "note", "Ghi chép", "Note", ROUTE_OWN, LEVEL_BRANCH, FIELDS(
        {16, "title", "Tiêu đề", "Title", FIELD_TEXT, MERGE_LATEST, .flags = MUST | FIND_BY,
         .max = LINE_BYTES},
        {17, "text", "Nội dung", "Text", FIELD_TEXT, MERGE_LATEST, .max = STORY_BYTES},
        {18, "about", "Về", "About", FIELD_REF, MERGE_LATEST},
        {19, "date", "Ngày", "Date", FIELD_DATE, MERGE_LATEST})},
};
/* clang-format on */
const size_t schema_kinds_count = ARRAY_COUNT(schema_kinds);
