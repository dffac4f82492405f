/* What deflate may refer to before a batch has said anything: words of Union paperwork and of
 * Vietnamese administration, and the shapes of our batches. Public knowledge only; never a person's
 * name. It is part of the format: a changed list is another dictionary, with another id. */
#ifndef TERRACE_SYNC_DICTIONARY_H
#define TERRACE_SYNC_DICTIONARY_H

#include "core/base.h"

/* Constant, for the life of the process. The most frequent stands last, where it is cheapest. */
struct slice dictionary_bytes(void);

#endif
