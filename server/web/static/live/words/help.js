// What a room's screen says when the province's technician asks something of it.

export default {
  "help.message": ["Kỹ thuật của tỉnh nhắn", "The province's technician says"],
  "help.devices": [
    "Kỹ thuật của tỉnh đang xem tên camera và micro của máy này",
    "The province's technician is reading the names of this computer's camera and microphone",
  ],
  "help.choose": ["Kỹ thuật của tỉnh đang đổi camera hoặc micro của máy này", "The province's technician is changing the camera or microphone of this computer"],
  "help.check": [
    "Kỹ thuật của tỉnh đang kiểm tra camera, micro và loa. Xin giữ yên lặng vài giây.",
    "The province's technician is checking camera, microphone and loudspeaker. Please keep quiet for some seconds.",
  ],
  "help.reload": ["Kỹ thuật của tỉnh cho tải lại trang. Không cần làm gì.", "The province's technician is reloading this page. Nothing to do."],
  "help.elsewhere": [
    "Camera và micro của điểm cầu này do chương trình tiepdan room giữ; trang này không mở thiết bị nào.",
    "Camera and microphone of this room are held by tiepdan room; this page opens no device.",
  ],
  "help.close": ["Đã đọc (Esc)", "Read (Esc)"],
};
