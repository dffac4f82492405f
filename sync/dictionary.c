#include "sync/dictionary.h"

/* Words of administration, of the Union's charter and guidance, of minutes and plans, as anybody
 * reads them in a newspaper; in lower case, since a capital costs one byte and most of them stand
 * inside a sentence. Nothing here is taken from records, and nobody's name stands here.
 *
 * Within the text, what is rare comes first: deflate names what is near in fewer bits. */
/* It counts bytes, and a letter here has up to three. */
/* clang-format off */

/* the 54 peoples of Việt Nam, by their official names */
#define PEOPLES \
    "Brâu Rơ Măm Ơ Đu Pu Péo Si La Cống Bố Y Cờ Lao Mảng Lô Lô Chứt Lự Pà Thẻn Ngái La " \
    "Ha Phù Lá La Hủ Lào La Chí Kháng Hà Nhì Xinh Mun Co Tà Ôi Chơ Ro Mạ Chu Ru Giẻ " \
    "Triêng Khơ Mú Bru Vân Kiều Thổ Giáy Mnông Cơ Tu Xtiêng Ra Glai Hrê Cơ Ho Chăm Xơ " \
    "Đăng Sán Dìu Sán Chay Ba Na Ê Đê Gia Rai Hoa Khmer Kinh Tày Thái Mường Nùng Dao " \
    "Mông Cao Lan "

/* places above the commune, around the upper Red River */
#define PLACES "Trạm Tấu Mù Cang Chải Lào Cai Trấn Yên Yên Bái, "

/* schooling, work, belief */
#define LEARNING \
    "công giáo tin lành phật giáo không tôn giáo; trung học cơ sở, trung học phổ thông, " \
    "trung học nội trú, dân tộc nội trú, tiểu học, mầm non; trung cấp cao đẳng đại học " \
    "thạc sĩ sơ cấp nghề chứng chỉ tin học cơ bản nâng cao, tiếng Anh, tiếng Mông, tiếng " \
    "Thái; làm ruộng, nông dân, học sinh, sinh viên, công nhân, giáo viên, bộ đội, công " \
    "an viên, cán bộ xã, công chức, viên chức, buôn bán, lái xe, thợ xây, thợ may, lao " \
    "động tự do, kinh doanh, làm nương, nội trợ thường trú tạm trú tạm vắng đi làm ăn xa " \
    "trường THPT trường THCS "

/* offices and people by their office */
#define OFFICES \
    "uỷ ban nhân dân, hội đồng nhân dân, mặt trận tổ quốc, hội phụ nữ, hội nông dân, hội " \
    "cựu chiến binh, hội liên hiệp thanh niên, ban chấp hành, ban thường vụ, bí thư tỉnh " \
    "đoàn, huyện đoàn, thị đoàn, thành đoàn, đảng uỷ, chi bộ, cấp uỷ, chính quyền, đoàn " \
    "thể; bí thư chi bộ, phó bí thư đoàn xã, bí thư đoàn xã, bí thư chi đoàn, phó chủ " \
    "tịch xã, chủ tịch xã, trưởng thôn, trưởng bản, già làng, người có uy tín, trạm y " \
    "tế, bộ đội biên phòng, kiểm lâm, khuyến nông "

/* rules of the Union's life */
#define CHARTER \
    "điều lệ đoàn, nghị quyết đại hội đoàn các cấp, học tập và làm theo tư tưởng, đạo " \
    "đức, phong cách Hồ Chí Minh, chủ đề công tác năm, tháng thanh niên, chào mừng ngày " \
    "thành lập đoàn 26/3, chuyển sinh hoạt đoàn, trưởng thành đoàn, đoàn viên ưu tú, " \
    "giới thiệu đoàn viên ưu tú cho đảng, kết nạp đoàn viên mới, kết nạp đảng viên, đánh " \
    "giá xếp loại đoàn viên, rèn luyện đoàn viên, bình xét đoàn viên ưu tú, thu nộp đoàn " \
    "phí, đóng đoàn phí đúng hạn, đại hội chi đoàn, hội nghị, đối thoại với thanh niên, " \
    "kiểm tra việc thi hành điều lệ, hoàn thành xuất sắc nhiệm vụ, hoàn thành tốt, khen " \
    "thưởng, kỷ luật, khiển trách, cảnh cáo, giấy khen, bằng khen "

