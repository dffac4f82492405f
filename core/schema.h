/* The one table of kinds and fields. CLI, validation, merge rules, import and export, help and
 * documentation are driven by it: a field is one row, a kind is one block (schema_kinds.c).
 * Numbers of kinds, fields and codes are permanent; a number is never used again. */
#ifndef TERRACE_CORE_SCHEMA_H
#define TERRACE_CORE_SCHEMA_H

#include "core/record.h"
#include "core/schema_numbers.h"

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
    FIELD_MACHINE = 16, /* filled by the program, not by people */
    FIELD_OWN_UNIT = 32 /* the store's own unit when nothing is given */
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
    const char *suggest;           /* usual values of a text, parted by '|'; others are as good */
};
struct kind_def {
    uint32_t number;
    const char *name, *vi, *en;
    enum route route;
    enum level level;               /* lowest that may write */
    const struct field_def *fields; /* ended by number 0; the common fields are not repeated */
    uint32_t title; /* the field a person recognises a record by; 0 = its member, or unit */
};

/* A field that a province added at run time; its number is 1000 or more. What is merged and what is
 * indexed never depends on them, so that a store which does not know one holds the same. */
struct custom_field {
    uint32_t kind;
    struct field_def def;
};
#define CUSTOM_NUMBER_MIN 1000
/* From now on these stand beside the table, in the whole process. Borrowed until the next call;
 * none with count 0. */
void schema_custom_use(const struct custom_field *list, size_t count);

size_t schema_kind_count(void);
const struct kind_def *schema_kind_at(size_t index);
const struct kind_def *schema_kind(uint32_t number); /* NULL when unknown */
const struct kind_def *schema_kind_by_name(struct slice name);
/* Common and custom fields included; NULL when unknown. */
const struct field_def *schema_field(uint32_t kind, uint32_t number);
const struct field_def *schema_field_by_name(const struct kind_def *kind, struct slice name);
/* All fields of a kind in the order forms show them: its own, custom, common ones; NULL past the
 * end. */
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
/* Unknown kinds and fields merge by `latest`; an unknown field with a marker by `set`. So does a
 * custom field, known here or not. */
enum merge_rule schema_rule(uint32_t kind, const struct field *field);
/* The routing class that a new record of this kind gets. */
enum route schema_route(const struct record *r);
/* Does a record of this kind steer others, so that every save of it is signed end to end? */
bool schema_steers(uint32_t kind);
/* The field a person recognises a record by: name, title, subject, letter number; 0 = none. */
uint32_t schema_title_field(uint32_t kind);

#endif
