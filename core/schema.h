/* The one table of kinds and fields. CLI, validation, merge rules, import and export, help and
 * documentation are driven by it: a field is one row, a kind is one block (schema_kinds.c).
 * Numbers of kinds, fields and codes are permanent; a number is never used again. */
#ifndef TERRACE_CORE_SCHEMA_H
#define TERRACE_CORE_SCHEMA_H

#include "core/record.h"

enum field_type {
    FIELD_TEXT,
    FIELD_INT,
    FIELD_BOOL,
    FIELD_DATE, /* with precision */
    FIELD_MONTH,
    FIELD_ENUM,
    FIELD_REF,
    FIELD_REFSET,
    FIELD_TEXTSET,
    FIELD_GEO,
    FIELD_MONEY, /* whole đồng */
    FIELD_BYTES  /* machine-filled */
};
enum merge_rule {
    MERGE_LATEST,    /* newest shown; two distinct data are a conflict */
    MERGE_SET,       /* observed-remove */
    MERGE_AUTHORITY, /* highest author's level shown; two distinct data are a conflict */
    MERGE_FORWARD,   /* highest rank of the enum shown; siblings are normal */
    MERGE_MAX,
    MERGE_MIN
};
enum field_flag {
    FIELD_REQUIRED = 1,
    FIELD_SEARCHABLE = 2,
    FIELD_SENSITIVE = 4,
    FIELD_UNIQUE_HINT = 8,
    FIELD_MACHINE = 16 /* filled by the program, not by people */
};
/* Author's level, from the type of the author's unit. Higher number, higher authority. */
enum level {
    LEVEL_NONE = 0,
    LEVEL_BRANCH = 1,
    LEVEL_COMMUNE = 2,
    LEVEL_DISTRICT = 3,
    LEVEL_PROVINCE = 4
};

struct enum_code {
    int32_t number; /* permanent, from 1 */
    int32_t rank;   /* for `forward`; for unit types the enum level */
    const char *code, *vi, *en;
};
struct field_def {
    uint32_t number;
    const char *name, *vi, *en;
    enum field_type type;
    enum merge_rule rule;
    uint32_t flags;    /* enum field_flag */
    enum level level;  /* lowest that may write */
    uint32_t ref_kind; /* for REF and REFSET; 0 = any */
    uint32_t leader;   /* field whose winning dot chooses for this one; 0 = itself */
    int64_t min, max;  /* INT and MONEY: of the number; TEXT: max bytes; 0,0 = type's default */
    const struct enum_code *codes; /* ended by number 0 */
};
struct kind_def {
    uint32_t number;
    const char *name, *vi, *en;
    enum route route;
    enum level level;               /* lowest that may write */
    const struct field_def *fields; /* ended by number 0; the common fields are not repeated */
};

