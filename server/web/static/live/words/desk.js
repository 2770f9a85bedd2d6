// What the desk sends: from the console, and from its camera computer.

export default {
  "publish.start": ["Phát camera và micro", "Send camera and microphone"],
  "publish.stop": ["Ngừng phát", "Stop sending"],
  "publish.document": ["Chia sẻ tài liệu", "Share a document"],
  "publish.document.stop": ["Ngừng chia sẻ", "Stop sharing"],
  "publish.page": ["Máy camera riêng", "Separate camera computer"],
  "publish.ended": [
    "Phiên đã kết thúc: cửa sổ này đã ngừng phát và đã tắt camera, micro.",
    "The reception has ended: this window has stopped sending, and its camera and microphone are off.",
  ],
  "publish.document.cancelled": [
    "Chưa chia sẻ: đã hủy chọn cửa sổ hoặc trình duyệt không cho phép.",
    "Not shared: no window was chosen, or the browser does not allow it.",
  ],
  "camera.page.title": ["Camera bàn chủ trì", "Camera of the host's desk"],
  "camera.page.sentence": [
    "Trang này chỉ gửi hình và tiếng của bàn chủ trì. Để mở suốt phiên.",
    "This page only sends the desk's picture and sound. Leave it open during the whole reception.",
  ],
  "camera.page.live": ["Đang lên hình", "On air"],
  "camera.page.ready": ["Sẵn sàng, phiên chưa mở", "Ready; the reception is not open"],
  "camera.page.waiting": ["Sẽ phát khi nối được", "Will be sent once connected"],
  "camera.page.off": ["Chưa phát", "Not being sent"],
};
