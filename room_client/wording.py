"""What the unattended room says to the person who started it, in Vietnamese and in English.

The server's own sentences come with its messages; these are only for what happens in the room.
"""

from __future__ import annotations

from typing import Literal

from room_client.sources.contract import SourceProblem, SourceUnusable
from signaling.messages import StageView
from signaling.refusals import Refusal, RefusalCode

Language = Literal["vi", "en"]

_PROBLEMS: dict[SourceProblem, tuple[str, str]] = {
    SourceProblem.NO_SUCH_FILE: ("Không tìm thấy tệp {}.", "There is no file {}."),
    SourceProblem.NO_SUCH_DEVICE: (
        "Không tìm thấy thiết bị {}. Hãy kiểm tra dây nối.",
        "There is no device {}. Check that it is plugged in.",
    ),
    SourceProblem.DEVICE_BUSY: (
        "Thiết bị {} đang được chương trình khác sử dụng.",
        "Another program is using the device {}.",
    ),
    SourceProblem.NOT_PERMITTED: ("Không có quyền đọc {}.", "No permission to read {}."),
    SourceProblem.UNREACHABLE: (
        "Không kết nối được tới camera {}. Hãy kiểm tra địa chỉ, nguồn điện và mạng.",
        "The camera {} does not answer. Check its address, its power and the network.",
    ),
    SourceProblem.UNREADABLE: ("Không đọc được {}.", "{} cannot be read."),
    SourceProblem.NO_VIDEO: ("{} không có hình.", "{} holds no picture."),
    SourceProblem.NO_AUDIO: ("{} không có tiếng.", "{} holds no sound."),
    SourceProblem.UNSUPPORTED: (
        "Không dùng được {}. Có thể dùng: default, tên tệp, /dev/videoN, rtsp://…, alsa:TÊN, pulse:TÊN, none.",
        "{} cannot be used here. What can: default, a file, /dev/videoN, rtsp://…, alsa:NAME, pulse:NAME, none.",
    ),
    SourceProblem.NO_ENCODER: ("Máy này không mã hóa được {}.", "This machine cannot encode {}."),
    SourceProblem.NO_PROGRAM: (
        "Máy này chưa cài chương trình {}. Hãy cài gói alsa-utils hoặc pulseaudio-utils.",
        "The program {} is not installed. Install the package alsa-utils or pulseaudio-utils.",
    ),
    SourceProblem.STALLED: (
        "{} không truyền gì nữa; đang thử lại. Nếu kéo dài, hãy rút ra và cắm lại.",
        "Nothing comes from {} any more; trying again. If this lasts, unplug it and plug it in again.",
    ),
    SourceProblem.SILENT: (
        "Micro đang mở nhưng không có tiếng nào. Hãy bật công tắc, kiểm tra nút tắt tiếng, hoặc rút ra cắm lại.",
        "The microphone is open but gives no sound. Switch it on, see whether it is muted, or plug it in again.",
    ),
    SourceProblem.ENDED: (
        "{} đã ngừng truyền; đang thử lại. Nếu kéo dài, hãy kiểm tra nguồn điện và dây nối.",
        "{} has stopped; trying again. If this lasts, check its power and its cable.",
    ),
}
_REFUSALS: dict[RefusalCode, tuple[str, str]] = {
    RefusalCode.BAD_KEY: (
        "Khóa của điểm cầu không đúng hoặc đã bị thu hồi. Hãy xin mã mới của Ban Tiếp công dân tỉnh.",
        "The room's key is wrong or was withdrawn. Ask the reception office for a new one.",
    ),
    RefusalCode.BAD_CODE: (
        "Mã không đúng, đã dùng hoặc đã hết hạn. Hãy xin mã mới của Ban Tiếp công dân.",
        "The code is wrong, was used, or is too old. Ask the reception office for another one.",
    ),
    RefusalCode.TOO_MANY_TRIES: (
        "Đã nhập sai quá nhiều lần. Hãy đợi vài phút rồi thử lại.",
        "Too many wrong codes were typed. Wait some minutes and try again.",
    ),
    RefusalCode.REPLACED: (
        "Phòng này vừa được mở ở nơi khác; kết nối tại đây đã dừng.",
        "This room was opened somewhere else; the connection here has ended.",
    ),
    RefusalCode.ROOM_NOT_CONNECTED: (
        "Kết nối của phòng này đã bị ngắt; đang nối lại.",
        "This room's connection has ended; connecting again.",
    ),
    RefusalCode.NOT_ALLOWED: ("Khóa này không có quyền làm việc đó.", "This key has no right to do that."),
    RefusalCode.NO_COMMON_CODEC: (
        "Máy chủ dùng chuẩn hình mà phòng này không có.",
        "The server uses a video codec that this room lacks.",
    ),
    RefusalCode.TOO_MANY_LINKS: ("Máy chủ đã nhận đủ số kết nối.", "The server has as many links as it takes."),
    RefusalCode.TOO_MUCH_MEDIA: (
        "Phòng này gửi quá nhiều dữ liệu nên máy chủ đã ngắt.",
        "This room sent far too much, and the server cut it off.",
    ),
    RefusalCode.MEDIA_NOT_RUNNING: (
        "Bộ phận truyền hình của máy chủ chưa chạy; đang thử lại.",
        "The server's media process is not running; trying again.",
    ),
}
_WORDS: dict[str, tuple[str, str]] = {
    "connecting": ("Đang kết nối tới máy chủ…", "Connecting to the server…"),
    "joining": ("Đang vào điểm cầu…", "Joining…"),
    "joined": ("Đã kết nối.", "Connected."),
    "waiting": ("Mất kết nối; sắp thử lại…", "Not connected; trying again soon…"),
    "link_unreachable": (
        "Không tới được cổng truyền hình của máy chủ. Hãy kiểm tra tường lửa (UDP).",
        "The server's media port cannot be reached. Check the firewall (UDP).",
    ),
    "link_handshake_failed": ("Không thiết lập được mã hóa với máy chủ.", "No encryption could be set up."),
    "link_server_gone": ("Máy chủ ngừng truyền; đang nối lại.", "The server stopped sending; connecting again."),
    "link_silent": ("Mất đường truyền; đang nối lại.", "The line is dead; connecting again."),
    "link_server_closed": ("Máy chủ đã đóng kết nối; đang nối lại.", "The server closed the link; joining again."),
    "silent": ("Đường truyền đang im lặng; đang thử lại…", "The line is silent; trying on…"),
    "line_silent": (
        "Đường truyền bị ngắt: máy chủ không trả lời. Phòng vẫn tiếp tục thử; không cần làm gì.",
        "The line is silent: the server does not answer. The room goes on trying; nothing needs to be done.",
    ),
    "line_back": (
        "Đường truyền đã hoạt động trở lại sau {} giây.",
        "The line is back after {} seconds.",
    ),
    "unreachable": (
        "Đã {} giây không kết nối được tới máy chủ. Phòng vẫn tiếp tục thử. "
        "Hãy kiểm tra mạng và địa chỉ máy chủ nếu tình trạng này kéo dài.",
        "The server cannot be reached for {} seconds. The room goes on trying. "
        "If this lasts, check the network and the server's address.",
    ),
    "reachable": ("Máy chủ đã trả lời trở lại.", "The server answers again."),
    "bad_address": (
        "Địa chỉ máy chủ “{}” không đúng. Hãy viết như http://TÊN-MÁY:CỔNG hoặc https://TÊN-MÁY.",
        "“{}” is no address of a server. Write it as http://HOST:PORT or https://HOST.",
    ),
    "bad_report": (
        "Không ghi được tệp báo cáo (--report). Hãy kiểm tra thư mục và quyền ghi.",
        "The report file (--report) cannot be written. Check the folder and its permissions.",
    ),
    "layer_h": ("Đường truyền đủ cho hình ảnh chất lượng cao.", "The line carries the picture in full quality."),
    "layer_m": (
        "Đường truyền chỉ đủ cho hình ảnh chất lượng vừa.",
        "The line carries the picture in medium quality.",
    ),
    "layer_l": (
        "Đường truyền yếu: hình ảnh chất lượng thấp.",
        "The line is thin: the picture comes in low quality.",
    ),
    "layer_none": (
        "Đường truyền quá yếu cho hình ảnh: chỉ có tiếng.",
        "The line is too thin for any picture: sound only.",
    ),
    "seen": (
        "Tỉnh đang thấy hình nhỏ của phòng này, mỗi 10 giây một hình, không lưu lại.",
        "The province now sees a small picture of this room every 10 seconds; none is kept.",
    ),
    "unseen": ("Tỉnh không còn thấy hình của phòng này.", "The province no longer sees this room."),
    "path_direct": ("", ""),
    "path_turn_udp": ("Đi qua máy chuyển tiếp (UDP).", "By way of a relay (UDP)."),
    "path_turn_tcp": (
        "Mạng này chặn UDP; đi qua máy chuyển tiếp (TCP).",
        "This network blocks UDP; by way of a relay (TCP).",
    ),
    "path_turn_tls": (
        "Mạng này chặn UDP; đi qua máy chuyển tiếp (TLS).",
        "This network blocks UDP; by way of a relay (TLS).",
    ),
    "ended": ("Đã dừng.", "Ended."),
    "refused": ("Máy chủ từ chối: {}", "The server refused: {}"),
    "on_air": ("ĐANG PHÁT", "ON AIR"),
    "receiving": ("đang nhận", "receiving"),
    "not_receiving": ("chưa nhận được gì", "receiving nothing"),
    "outside": ("Việc này không truyền tới phòng này.", "The present item is not for this room."),
    "no_reception": ("Chưa có phiên tiếp công dân.", "No reception is open."),
    "floor": ("phát biểu: {}", "floor: {}"),
    "lost": ("mất", "lost"),
    "not_enrolled": (
        "Máy này chưa được đăng ký cho điểm cầu nào. Hãy xin mã 8 ký tự của Ban Tiếp công dân tỉnh, "
        "rồi nhập vào màn hình hoặc chạy: tiepdan room enrol MÃ --server ĐỊA-CHỈ",
        "This computer is no room yet. Ask the reception office for a code of 8 characters, "
        "then type it on the screen or run: tiepdan room enrol CODE --server ADDRESS",
    ),
    "enrolled": ("Máy này đã được đăng ký cho điểm cầu {}.", "This computer is now the room {}."),
    "started": ("Dịch vụ của điểm cầu đang khởi động.", "The service of the room is being started."),
    "enrolled_on_screen": ("Đã nhận mã nhập trên màn hình.", "The code typed on the screen was taken."),
    "enrolment_unreadable": (
        "Không đọc được tệp {}. Hãy xóa tệp này và đăng ký lại bằng mã mới.",
        "The file {} cannot be read. Remove it, and enrol again with a new code.",
    ),
    "enrolment_not_kept": (
        "Không ghi được vào thư mục {}. Hãy kiểm tra quyền ghi và dung lượng đĩa.",
        "Nothing can be written to the folder {}. Check its permissions and the room on the disk.",
    ),
    "waits_for_code": (
        "Thiết bị này đã bị thu hồi. Hãy nhập mã mới 8 ký tự trên màn hình.",
        "This device was revoked. Type a new code on the screen.",
    ),
    "hand_up": ("Đã giơ tay.", "Hand raised."),
    "hand_down": ("Đã hạ tay.", "Hand lowered."),
    "hand_key_there": ("Đã có thiết bị cho phím giơ tay.", "There is a device with the key for the hand."),
    "hand_key_missing": (
        "Chưa có thiết bị cho phím giơ tay. Hãy kiểm tra dây nối.",
        "There is no device with the key for the hand. Check that it is plugged in.",
    ),
    "bad_hand_key": (
        "Không có phím “{}”. Có thể dùng: {}, số từ 1 đến 767, và thêm @/dev/input/… cho một thiết bị.",
        "There is no key “{}”. What can: {}, a number from 1 to 767, and @/dev/input/… behind it for one device.",
    ),
    "screen_no_browser": (
        "Máy này chưa có trình duyệt để hiện hình. Hãy cài gói chromium.",
        "There is no browser for the screen. Install the package chromium.",
    ),
    "screen_no_display": (
        "Máy này chưa có màn hình đồ họa. Hãy cài gói cage.",
        "There is no graphical display. Install the package cage.",
    ),
    "screen_gone": (
        "Màn hình đã dừng; đang mở lại. Hình và tiếng của phòng vẫn được gửi.",
        "The screen has stopped and is started again. Picture and sound of the room are sent on.",
    ),
    "watchdog_stuck": (
        "Camera hoặc micro không trả lời; chương trình sẽ được khởi động lại.",
        "A camera or microphone does not come back; the program will be started anew.",
    ),
    "watchdog_away": (
        "Đã lâu không tới được máy chủ; chương trình sẽ được khởi động lại.",
        "The server was not reached for long; the program will be started anew.",
    ),
    "unreachable_now": (
        "Không kết nối được tới máy chủ. Hãy kiểm tra mạng và địa chỉ, rồi thử lại; mã vẫn còn dùng được.",
        "The server does not answer. Check the network and the address, and try again; the code is still good.",
    ),
    "not_installed": (
        "Không cài đặt được: {}",
        "It could not be installed: {}",
    ),
    "network_camera": ("camera mạng", "network camera"),
    "test_source": ("hình và tiếng thử", "test picture and sound"),
    "file_source": ("tệp", "file"),
    "as_configured": ("Theo cấu hình: {}", "As configured: {}"),
    "microphone": ("micro", "microphone"),
    "kept_keeping": (
        "Đường truyền bị ngắt khi phòng đang phát biểu: phòng vẫn tiếp tục ghi hình và tiếng của mình "
        "và sẽ gửi cho tỉnh khi có mạng. Không cần làm gì.",
        "The line is down while this room has the floor: the room goes on recording itself "
        "and hands that over when the line is back. Nothing needs to be done.",
    ),
    "kept_kept": (
        "Đã tự ghi {} giây; sẽ gửi cho tỉnh sau khi phòng phát biểu xong.",
        "{} seconds were recorded here; they are handed over once this room has left the floor.",
    ),
    "kept_limit": (
        "Mất đường truyền đã {} phút: phòng không tự ghi nữa.",
        "The line has been down for {} minutes: the room records itself no longer.",
    ),
    "kept_full": (
        "Phòng không tự ghi được nữa: đã hết dung lượng dành cho việc này.",
        "The room cannot record itself any more: there is no room left for that.",
    ),
    "kept_handing_over": (
        "Đang gửi phần đã tự ghi khi mất mạng: {} %.",
        "Handing over what was recorded while the line was down: {} %.",
    ),
    "kept_handed_over": (
        "Tỉnh đã nhận phần tự ghi khi mất mạng; bản tại đây đã được xóa.",
        "The province has what was recorded while the line was down; it is deleted here.",
    ),
    "kept_not_taken": (
        "Đã xóa {} giây tự ghi: lúc đó phòng không có quyền phát biểu hoặc việc này không công khai.",
        "{} seconds that were recorded here are deleted: the room did not have the floor then, or the item is"
        " closed.",
    ),
    "kept_expired": (
        "Đã xóa {} phần tự ghi chưa gửi được trong một tháng.",
        "Recordings of this room that could not be handed over for a month are deleted: {}.",
    ),
    "keeps": ("ĐANG TỰ GHI", "RECORDING ITSELF"),
    "source_back": ("Thiết bị đã hoạt động trở lại.", "The device works again."),
}


def word(name: str, language: Language, *values: str) -> str:
    return _WORDS[name][language != "vi"].format(*values)


def problem_sentence(problem: SourceUnusable, language: Language) -> str:
    return _PROBLEMS[problem.problem][language != "vi"].format(problem.detail)


def refusal_sentence(refusal: Refusal, language: Language) -> str:
    """The server's own sentence where it sent one, but not the one that sends the desk to the telephone."""
    if refusal.text and refusal.code is not RefusalCode.ROOM_NOT_CONNECTED:
        return refusal.text
    pair = _REFUSALS.get(refusal.code)
    return pair[language != "vi"] if pair else word("refused", language, refusal.code.value)


def stage_sentence(stage: StageView, language: Language) -> str:
    """The present state of the reception in one line, without any person's name."""
    if stage.reception_state != "open":
        return word("no_reception", language)
    if not stage.in_audience:
        return word("outside", language)
    parts = [stage.reception_title]
    if stage.item is not None and not stage.item.closed and stage.item.title:
        parts.append(stage.item.title)
    if stage.floor is not None:
        parts.append(word("floor", language, stage.floor.name))
    if stage.hand_raised:
        parts.append(word("hand_up", language))
    return " · ".join(part for part in parts if part)