/* Fields that every kind has, with the same number in all of them. Kinds' own start at 16. */
enum common_field {
    F_UNIT = 1,
    F_MEMBER = 2,
    F_DELETED = 3,
    F_MERGED_INTO = 4,
    F_MERGED_KEEP = 5,
    F_NOT_SAME = 6,
    F_EXT_ID = 7,
    F_NOTE = 8,
    F_ONCE =
        9 /* units it belonged to, stood under or came into before: filled by the store's door */
};
enum kind_number {
    KIND_UNIT = 1,
    KIND_NODE = 2,
    KIND_FIELD = 3,
    KIND_MEMBER = 4,
    KIND_TRANSFER = 5,
    KIND_ACCEPTANCE = 6,
    KIND_ACTIVITY = 7,
    KIND_PLAN = 8,
    KIND_PLAN_ITEM = 9,
    KIND_DIRECTIVE = 10,
    KIND_ANSWER = 11,
    KIND_THEME = 12,
    KIND_NOTE = 13
};
/* Field numbers the program itself looks at. */
enum known_field {
    F_UNIT_CODE = 16,
    F_UNIT_NAME = 17,
    F_UNIT_PARENT = 18,
    F_UNIT_TYPE = 19,
    F_UNIT_SETTING = 20,
    F_UNIT_STATUS = 26,
    F_UNIT_VALID_FROM = 29,
    F_UNIT_VALID_TO = 30,
    F_UNIT_SUCCESSORS = 31,
    F_UNIT_FORMER_PARENT = 33,
    F_UNIT_MOVED_ON = 34,
    F_UNIT_FORMER_NAME = 35,
    F_UNIT_RENAMED_ON = 36,
    F_NODE_NAME = 16,
    F_NODE_KEY = 17,    /* BYTES, 32 */
    F_NODE_ACTORS = 18, /* set of text: 13 base32 characters each */
    F_NODE_ROLE = 19,
    F_NODE_STATE = 20,
    F_NODE_STATE_DATE = 21,
    F_NODE_STATE_REASON = 22,
    F_NODE_ISSUER = 23,
    F_NODE_HUB = 24,    /* the hub that it syncs with */
    F_NODE_CERT = 25,   /* BYTES: what its issuer says it may do (cert.h) */
    F_NODE_CLOSED = 26, /* BYTES, a context: of a revoked node, up to where each actor is taken */
    F_MEMBER_NAME = 16,
    F_MEMBER_SEX = 18,
    F_MEMBER_BIRTH = 19,
    F_MEMBER_HOME = 20,
    F_MEMBER_CARD_NO = 30,
    F_MEMBER_ID_NO = 32,
    F_MEMBER_STATUS = 40,
    F_MEMBER_STATUS_DATE = 41,
    F_MEMBER_DECISION_NO = 42,
    F_TRANSFER_TYPE = 16,
    F_TRANSFER_FROM = 17,
    F_TRANSFER_TO = 19,
    F_TRANSFER_TO_OUTSIDE = 20,
    F_TRANSFER_REASON = 21,
    F_TRANSFER_STATUS = 24,
    F_TRANSFER_LETTER = 25,
    F_TRANSFER_ISSUED = 26,
    F_ACCEPTANCE_LETTER = 16,
    F_ACCEPTANCE_ISSUER = 17,
    F_ACCEPTANCE_DATE = 18,
    F_ACCEPTANCE_VERDICT = 19,
    F_ACCEPTANCE_REASON = 20,
    F_ACTIVITY_DATE = 19,
    F_ACTIVITY_PRESENT = 25,
    F_ACTIVITY_EXCUSED = 26
};
/* Codes the program itself looks at. */
enum node_role { NODE_ROLE_VIEWER = 1, NODE_ROLE_CLERK, NODE_ROLE_OFFICER, NODE_ROLE_HUB };
enum node_state { NODE_ACTIVE = 1, NODE_RETIRED, NODE_REVOKED };
enum unit_type { UNIT_TYPE_PROVINCE = 1 };
enum unit_status { UNIT_PROPOSED = 1, UNIT_ACTIVE, UNIT_MERGED, UNIT_SPLIT, UNIT_DISSOLVED };
enum member_status { MEMBER_ACTIVE = 1, MEMBER_REMOVED = 5 };
enum transfer_type { TRANSFER_TYPE_OUT = 1, TRANSFER_TYPE_INTERNAL = 3 };
enum transfer_status {
    TRANSFER_ISSUED = 3,
    TRANSFER_IN_TRANSIT,
    TRANSFER_RETURNED,
    TRANSFER_REFUSED,
    TRANSFER_ACCEPTED
};
enum acceptance_verdict { VERDICT_REFUSED = 1, VERDICT_ACCEPTED };

size_t schema_kind_count(void);
const struct kind_def *schema_kind_at(size_t index);
const struct kind_def *schema_kind(uint32_t number); /* NULL when unknown */
const struct kind_def *schema_kind_by_name(struct slice name);
/* Common fields included; NULL when unknown. */
const struct field_def *schema_field(uint32_t kind, uint32_t number);
const struct field_def *schema_field_by_name(const struct kind_def *kind, struct slice name);
/* All fields of a kind in the order forms show them, common ones included; NULL past the end. */
const struct field_def *schema_field_at(const struct kind_def *kind, size_t index);
/* NULL when the number has no code here. */
const struct enum_code *schema_code(const struct field_def *field, int64_t number);
/* Do messages speak Vietnamese? For the labels that stand within them. */
bool schema_speaks_vi(void);
/* By code or label, in either language, case and diacritics folded. */
const struct enum_code *schema_code_by_text(const struct field_def *field, struct slice text,
                                            struct arena *arena);
/* A word of the administrative lists that stands for a code, and says more at the same time: "Xã"
 * as the type of a unit is a grassroots union in the setting commune. */
struct code_alias {
    uint32_t kind, field;
    int32_t number;
    uint32_t also_field; /* 0 = none */
    int32_t also_number;
    const char *words; /* folded, several parted by '|' */
};
/* NULL when the folded text is no alias in this field; codes and labels go first. */
const struct code_alias *schema_alias(const struct field_def *field, struct slice folded);
/* Unknown kinds and fields merge by `latest`; an unknown field with a marker by `set`. */
enum merge_rule schema_rule(uint32_t kind, const struct field *field);
/* The routing class that a new record of this kind gets. */
enum route schema_route(const struct record *r);
/* Does a record of this kind steer others, so that every save of it is signed end to end? */
bool schema_steers(uint32_t kind);
/* The field a person recognises a record by: name, title, subject, letter number; 0 = none. */
uint32_t schema_title_field(uint32_t kind);

#endif
