/* What tests of trust ask of the stores of fixture_tree, and do in them. */
#ifndef TERRACE_TESTS_UNIT_TREE_H
#define TERRACE_TESTS_UNIT_TREE_H

#include "tests/unit/fixture.h"

enum { TOP, DISTRICT, FIRST, SECOND };
#define DAY_MS (24ll * 60 * 60 * 1000)

struct txn *tree_begin(struct fixture *f, size_t at, enum txn_mode mode);
struct record tree_load(struct fixture *f, size_t at, struct dot id, struct arena *arena);
bool tree_held(struct fixture *f, size_t at, struct dot id);
bool tree_shows(struct fixture *f, size_t at, struct dot id, uint32_t field, const char *text);
/* Everybody with his hub, once nothing moves any more. */
void tree_agrees(struct fixture *f);
struct dot tree_node(struct fixture *f, size_t at);
struct dot tree_member(struct fixture *f, size_t at, size_t unit, const char *name);
/* One round with the hub, and how it ended. */
enum err tree_sync(struct fixture *f, size_t at);
/* One more store, joined to that hub for that store's unit in that role. Its index. */
size_t tree_joined(struct fixture *f, size_t hub, size_t unit, int64_t role);
enum err tree_revoke(struct fixture *f, size_t by, size_t whom);
/* Would a certificate that the issuer signs with its own key, whether or not it may, be believed at
 * the top? */
bool tree_issued_holds(struct fixture *f, size_t issuer, struct dot unit, enum level level,
                       int64_t role);

#endif
