"""Names, streets and requests for a seeded database: made up, as people of the province might say them. Refuses nothing."""

import random

from hotline1022.tickets.types import Kind

_FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Huỳnh",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Phan",
    "Trương",
)
_MIDDLE = ("Thị", "Văn", "Ngọc", "Minh", "Thanh", "Hữu", "Đức", "Kim", "Quốc", "Thu", "Hoàng", "Bích")
_GIVEN = (
    "Lan",
    "Hùng",
    "Ánh",
    "Bình",
    "Cúc",
    "Dũng",
    "Hạnh",
    "Khoa",
    "Linh",
    "Mai",
    "Nam",
    "Oanh",
    "Phúc",
    "Quyên",
    "Sơn",
    "Tâm",
    "Uyên",
    "Vinh",
    "Xuân",
    "Yến",
)
_STREETS = (
    "Đại lộ Bình Dương",
    "Cách Mạng Tháng Tám",
    "Lê Lợi",
    "Huỳnh Văn Lũy",
    "Phú Lợi",
    "Yersin",
    "Thích Quảng Đức",
    "Nguyễn Trãi",
    "Lê Hồng Phong",
    "Mỹ Phước Tân Vạn",
    "ĐT 743",
    "ĐT 746",
)
#: service groups of requests, and what is said
SERVICES = ("Hướng dẫn thủ tục", "Tiếp nhận phản ánh", "Giải đáp chính sách", "Tra cứu hồ sơ")
_SUBJECTS: dict[str, tuple[tuple[Kind, str], ...]] = {
    "administrative-procedures": (
        (Kind.QUESTION, "Hỏi hồ sơ cấp lại giấy phép kinh doanh cần những giấy tờ gì."),
        (Kind.QUESTION, "Hỏi thời gian trả kết quả đăng ký khai sinh trực tuyến."),
        (Kind.REPORT, "Nộp hồ sơ dịch vụ công đã quá hẹn mà chưa có kết quả."),
    ),
    "smuggling-counterfeit": (
        (Kind.REPORT, "Phản ánh cửa hàng bán mỹ phẩm không rõ nguồn gốc."),
        (Kind.REPORT, "Phản ánh thuốc lá nhập lậu bày bán công khai."),
    ),
    "environment-land": (
        (Kind.REPORT, "Nhà máy xả nước thải có mùi hôi ra kênh vào ban đêm."),
        (Kind.REPORT, "Bãi rác tự phát gần khu dân cư, đề nghị dọn dẹp."),
        (Kind.QUESTION, "Hỏi thủ tục chuyển mục đích sử dụng đất."),
    ),
    "construction": (
        (Kind.REPORT, "Công trình xây dựng trái phép trên đất nông nghiệp."),
        (Kind.REPORT, "Thi công gây ồn sau 22 giờ, ảnh hưởng giấc ngủ."),
        (Kind.PROPOSAL, "Kiến nghị sớm nghiệm thu đường nội bộ khu tái định cư."),
    ),
    "public-order": (
        (Kind.REPORT, "Thanh niên tụ tập đua xe vào cuối tuần."),
        (Kind.REPORT, "Hàng xóm hát karaoke loa kéo quá to."),
    ),
    "food-agriculture": (
        (Kind.REPORT, "Quán ăn gây ngộ độc thực phẩm cho nhiều người."),
        (Kind.QUESTION, "Hỏi nơi mua vật tư nông nghiệp được chứng nhận."),
    ),
    "traffic": (
        (Kind.REPORT, "Ổ gà lớn giữa đường, đã có người té xe."),
        (Kind.REPORT, "Đèn tín hiệu ngã tư hỏng từ sáng, kẹt xe kéo dài."),
        (Kind.PROPOSAL, "Kiến nghị lắp thêm đèn đường đoạn qua trường học."),
    ),
    "telecom-infrastructure": (
        (Kind.REPORT, "Dây cáp viễn thông chùng xuống lòng đường, nguy hiểm."),
        (Kind.REPORT, "Trụ cáp nghiêng sau mưa lớn."),
    ),
    "other": (
        (Kind.REPORT, "Mất nước sinh hoạt từ hôm qua, đề nghị kiểm tra."),
        (Kind.QUESTION, "Hỏi địa điểm tiêm chủng cho trẻ em."),
        (Kind.PROPOSAL, "Kiến nghị mở thêm tuyến xe buýt."),
    ),
}
ANSWERS = (
    "Đơn vị đã kiểm tra thực tế và xử lý xong, mong người dân thông cảm.",
    "Đã hướng dẫn người dân đầy đủ giấy tờ và nơi nộp hồ sơ.",
    "Đã nhắc nhở, lập biên bản và yêu cầu khắc phục trong 10 ngày.",
    "Đã chuyển tổ công tác khảo sát, kết quả sẽ thông báo qua điện thoại.",
)
#: what the telephone menu is asked for, and how often of a hundred
WANTED = {
    "administrative-procedures": 22, "environment-land": 16, "traffic": 15, "public-order": 12, "construction": 11,
    "other": 12, "food-agriculture": 5, "telecom-infrastructure": 4, "smuggling-counterfeit": 3,
}  # fmt: skip


def a_name(dice: random.Random) -> str:
    """Somebody's."""
    return f"{dice.choice(_FAMILY)} {dice.choice(_MIDDLE)} {dice.choice(_GIVEN)}"


def an_address(dice: random.Random) -> str:
    """Somewhere."""
    return f"{dice.randrange(1, 400)} {dice.choice(_STREETS)}"


def a_subject(dice: random.Random, category: str) -> tuple[Kind, str]:
    """What is asked, and of which kind it is."""
    return dice.choice(_SUBJECTS.get(category) or _SUBJECTS["other"])


def a_number(dice: random.Random) -> str:
    """A mobile in E.164, among a third of a million; nobody has it (09 00)."""
    return f"+84900{dice.randrange(333_000) * 3 % 1_000_000:06d}"
