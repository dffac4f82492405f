/* The functions of the command table. */
#ifndef TERRACE_CLI_CMD_H
#define TERRACE_CLI_CMD_H

#include "cli/cli.h"

enum err cmd_init(struct cli *c);
enum err cmd_invite(struct cli *c);
enum err cmd_join(struct cli *c);
enum err cmd_join_file(struct cli *c); /* of join, with --request, --admit or --complete */
enum err cmd_nodes(struct cli *c);
enum err cmd_revoke(struct cli *c);
enum err cmd_add(struct cli *c);
enum err cmd_edit(struct cli *c);
enum err cmd_set(struct cli *c);
enum err cmd_step(struct cli *c);
enum err cmd_fee(struct cli *c);
enum err cmd_rate(struct cli *c);
enum err cmd_assess(struct cli *c);
enum err cmd_show(struct cli *c);
enum err cmd_list(struct cli *c);
enum err cmd_find(struct cli *c);
enum err cmd_rm(struct cli *c);
enum err cmd_history(struct cli *c);
enum err cmd_undo(struct cli *c);
enum err cmd_import(struct cli *c);
enum err cmd_export(struct cli *c);
enum err cmd_print(struct cli *c);
enum err cmd_serve(struct cli *c);
enum err cmd_sync(struct cli *c);
enum err cmd_bundle(struct cli *c);
enum err cmd_status(struct cli *c);
enum err cmd_check(struct cli *c);
enum err cmd_backup(struct cli *c);
enum err cmd_restore(struct cli *c);
enum err cmd_compact(struct cli *c);
enum err cmd_conflicts(struct cli *c);
enum err cmd_resolve(struct cli *c);
enum err cmd_transfer(struct cli *c);
enum err cmd_inbox(struct cli *c);
enum err cmd_report(struct cli *c);
enum err cmd_doubles(struct cli *c);
enum err cmd_merge(struct cli *c);
enum err cmd_unmerge(struct cli *c);
enum err cmd_passphrase(struct cli *c);
enum err cmd_config(struct cli *c);
enum err cmd_unit(struct cli *c);
enum err cmd_help(struct cli *c);

#endif
