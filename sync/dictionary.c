#include "sync/dictionary.h"

static const char words[] =
    "chi đoàn Đoàn viên Đoàn cơ sở huyện tỉnh xã phường thị trấn thôn bản tổ dân phố trường";

struct slice dictionary_bytes(void)
{
    return slice_make(words, sizeof(words) - 1);
}
