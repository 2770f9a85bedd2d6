// Camera, microphone and loudspeaker of this computer.

export default {
  "camera.ok": ["Camera tốt", "Camera good"],
  "camera.sending": ["Camera đang phát", "Camera on air"],
  "camera.off": ["Camera đã tắt", "Camera off"],
  "camera.missing": ["Không có camera", "No camera"],
  "camera.blocked": ["Camera bị chặn", "Camera blocked"],
  "camera.starting": ["Đang mở camera", "Opening the camera"],
  "microphone.ok": ["Micro tốt", "Microphone good"],
  "microphone.sending": ["Micro đang phát", "Microphone on air"],
  "microphone.off": ["Micro đã tắt", "Microphone off"],
  "microphone.missing": ["Không có micro", "No microphone"],
  "microphone.blocked": ["Micro bị chặn", "Microphone blocked"],
  "microphone.starting": ["Đang mở micro", "Opening the microphone"],
  "devices.camera.missing": [
    "Không tìm thấy camera. Hãy kiểm tra dây cắm USB; cắm lại là hình tự trở lại.",
    "No camera found. Check the USB cable; once plugged in, the picture comes back by itself.",
  ],
  "devices.microphone.missing": [
    "Không tìm thấy micro. Hãy kiểm tra dây cắm USB; cắm lại là tiếng tự trở lại.",
    "No microphone found. Check the USB cable; once plugged in, sound comes back by itself.",
  ],
  "devices.both.missing": [
    "Không tìm thấy camera và micro. Hãy kiểm tra dây cắm USB; cắm lại là tự nhận.",
    "No camera and no microphone found. Check the USB cables; they are picked up by themselves.",
  ],
  "devices.denied": [
    "Trình duyệt đang chặn camera và micro. Bấm vào biểu tượng bên trái thanh địa chỉ, chọn “Cho phép”.",
    "The browser blocks camera and microphone. Click the symbol left of the address and choose “Allow”.",
  ],
  "devices.busy": [
    "Camera hoặc micro đang bị chương trình khác giữ. Hãy đóng chương trình đó; trang tự thử lại.",
    "Another program holds the camera or microphone. Close it; this page tries again by itself.",
  ],
  "devices.insecure": [
    "Trình duyệt chỉ cho dùng camera và micro qua địa chỉ https. Hãy mở lại trang bằng địa chỉ bắt đầu bằng https, hoặc báo kỹ thuật của tỉnh.",
    "Browsers allow camera and microphone only on https addresses. Open this page with its https address, or tell the province's technician.",
  ],
  "devices.camera.default": ["Camera mặc định", "Default camera"],
  "devices.microphone.default": ["Micro mặc định", "Default microphone"],
  "devices.camera.choose": ["Chọn camera", "Choose the camera"],
  "devices.microphone.choose": ["Chọn micro", "Choose the microphone"],
  "devices.unnamed.camera": ["Camera {n}", "Camera {n}"],
  "devices.unnamed.microphone": ["Micro {n}", "Microphone {n}"],
  "sound.blocked": ["Bấm phím bất kỳ để bật tiếng", "Press any key to turn the sound on"],
  "sound.level": ["Mức tiếng của micro", "Microphone level"],
};
