/* Backups: a directory beside others, holding all that makes a store (its secret key too), named by
 * the store and the time. Made beside whatever else is at work in the store, and verified before it
 * gets its name. */
#ifndef TERRACE_CORE_STORE_BACKUP_H
#define TERRACE_CORE_STORE_BACKUP_H

#include "core/store.h"

#define BACKUP_PATH_SIZE 4200

struct backup_report {
    char path[BACKUP_PATH_SIZE];
    uint64_t bytes;
    uint64_t records;
};
/* A backup in dir, which is made when it is missing; then, with keep > 0, all but the newest so
 * many of this store's go, never the one just made. ERR_DAMAGED when the store cannot be verified,
 * ERR_DISK_FULL, ERR_BUSY when another is being made: then nothing new is there, and the older ones
 * are as before. */
enum err store_backup(struct store *s, const char *dir, size_t keep,
                      struct backup_report *out) MUST_USE;
struct restore_report {
    uint64_t actor; /* the new one: a restored store never goes on under its former (rule 18) */
    uint64_t records;
};
/* A store in dir from a backup. ERR_EXISTS; ERR_NOT_FOUND: no backup; ERR_DAMAGED: it is not
 * whole. Nothing is left behind then. */
enum err store_restore(const struct env *env, const char *from, const char *dir,
                       struct restore_report *out) MUST_USE;
/* Gives back to the disk what the file has too much. Nobody else may have the store open: ERR_BUSY.
 */
enum err store_compact(struct store *s, struct backup_report *out) MUST_USE;

#endif
