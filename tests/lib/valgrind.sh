#!/bin/sh
# Stands in for the binary in an end-to-end run: the same under valgrind, any leak or error is fatal.
exec valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
    --errors-for-leak-kinds=definite,indirect --log-file="$VALGRIND_LOGS/%p" "$TERRACE_REAL" "$@"