/* what branches do */
#define DEEDS \
    "ra quân làm vệ sinh môi trường, làm đường giao thông nông thôn, xây dựng nông thôn " \
    "mới, đường hoa, thắp sáng đường quê, trồng rừng, trồng cây quế, trồng cây xanh, " \
    "hiến máu tình nguyện, mùa hè tình nguyện, tiếp sức mùa thi, ngày chủ nhật xanh, " \
    "ngày thứ bảy tình nguyện, dọn vệ sinh đường làng, nạo vét kênh mương, sửa nhà cho " \
    "hộ nghèo, gia đình chính sách, nhà nhân ái, tặng quà cho học sinh nghèo, suất quà, " \
    "ủng hộ, quyên góp, thăm hỏi, tuần tra an ninh, phòng cháy, phòng chống thiên tai, " \
    "vay vốn ngân hàng chính sách xã hội, phát triển kinh tế, khởi nghiệp, mô hình kinh " \
    "tế thanh niên, chăn nuôi, tổ hợp tác, hợp tác xã, chuyển đổi số, dịch vụ công trực " \
    "tuyến, căn cước, an toàn giao thông, mạng xã hội an toàn, bảo vệ rừng, vệ sinh an " \
    "toàn thực phẩm, sức khoẻ sinh sản, phòng, chống tảo hôn và hôn nhân cận huyết " \
    "thống, luật hôn nhân và gia đình, phòng, chống ma tuý, tệ nạn xã hội, tội phạm, bạo " \
    "lực gia đình, mê tín, vận động học sinh ra lớp, bảo tồn bản sắc văn hoá dân tộc, " \
    "rèn luyện sức khoẻ, biên giới, biển đảo, giải bóng đá, bóng chuyền, cầu lông, kéo " \
    "co, đẩy gậy, thể dục thể thao, giao lưu văn hoá văn nghệ, đội văn nghệ, hội diễn, " \
    "hội trại, hội thi, cuộc thi tìm hiểu, công trình thanh niên, phần việc thanh niên, " \
    "thanh niên tình nguyện, xung kích "

/* what is said at a meeting and written in its minutes */
#define MINUTES \
    "giới thiệu mô hình hay, thông tin thời sự, trao đổi kinh nghiệm, tiểu phẩm, kể " \
    "chuyện, hát tập thể, đố vui, hái hoa dân chủ, toạ đàm, nói chuyện chuyên đề, góp ý " \
    "cho đoàn viên, phát biểu ý kiến, thảo luận, báo cáo kết quả, phương hướng nhiệm vụ, " \
    "kế hoạch tháng, quyết nghị, biểu quyết, nhất trí, thống nhất, phân công đoàn viên " \
    "giúp đỡ từng em, giao chi đoàn hoàn thành, duy trì sinh hoạt đều, đúng hạn, rà soát " \
    "danh sách, thành lập đội, đăng ký, triển khai, phối hợp, tổ chức, tham gia đầy đủ, " \
    "tuyên truyền, vận động, báo tin kịp thời cho công an xã, trước ngày, tập luyện hằng " \
    "tuần; không khí sôi nổi. còn một số đoàn viên đến muộn. đoàn viên tham gia phát " \
    "biểu nhiều. có đại diện cấp uỷ dự. bà con trong thôn cùng tham gia. cần chuẩn bị " \
    "nội dung kỹ hơn. trời mưa, đã làm xong, đã giúp lượt người hộ gia đình mét đường " \
    "công lao động triệu đồng cây giống phần quà "

/* where, and the frame of most titles */
#define FRAMES \
    "sân vận động, sân thể thao, hội trường uỷ ban, trường học, tổ dân phố, khu phố, nhà " \
    "văn hoá thôn bản, nhà văn hoá thôn, xã phường thị trấn, sinh hoạt chuyên đề, sinh " \
    "hoạt chi đoàn thường kỳ tháng, sinh hoạt chi đoàn tháng \xff/\xff "

/* shapes: pairs of numbers, codes with a running number, a field without surprises */
#define SHAPES \
    "a-\xfe\x05-\xff m-\xfe\x05-\xff \xff/\xff ngày \xff/\xff" \
    "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01" \
    "\xc0\x01\x00\x02\xc4\x04\x00\x00\xc0\x01\x00\x01\xc4\x0c\x00\x00\xc0\x01\x00\x02\x00\x01\x00"

/* clang-format on */

/* One literal could not hold it all: compilers need not take more than 4,095 bytes. */
static const struct {
    char peoples[sizeof(PEOPLES) - 1];
    char places[sizeof(PLACES) - 1];
    char learning[sizeof(LEARNING) - 1];
    char offices[sizeof(OFFICES) - 1];
    char charter[sizeof(CHARTER) - 1];
    char deeds[sizeof(DEEDS) - 1];
    char minutes[sizeof(MINUTES) - 1];
    char frames[sizeof(FRAMES) - 1];
    char shapes[sizeof(SHAPES) - 1];
} dictionary = {PEOPLES, PLACES, LEARNING, OFFICES, CHARTER, DEEDS, MINUTES, FRAMES, SHAPES};

struct slice dictionary_bytes(void)
{
    return slice_make(&dictionary, sizeof(dictionary));
}
