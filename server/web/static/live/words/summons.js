// Summonses: on the room's screen, and in the console's list.

export default {
  "summons.kind": ["Giấy mời dự phiên tiếp", "Summons to a reception"],
  "summons.kind.reminder": ["Tỉnh nhắc lại: điểm cầu chưa trả lời", "Reminder: this room has not answered"],
  "summons.kind.day": ["Đổi ngày giờ, mời trả lời lại", "Another day or hour: please answer again"],
  "summons.kind.audience": ["Thêm mục liên quan, mời trả lời lại", "More items concern this room: please answer again"],
  "summons.kind.withdrawn": ["Giấy mời đã thu hồi", "The summons was withdrawn"],
  "summons.hour": ["Có mặt lúc {time}, {day}", "Be there at {time}, {day}"],
  "summons.starts": ["Phiên bắt đầu {time}, {day}", "The reception starts at {time}, {day}"],
  "summons.host": ["chủ trì: {name}", "host: {name}"],
  "summons.more": ["Và các mục {positions}", "And the items {positions}"],
  "summons.who": ["Ai sẽ có mặt?", "Who will be there?"],
  "summons.who.missing": ["Hãy chọn ít nhất một chức danh sẽ có mặt.", "Tick at least one office that will be there."],
  "summons.coming": ["Sẽ có mặt", "We will be there"],
  "summons.cannot": ["Không dự được…", "We cannot come…"],
  "summons.reason": ["Vì sao không dự được?", "Why can you not come?"],
  "summons.reason.missing": ["Hãy ghi lý do, rồi gửi.", "Write the reason, then send."],
  "summons.send": ["Gửi", "Send"],
  "summons.back": ["Quay lại", "Back"],
  "summons.working": ["Đang gửi…", "Sending…"],
  "summons.noted": ["Đã rõ", "Understood"],
  "summons.again": ["Đổi câu trả lời", "Change the answer"],
  "summons.answered.coming": [
    "Đã báo tỉnh: {time}, {day} sẽ có mặt {who}.",
    "The province knows: at {time}, {day} there will be {who}.",
  ],
  "summons.answered.cannot": [
    "Đã báo tỉnh: không dự được {time}, {day} ({reason}).",
    "The province knows: this room cannot come at {time}, {day} ({reason}).",
  ],
  "summons.withdrawn.cancelled": [
    "Phiên này đã hủy. Điểm cầu không cần có mặt.",
    "This reception was called off. This room need not be there.",
  ],
  "summons.withdrawn.audience": [
    "Không còn mục nào liên quan đến điểm cầu này. Điểm cầu không cần có mặt.",
    "No item concerns this room any more. This room need not be there.",
  ],
  "summons.withdrawn.day": [
    "Giấy mời này không còn hiệu lực. Điểm cầu không cần có mặt.",
    "This summons no longer holds. This room need not be there.",
  ],
  "summons.waits": ["Có giấy mời, trả lời khi hết phiên", "A summons waits; answer it after the reception"],
  "summons.state.asked": ["chưa xem giấy mời", "has not seen the summons"],
  "summons.state.seen": ["chưa trả lời giấy mời", "has not answered the summons"],
  "summons.state.cannot": ["đã báo không dự được", "said that it cannot come"],
  "summons.state.coming": ["đã báo sẽ có mặt", "said that it will be there"],
};
