// The wall of small pictures: in the console, on the technician's page, and what a room says of it.

export default {
  "wall.pictures": ["Hình nhỏ", "Pictures"],
  "wall.pictures.on": [
    "Xem hình nhỏ của các điểm cầu. Mỗi điểm cầu được báo là tỉnh đang thấy.",
    "See small pictures of the rooms. Each room is told that the province sees it.",
  ],
  "wall.pictures.off": [
    "Thôi xem hình nhỏ. Các điểm cầu không còn gửi hình.",
    "Stop seeing small pictures. The rooms send none any more.",
  ],
  "wall.wide": ["Mở tường hình ra toàn màn hình (phím W)", "Open the wall over the whole screen (key W)"],
  "wall.wide.short": ["Mở rộng", "Widen"],
  "wall.narrow": ["Thu tường hình lại bên cạnh (phím W hoặc Esc)", "Put the wall back to the side (key W or Esc)"],
  "wall.narrow.short": ["Thu lại", "Narrow"],
  "trouble.quiet": ["không nghe thấy micro {seconds} giây", "microphone not heard for {seconds} seconds"],
  "room.seen": ["Tỉnh đang thấy", "The province sees you"],
  "room.seen.sentence": [
    "Bàn chủ trì và kỹ thuật của tỉnh đang thấy một hình nhỏ của phòng này, mỗi 10 giây một hình. Hình không được ghi, không được lưu, không phát cho điểm cầu khác. Không có tiếng, chỉ có mức tiếng.",
    "The host's desk and the technician of the province see a small picture of this room every 10 seconds. It is not recorded, not kept, and not shown to other rooms. No sound is sent, only how loud it is.",
  ],
};
