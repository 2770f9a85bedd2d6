// The interpretation of an item while it is heard: in rooms, in the console, at the interpreter's own computer.

export default {
  "hearing.label": ["Chọn tiếng để nghe", "Choose what to hear"],
  "hearing.original": ["Nghe: tiếng gốc", "Hearing: original"],
  "hearing.interpretation": ["Nghe: phiên dịch", "Hearing: interpretation"],
  "hearing.both": ["Nghe: cả hai", "Hearing: both"],
  "hearing.unheard": ["Chưa có tiếng phiên dịch", "No interpretation yet"],
  "room.interprets": ["MICRO ĐANG PHÁT PHIÊN DỊCH", "MICROPHONE ON AIR: INTERPRETATION"],
  "room.interprets.sentence": [
    "Các điểm cầu nghe phòng này phiên dịch. Hãy nghe bằng tai nghe.",
    "The rooms hear this room interpret. Please listen with headphones.",
  ],
  "room.interprets.muted": [
    "Micro đang tắt: không ai nghe thấy phiên dịch. Bấm M để bật.",
    "The microphone is off: nobody hears the interpretation. Press M to turn it on.",
  ],
  "room.interprets.no_microphone": [
    "Không có tiếng từ micro: không ai nghe thấy phiên dịch. Hãy kiểm tra micro.",
    "No sound comes from the microphone: nobody hears the interpretation. Check the microphone.",
  ],
  "room.interprets.no_link": [
    "Đang nối với tỉnh: lúc này chưa ai nghe thấy phiên dịch.",
    "Connecting to the province: nobody hears the interpretation yet.",
  ],
  "announce.interprets": ["Phòng này đang phiên dịch, micro đang phát.", "This room interprets; its microphone is on air."],
  "announce.interprets.no_more": ["Phòng này thôi phiên dịch.", "This room interprets no more."],
  "announce.interpreter": ["{name} phiên dịch.", "{name} interprets."],
  "announce.interpreter.none": ["Không còn phiên dịch.", "Nobody interprets any more."],
  "command.interpreter": ["Chọn phiên dịch", "Name an interpreter"],
  "command.take_interpreter_back": ["Thôi phiên dịch", "Take interpreter back"],
  "interpreter.heard": ["Phiên dịch: {name}", "Interpreter: {name}"],
  "interpreter.unheard": ["Phiên dịch: {name}, chưa có tiếng", "Interpreter: {name}, no sound yet"],
  "interpreter.choose": ["Ai phiên dịch mục này?", "Who interprets this item?"],
  "interpreter.choose.sentence": [
    "Micro của nơi được chọn phát thành tiếng phiên dịch, dù ai đang phát biểu, cho đến hết mục.",
    "The microphone of that place is sent as the interpretation, whoever has the floor, until the item ends.",
  ],
  "interpreter.find": ["Tìm điểm cầu", "Find a room"],
  "interpreter.desk": ["Bàn chủ trì (máy phiên dịch riêng)", "The host's desk (interpreter's own computer)"],
  "interpreter.none_found": [
    "Không có điểm cầu nào đang kết nối trong thành phần của mục này.",
    "No room of this item's audience is connected.",
  ],
  "interpreter.page": ["Mở máy phiên dịch tại bàn", "Open the interpreter's computer at the desk"],
  "camera.page.interpreter.title": ["Máy phiên dịch tại bàn chủ trì", "Interpreter's computer at the desk"],
  "camera.page.interpreter.sentence": [
    "Trang này chỉ gửi tiếng phiên dịch. Để mở suốt phiên; nghe bằng tai nghe.",
    "This page only sends the interpretation. Leave it open during the whole reception; listen with headphones.",
  ],
  "camera.page.interpreter.live": ["Micro đang phát phiên dịch", "Microphone on air: interpretation"],
  "camera.page.interpreter.ready": [
    "Sẵn sàng, chờ chủ trì chọn bàn làm phiên dịch",
    "Ready; waiting for the host to name the desk as interpreter",
  ],
};
