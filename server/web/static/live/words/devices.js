// Camera, microphone and loudspeaker of this computer.

export default {
  "camera.ok": ["Camera tốt", "Camera good"],
  "camera.sending": ["Camera đang phát", "Camera on air"],
  "camera.off": ["Camera đã tắt", "Camera off"],
  "camera.missing": ["Không có camera", "No camera"],
  "camera.blocked": ["Camera bị chặn", "Camera blocked"],
  "camera.silent": ["Camera không có hình", "Camera gives no picture"],
  "camera.frozen": ["Hình đứng yên", "Picture stands still"],
  "camera.starting": ["Đang mở camera", "Opening the camera"],
  "microphone.ok": ["Micro tốt", "Microphone good"],
  "microphone.sending": ["Micro đang phát", "Microphone on air"],
  "microphone.off": ["Micro đã tắt", "Microphone off"],
  "microphone.missing": ["Không có micro", "No microphone"],
  "microphone.blocked": ["Micro bị chặn", "Microphone blocked"],
  "microphone.silent": ["Micro không có tiếng", "Microphone gives no sound"],
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
  "devices.camera.silent": [
    "Camera đã mở nhưng không có hình. Hãy mở nắp che ống kính, bật đèn phòng, bật công tắc trên camera, hoặc rút ra cắm lại.",
    "The camera is open but gives no picture. Open its lid, switch the light on, switch it on, or unplug it and plug it in again.",
  ],
  "devices.camera.frozen": [
    "Hình camera đứng yên. Hãy rút dây camera ra rồi cắm lại; hình tự trở lại.",
    "The camera's picture stands still. Unplug it and plug it in again; the picture comes back by itself.",
  ],
  "devices.microphone.silent": [
    "Micro đã mở nhưng không có tiếng. Hãy bật công tắc trên micro, hoặc rút ra cắm lại.",
    "The microphone is open but gives no sound. Switch it on, or unplug it and plug it in again.",
  ],
  "devices.camera.away": [
    "Không thấy camera “{name}” đã chọn, đang dùng tạm camera khác. Hãy cắm lại; máy tự nhận, không cần tải lại trang.",
    "The chosen camera “{name}” is not there; another one serves meanwhile. Plug it in again; it is picked up by itself.",
  ],
  "devices.camera.away.missing": [
    "Không thấy camera “{name}”, máy không có camera nào khác. Hãy cắm lại dây USB; máy tự nhận, không cần tải lại trang.",
    "The camera “{name}” is not there, nor any other. Plug its USB cable in again; it is picked up by itself.",
  ],
  "devices.microphone.away": [
    "Không thấy micro “{name}” đã chọn, đang dùng tạm micro khác. Hãy cắm lại; máy tự nhận, không cần tải lại trang.",
    "The chosen microphone “{name}” is not there; another one serves meanwhile. Plug it in again; it is picked up by itself.",
  ],
  "devices.microphone.away.missing": [
    "Không thấy micro “{name}”, máy không có micro nào khác. Hãy cắm lại dây USB; máy tự nhận, không cần tải lại trang.",
    "The microphone “{name}” is not there, nor any other. Plug its USB cable in again; it is picked up by itself.",
  ],
  "devices.speaker.away": [
    "Không thấy loa “{name}” đã chọn, đang phát bằng loa mặc định. Hãy bật tivi hoặc cắm lại loa; máy tự nhận.",
    "The chosen loudspeaker “{name}” is not there; the default one plays. Switch the TV on or plug it in; it is picked up by itself.",
  ],
  "devices.title": ["Camera, micro, loa", "Camera, microphone, loudspeaker"],
  "devices.keys": [
    "Phím mũi tên để chuyển, Enter hoặc OK để chọn, Esc để đóng. Máy nhớ lựa chọn này.",
    "Arrow keys move, Enter or OK chooses, Esc closes. This computer remembers the choice.",
  ],
  "devices.camera": ["Camera", "Camera"],
  "devices.microphone": ["Micro", "Microphone"],
  "devices.speaker": ["Loa", "Loudspeaker"],
  "devices.speaker.default": ["Loa mặc định", "Default loudspeaker"],
  "devices.unnamed.speaker": ["Loa {n}", "Loudspeaker {n}"],
  "devices.not_there": ["{name} (không thấy)", "{name} (not there)"],
  "devices.close": ["Đóng", "Close"],
  "devices.denied": [
    "Máy này chưa cho trang dùng camera và micro. Bấm vào biểu tượng bên trái thanh địa chỉ, chọn “Cho phép”. Không thấy thanh địa chỉ thì bấm Esc; vẫn không được thì gọi kỹ thuật của tỉnh.",
    "This computer does not let the page use camera and microphone. Click the symbol left of the address and choose “Allow”. Without an address on the screen press Esc; if that does not help, call the province's technician.",
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
